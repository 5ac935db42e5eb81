//! What the fake answers, before it becomes an HTTP response.

use bytes::Bytes;
use serde_json::Value;

/// An answer: a status, headers and a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, in order. `Content-Length` is added by the server.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// No body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new() }
    }

    /// A JSON body.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", body.to_string())
    }

    /// A page, as gateways send them when what is behind them fails.
    pub fn html(status: u16, body: impl Into<String>) -> Self {
        Self::text(status, "text/html; charset=utf-8", body)
    }

    /// A body of any media type.
    pub fn text(status: u16, media_type: &str, body: impl Into<String>) -> Self {
        Self { body: Bytes::from(body.into()), ..Self::empty(status).header("content-type", media_type) }
    }

    /// Too many requests, without a word on when to come back.
    pub fn throttled() -> Self {
        Self::json(429, &serde_json::json!({ "code": 429, "message": "Rate limit exceeded" }))
    }

    /// Too many requests, with `Retry-After`: seconds or an HTTP date.
    pub fn throttled_until(retry_after: &str) -> Self {
        Self::throttled().header("retry-after", retry_after)
    }

    /// The page of a gateway whose backend fails.
    pub fn gateway_page(status: u16) -> Self {
        let page = format!("<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>");
        Self::html(status, page).header("server", "globaledge-envoy").header("atl-traceid", "fake0trace0id")
    }

    /// A redirect.
    pub fn redirect(to: &str) -> Self {
        Self::empty(302).header("location", to)
    }

    /// The same answer with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same answer with another value for a header.
    #[must_use]
    pub(crate) fn replace_header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.header(name, value)
    }
}
