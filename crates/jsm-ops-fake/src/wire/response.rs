//! A response of the fake, before the server sends it.

use bytes::Bytes;
use serde_json::{Value, json};

/// A response of the fake: a status, headers and a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FakeResponse {
    /// The status code.
    pub status: u16,
    /// The headers, in order. The server adds `Content-Length` and `Date`.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte.
    pub body: Bytes,
}

impl FakeResponse {
    /// A response without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new() }
    }

    /// A response with a JSON body.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", body.to_string())
    }

    /// A response with an HTML page.
    pub fn html(status: u16, body: impl Into<String>) -> Self {
        Self::text(status, "text/html; charset=utf-8", body)
    }

    /// A response with a string of any media type.
    pub fn text(status: u16, media_type: &str, body: impl Into<String>) -> Self {
        Self { body: Bytes::from(body.into()), ..Self::empty(status).header("content-type", media_type) }
    }

    /// A 429 without any header that says when to retry.
    pub fn rate_limited() -> Self {
        Self::json(429, &json!({ "code": 429, "message": "Rate limit exceeded" }))
    }

    /// A 429 with `Retry-After`, which has seconds or an HTTP date.
    pub fn rate_limited_until(retry_after: &str) -> Self {
        Self::rate_limited().header("retry-after", retry_after)
    }

    /// The HTML page of a gateway whose backend fails.
    pub fn gateway_error(status: u16) -> Self {
        let page = format!("<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>");
        Self::html(status, page).header("server", "globaledge-envoy").header("atl-traceid", "fake0trace0id")
    }

    /// A redirect with status 302.
    pub fn redirect(to: &str) -> Self {
        Self::empty(302).header("location", to)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Replaces the value of a header.
    #[must_use]
    pub(crate) fn replace_header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.header(name, value)
    }
}
