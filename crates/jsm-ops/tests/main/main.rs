//! Signing in and staying signed in, against the fake Atlassian over real sockets.

// Helpers of tests are tests, too.
#![allow(clippy::expect_used)]

mod calls;
mod crashes;
mod expiry;
mod faults;
mod flow;
mod local;
mod processes;
mod secrecy;
mod stores;
mod support;
