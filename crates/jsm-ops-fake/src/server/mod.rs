//! The HTTP server, and what happens to one request.

pub(crate) mod listener;

mod partial_body;
mod respond;
mod route;
