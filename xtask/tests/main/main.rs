//! The generator from outside: the binary `xtask` on good and bad input, and the library on
//! thousands of damaged documents.
//!
//! The document is read from `spec/` at run time; the published one, where it is here, from beside
//! the workspace.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod bad_input;
mod cases;
mod copies;
mod document;
mod fetch;
mod house;
mod mutation;
mod regen;
mod shapes;
mod support;
mod update;
mod upstream;
