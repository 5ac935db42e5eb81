//! The crates as their users call them, over real sockets on the loopback interface.

#![allow(clippy::expect_used, clippy::panic)]

#[path = "../../generated/tests/examples.rs"]
#[rustfmt::skip]
mod area_examples;
mod base_urls;
#[path = "../../generated/tests/calls.rs"]
#[rustfmt::skip]
mod calls;
mod errors;
mod examples;
mod operations;
mod paging;
mod prism;
mod receipts;
mod requests;
mod responses;
#[path = "../../generated/tests/round_trips.rs"]
#[rustfmt::skip]
mod round_trips;
mod sample_arguments;
mod secrets;
mod setters;
mod wire;
