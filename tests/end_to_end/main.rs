//! The crates as their users meet them, over real sockets on the loopback interface.

#![allow(clippy::expect_used, clippy::panic)]

mod addresses;
mod arguments;
#[path = "../../generated/tests/calls.rs"]
#[rustfmt::skip]
mod calls;
mod refusals;
mod table;
mod wire;
