//! Requests, and the parts that they are built from.

mod body;
mod form;
mod options;
mod query;
mod segment;
#[cfg(test)]
mod tests;
mod upload;

use reqwest::{Url, header::HeaderMap};

use crate::operation::Operation;

pub use body::Body;
pub use form::FormParts;
pub use options::CallOptions;
pub use query::QueryValue;
pub(crate) use query::comma_list;
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
    /// The headers that the caller set. The transport adds `Accept`, `Content-Type` and the
    /// credential.
    pub headers: HeaderMap,
    /// The body to send, if the operation has one.
    pub body: Body,
    /// Timeout and idempotency of this call.
    pub options: CallOptions,
}

impl Request {
    /// A request for JSON, without a body and without options.
    pub fn new(operation: &'static Operation, url: Url) -> Self {
        let (headers, options) = (HeaderMap::new(), CallOptions::new());
        Self { operation, url, accept: "application/json", headers, body: Body::None, options }
    }

    /// A copy for the next attempt. `None` if the body is a stream, which can be sent only once.
    pub fn try_clone(&self) -> Option<Self> {
        let Self { operation, url, accept, headers, body, options } = self;
        let (url, headers, body) = (url.clone(), headers.clone(), body.try_clone()?);
        Some(Self { operation, url, accept, headers, body, options: *options })
    }
}
