//! Signing in and staying signed in, against the fake Atlassian over real sockets.

// Helpers of tests may panic like tests.
#![allow(clippy::expect_used)]

mod authentication;
mod cancel;
mod crashes;
mod deadlines;
mod errors;
mod expiry;
mod faults;
mod loopback;
mod observe;
mod oidc_provider;
mod processes;
mod rate_limits;
mod retries;
mod retry_after;
mod runtimes;
mod secrecy;
mod sign_in;
mod standard_server;
mod stores;
mod superseded;
mod support;
mod transport;
