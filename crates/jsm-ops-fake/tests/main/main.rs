//! Tests of the fake with a plain HTTP client, as a client of Atlassian would use it.

#![allow(clippy::unwrap_used)] // The lint exempts tests, but not their helper functions.

mod access;
mod alerts;
mod all_operations;
mod configuration;
mod consent;
mod faults;
mod http_client;
mod program;
mod rate_limits;
mod test_site;
mod tokens;
