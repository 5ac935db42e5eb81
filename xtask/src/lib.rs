//! The generator behind `cargo xtask`: from the published OpenAPI document to the crate `jsm-ops-api`.
//!
//! [`pipeline`] is the way through; every stage is a module of its own and knows only those before it.

pub mod adapt;
pub mod commands;
pub mod document;
pub mod emit;
pub mod generate;
pub mod interface;
pub mod kind;
pub mod overlay;
pub mod pipeline;
pub mod polish;
pub mod preflight;
pub mod problem;
pub mod repair;
pub mod rewrite;
pub mod standalone;
