//! Requests, and the parts that they are built from.

mod body;
mod options;
mod query;
mod segment;
mod upload;

use reqwest::Url;

use crate::operation::Operation;

pub use body::Body;
pub use options::CallOptions;
pub use query::QueryValue;
pub(crate) use segment::fill_path;
pub use segment::{InvalidSegment, segment};
pub use upload::Upload;

/// A request that is complete except for its credential.
#[derive(Debug)]
#[non_exhaustive]
pub struct Request {
    /// The operation. Its method is the method of the request.
    pub operation: &'static Operation,
    /// The whole URL with its query.
    pub url: Url,
    /// The media type that the response should have, for the header `Accept`.
    pub accept: &'static str,
    /// The body to send, if the operation has one.
    pub body: Body,
    /// Timeout and idempotency of this call.
    pub options: CallOptions,
}

impl Request {
    /// A request for JSON, without a body and without options.
    pub fn new(operation: &'static Operation, url: Url) -> Self {
        Self { operation, url, accept: "application/json", body: Body::None, options: CallOptions::new() }
    }

    /// A copy for the next attempt. `None` if the body is a stream, which can be sent only once.
    pub fn try_clone(&self) -> Option<Self> {
        let Self { operation, url, accept, body, options } = self;
        Some(Self { operation, url: url.clone(), accept, body: body.try_clone()?, options: *options })
    }
}
