//! Accessors: what the service said, and to which request.

use reqwest::{StatusCode, header::HeaderMap};

use super::value::{Cause, Error, ResponseParts};
use crate::{operation::Operation, rate_limits::RateLimits, retry_after::RetryAfter};

/// Details of the failure.
impl Error {
    /// The operation that was called.
    pub fn operation(&self) -> Option<&'static Operation> {
        self.0.operation
    }

    /// The status of the response. `None` without a response.
    pub fn status(&self) -> Option<StatusCode> {
        self.response().map(|response| response.status)
    }

    /// The service's own error code, as in `40301` or `access_denied`. Some responses repeat the
    /// HTTP status here.
    pub fn code(&self) -> Option<&str> {
        self.response()?.error_body.code.as_deref()
    }

    /// The service's message: why it rejected the request, or why a queued write failed.
    pub fn message(&self) -> Option<&str> {
        match &self.0.cause {
            Cause::WriteFailed(reason) => Some(reason),
            _ => self.response()?.error_body.message.as_deref(),
        }
    }

    /// Further messages as pairs of field and message. The field is empty if a message has none.
    pub fn field_errors(&self) -> &[(String, String)] {
        self.response().map(|response| response.error_body.fields.as_slice()).unwrap_or_default()
    }

    /// The service's id of the request, from the body or the header `X-Request-Id`.
    pub fn request_id(&self) -> Option<&str> {
        let response = self.response()?;
        response.error_body.request_id.as_deref().or_else(|| header(&response.headers, "x-request-id"))
    }

    /// The id by which Atlassian's support finds the request, from the header `Atl-Traceid`.
    pub fn trace_id(&self) -> Option<&str> {
        header(&self.response()?.headers, "atl-traceid")
    }

    /// The header `Retry-After` (RFC 9110, section 10.2.3). The service announces waits in other
    /// headers as well; [`rate_limit`](Self::rate_limit) reads them all.
    pub fn retry_after(&self) -> Option<RetryAfter> {
        RetryAfter::parse(header(&self.response()?.headers, "retry-after")?)
    }

    /// The rate limits in the headers of the response: when to retry, which limit was exceeded, and
    /// its policy. `None` if the response has none, which is possible with status 429 too.
    pub fn rate_limit(&self) -> Option<RateLimits> {
        let response = self.response()?;
        Some(RateLimits::read(&response.headers, response.received_at)).filter(|limits| !limits.is_empty())
    }

    /// The number of attempts, if the transport counts them, as `jsm_ops::Client` does. 0 if it
    /// does not, or if the request was not sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The headers of the response. `None` without a response.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.response().map(|response| &response.headers)
    }

    /// The first [`MAX_ERROR_BODY`](crate::MAX_ERROR_BODY) bytes of the response body. `Display`
    /// and `Debug` do not print it, because it may have a secret.
    pub fn body(&self) -> Option<&str> {
        self.response().map(|response| response.body.as_str())
    }

    /// The place in the response that does not match its type, as in `values[3].createdAt`.
    pub fn json_path(&self) -> Option<&str> {
        match &self.0.cause {
            Cause::Decode { path, .. } => Some(path),
            _ => None,
        }
    }

    pub(super) fn response(&self) -> Option<&ResponseParts> {
        self.0.response.as_ref()
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
