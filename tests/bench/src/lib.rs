//! What the client costs over bare `reqwest`, and how it holds under load, faults, dropped futures and garbage.
//!
//! | part | run by |
//! |---|---|
//! | [`sides`], [`rounds`]: the client against bare `reqwest`, each figure a ratio within one run | `cargo bench -p jsm-ops-bench` |
//! | [`soak`]: many calls from many tasks against a fake that breaks | `cargo run --release -p jsm-ops-bench -- soak` |
//! | [`cancel`]: futures dropped at random points | `cargo run --release -p jsm-ops-bench -- cancel` |
//! | [`fuzz`]: whatever comes from outside, damaged on purpose | `cargo run --release -p jsm-ops-bench -- fuzz` |
//!
//! `cargo test -p jsm-ops-bench` runs short forms of the last three. Everything random comes from a seed, which is printed.

pub mod cancel;
pub mod chance;
pub mod echo;
pub mod fuzz;
pub mod measure;
pub mod report;
pub mod rounds;
pub mod sides;
pub mod soak;
pub mod table;
pub mod world;

/// What the programs of this crate end with.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
