//! The crates as their users meet them, over real sockets on the loopback interface.

#![allow(clippy::expect_used, clippy::panic)]

#[path = "../../generated/tests/examples.rs"]
#[rustfmt::skip]
mod area_examples;
mod arguments;
mod base_urls;
#[path = "../../generated/tests/calls.rs"]
#[rustfmt::skip]
mod calls;
mod examples;
mod paging;
mod prism;
mod refusals;
#[path = "../../generated/tests/round_trips.rs"]
#[rustfmt::skip]
mod round_trips;
mod secrets;
mod setters;
mod table;
mod waiting;
mod wire;
