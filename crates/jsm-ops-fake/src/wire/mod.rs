//! Values of the wire: endpoints, requests, responses, and times.

pub(crate) mod endpoint;
pub(crate) mod error_responses;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod timestamp;
