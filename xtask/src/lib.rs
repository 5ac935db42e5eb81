//! The generator behind `cargo xtask`: from the published OpenAPI document to the crate
//! `jsm-ops-api`.
//!
//! [`pipeline`] runs the stages in order. Each stage is a module that imports only from the stages
//! before it.

#![deny(clippy::print_stderr, clippy::print_stdout)]

pub mod adapt;
mod atomic_write;
mod characters;
pub mod commands;
pub mod document;
pub mod emit;
#[cfg(test)]
mod error_chain;
pub mod examples;
pub mod generate;
pub mod left_out;
pub mod model;
pub mod moves;
pub mod names;
pub mod new_operations;
pub mod normalize;
pub mod origins;
pub mod overlay;
pub mod path_parameters;
pub mod pipeline;
pub mod preflight;
pub mod problem;
pub mod public_api;
pub mod release;
pub mod render;
pub mod repair;
pub mod rewrite;
pub mod standalone;
pub mod times;
pub mod twins;
pub mod types;
pub mod undocumented;
pub mod update;
pub mod wire;
