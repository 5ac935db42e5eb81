//! The part of `api.atlassian.com` that leads to operations.

pub(crate) mod document;
pub(crate) mod operation_spec;
pub(crate) mod path;
pub(crate) mod simulate;

mod alert_writes;
mod alerts;
mod authorize;
mod check_request;
mod config;
mod notes;
mod paginate;
mod parsed_request;
mod schema_example;
