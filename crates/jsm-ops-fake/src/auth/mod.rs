//! The handlers of `auth.atlassian.com`, and of the list of sites.

pub(crate) mod accessible_resources;
pub(crate) mod consent_page;
pub(crate) mod token_requests;
