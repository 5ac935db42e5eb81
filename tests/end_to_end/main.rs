//! The crates as their users meet them, over real sockets on the loopback interface.

// The error that is large is progenitor's.
#![allow(clippy::expect_used, clippy::panic, clippy::result_large_err)]

mod addresses;
mod arguments;
#[path = "../../generated/tests/calls.rs"]
#[rustfmt::skip]
mod calls;
mod examples;
mod prism;
mod refusals;
#[path = "../../generated/tests/round_trips.rs"]
#[rustfmt::skip]
mod round_trips;
mod table;
mod wire;
