//! The part of `auth.atlassian.com`: the consent page, the token endpoint, and the sites that a token reaches.

pub(crate) mod accessible_resources;
pub(crate) mod consent_page;
pub(crate) mod token_requests;
