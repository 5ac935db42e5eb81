//! The HTTP server, and the handling of one request from its record to its response.

pub(crate) mod listener;

mod handle;
mod partial_body;
mod route;
