//! Signing in and staying signed in, against the fake Atlassian over real sockets.

// Helpers of tests are tests, too.
#![allow(clippy::expect_used)]

mod calls;
mod cancel;
mod crashes;
mod deadlines;
mod expiry;
mod faults;
mod flow;
mod limits;
mod local;
mod observe;
mod processes;
mod retries;
mod secrecy;
mod stores;
mod support;
mod transport;
mod waits;
