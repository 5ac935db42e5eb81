//! Cost of the client over bare `reqwest`, and its behaviour under load, faults, dropped futures
//! and damaged input.
//!
//! | module | measures or checks |
//! |---|---|
//! | [`sides`], [`comparison`] | the client against bare `reqwest`, as ratios within one run |
//! | [`soak`] | many calls from many tasks against a fake with faults |
//! | [`drops`] | futures dropped at random points |
//! | [`fuzz`] | damaged input from outside |
//! | [`simulate`] | the state machine of sessions, in millions of schedules with faults |
//!
//! `cargo bench -p jsm-ops-bench` runs the first, `cargo run --release -p jsm-ops-bench -- soak`
//! (or `cancel`, `fuzz`, `simulate`) the others.
//!
//! `cargo test -p jsm-ops-bench` runs short forms of the last three. A seed determines everything
//! random.

pub mod alert_server;
pub mod comparison;
pub mod drops;
pub mod fake_access;
pub mod fuzz;
pub mod garbage;
pub mod markdown;
pub mod measure;
pub mod report;
pub mod sides;
pub mod simulate;
pub mod soak;

/// A result with any error.
pub type Result<T, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;
