//! Tests of the fake with a plain HTTP client: what a client of Atlassian would meet.

#![allow(clippy::unwrap_used)] // Helpers of tests are tests, too.

mod alerts;
mod chance;
mod config;
mod consent;
mod faults;
mod gateway;
mod interface;
mod plain;
mod program;
mod site;
mod tokens;
