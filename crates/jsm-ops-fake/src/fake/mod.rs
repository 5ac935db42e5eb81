//! The API for tests: start a fake, inject faults, and inspect requests.

pub(crate) mod browser;
pub(crate) mod builder;
pub(crate) mod running;

mod account_control;
mod fault_injection;
mod request_inspection;
mod site_setup;
