//! The state of the fake: what is registered, granted and stored, and which requests were received.

pub(crate) mod accepted_write;
pub(crate) mod alert;
pub(crate) mod consent;
pub(crate) mod grants;
pub(crate) mod registry;
pub(crate) mod request_log;
pub(crate) mod site_data;
pub(crate) mod state;
pub(crate) mod token_source;
