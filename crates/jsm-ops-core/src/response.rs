//! Responses with their whole body.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use reqwest::{StatusCode, header::HeaderMap};

/// A response of any status, with its whole body.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Response {
    /// The HTTP status, a success or not.
    pub status: StatusCode,
    /// The headers as received.
    pub headers: HeaderMap,
    /// The body, read to its end.
    pub body: Bytes,
    /// The time at which the headers arrived. `None` if the transport does not record it.
    pub received_at: Option<DateTime<Utc>>,
    /// The number of attempts that the transport made. 0 if it does not count them.
    pub attempts: u32,
}

impl Response {
    /// A response without a time and without a count of attempts.
    pub fn new(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        Self { status, headers, body, received_at: None, attempts: 0 }
    }

    /// The value of a header. `None` if the header is missing or has bytes outside of visible
    /// ASCII. The first value counts if there are several.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
