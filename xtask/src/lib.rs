//! The generator behind `cargo xtask`.

pub mod document;
pub mod problem;
pub mod overlay;
pub mod rewrite;
pub mod repair;
pub mod adapt;
pub mod preflight;
pub mod generate;
