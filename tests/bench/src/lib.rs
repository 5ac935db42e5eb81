//! What the client costs over bare `reqwest`, and how it holds under load, faults, dropped futures and garbage.
//!
//! | part | run by |
//! |---|---|
//! | [`sides`], [`comparison`]: the client against bare `reqwest`, each figure a ratio within one run | `cargo bench -p jsm-ops-bench` |
//! | [`soak`]: many calls from many tasks against a fake that breaks | `cargo run --release -p jsm-ops-bench -- soak` |
//! | [`drops`]: futures dropped at random points | `cargo run --release -p jsm-ops-bench -- cancel` |
//! | [`fuzz`]: whatever comes from outside, damaged on purpose | `cargo run --release -p jsm-ops-bench -- fuzz` |
//!
//! `cargo test -p jsm-ops-bench` runs short forms of the last three. Everything random comes from a seed, which is printed.

pub mod alert_server;
pub mod comparison;
pub mod drops;
pub mod fake_site;
pub mod fuzz;
pub mod garbage;
pub mod markdown;
pub mod measure;
pub mod report;
pub mod sides;
pub mod soak;

/// A result with any error.
pub type Result<T, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;
