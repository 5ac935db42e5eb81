//! The state of the fake: registrations, grants, the data of each site, and received requests.

pub(crate) mod accepted_write;
pub(crate) mod alert;
pub(crate) mod consent;
pub(crate) mod fake_state;
pub(crate) mod grants;
pub(crate) mod registry;
pub(crate) mod request_log;
pub(crate) mod site_data;
pub(crate) mod token_source;
pub(crate) mod violations;
