//! Tests of the fake with a plain HTTP client: what a client of Atlassian would meet.

#![allow(clippy::unwrap_used)] // Helpers of tests are tests, too.

mod consent;
mod faults;
mod gateway;
mod plain;
mod tokens;
