//! The handlers of `api.atlassian.com`: access to operations, and their simulation.

pub(crate) mod document;
pub(crate) mod gateway_path;
pub(crate) mod operation_spec;
pub(crate) mod simulate;

mod access;
mod alert_notes;
mod alert_reads;
mod alert_writes;
mod configuration;
mod paginate;
mod parsed_request;
mod request_check;
mod schema_example;
