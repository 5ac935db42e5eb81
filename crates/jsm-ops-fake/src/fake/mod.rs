//! The interface for tests: how a fake is started, controlled and inspected.

pub(crate) mod browser;
pub(crate) mod builder;
pub(crate) mod handle;

mod accounts;
mod injection;
mod inspection;
mod site_setup;
