//! Whether a request may be retried.

use std::{fmt, time::Duration};

use chrono::{DateTime, Utc};
use jsm_ops_core::{Body, Error as CallError, Idempotency, RateLimits, Response};
use reqwest::{StatusCode, header::CONTENT_TYPE};

/// Why a request is retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryCause {
    /// No connection was established.
    Connect,
    /// The service returned 429.
    RateLimited,
    /// The service or a proxy in front of it failed.
    ServerError,
    /// The response did not arrive in time.
    Timeout,
    /// The connection failed before the response was complete, or the response is cut off.
    IncompleteResponse,
}

/// Writes a stable name for metrics.
impl fmt::Display for RetryCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connect",
            Self::RateLimited => "rate_limited",
            Self::ServerError => "server_error",
            Self::Timeout => "timeout",
            Self::IncompleteResponse => "incomplete_response",
        })
    }
}

impl RetryCause {
    /// Whether the request was certainly not carried out.
    pub(crate) fn is_not_carried_out(self) -> bool {
        matches!(self, Self::Connect | Self::RateLimited)
    }

    /// How long the service asks to wait.
    ///
    /// All rate limit headers count after a 429. A failing server says it with `Retry-After` only.
    pub(crate) fn retry_after(self, limits: &RateLimits, now: DateTime<Utc>) -> Option<Duration> {
        match self {
            Self::RateLimited => limits.wait(now),
            Self::ServerError => limits.retry_after.and_then(|_| limits.wait(now)),
            _ => None,
        }
    }
}

/// Why another attempt may have another result. `None` if it would have the same, or if nothing was
/// sent.
pub(crate) fn retry_cause(result: &Result<Response, CallError>) -> Option<RetryCause> {
    match result {
        Ok(response) => match response.status {
            StatusCode::TOO_MANY_REQUESTS => Some(RetryCause::RateLimited),
            // An operation that is not implemented now is not implemented in a second.
            StatusCode::NOT_IMPLEMENTED => None,
            StatusCode::REQUEST_TIMEOUT => Some(RetryCause::Timeout),
            status if status.is_server_error() => Some(RetryCause::ServerError),
            status if status.is_success() && is_incomplete(response) => Some(RetryCause::IncompleteResponse),
            _ => None,
        },
        // This includes a timeout while connecting: nothing was sent.
        Err(error) if error.is_connect() => Some(RetryCause::Connect),
        Err(error) if error.is_timeout() => Some(RetryCause::Timeout),
        Err(error) if error.is_transport() => Some(RetryCause::IncompleteResponse),
        Err(_) => None,
    }
}

/// Whether a successful response is cut off or comes from a proxy.
///
/// Only decoding knows for certain. To parse every response twice is too expensive, and its first
/// and last byte say nearly as much.
fn is_incomplete(response: &Response) -> bool {
    let is_html = response.headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    let body = response.body.trim_ascii();
    is_html
        || match body.first() {
            Some(b'{') => body.last() != Some(&b'}') || body.len() < 2,
            Some(b'[') => body.last() != Some(&b']') || body.len() < 2,
            _ => false,
        }
}

/// Whether a request may be sent again if it is unknown whether it was carried out.
pub(crate) fn is_idempotent(idempotency: Idempotency, body: &Body) -> bool {
    match idempotency {
        Idempotency::Idempotent => true,
        Idempotency::WithAlias => has_alias(body),
        // Values that this version does not know are not idempotent.
        _ => false,
    }
}

/// Whether a body has an alias. The service treats an empty string like a missing one.
fn has_alias(body: &Body) -> bool {
    let Body::Json(json) = body else { return false };
    #[derive(serde::Deserialize)]
    struct WithAlias {
        alias: String,
    }
    serde_json::from_slice::<WithAlias>(json).is_ok_and(|body| !body.alias.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use jsm_ops_core::Upload;
    use reqwest::header::{HeaderMap, HeaderValue};

    use super::*;

    #[test]
    fn only_a_non_empty_alias_makes_a_request_idempotent() {
        let json = |text: &'static str| Body::Json(text.as_bytes().into());
        assert!(is_idempotent(Idempotency::WithAlias, &json(r#"{"message":"m","alias":"a"}"#)));
        for text in [
            "{}",
            r#"{"alias":""}"#,
            r#"{"alias":" "}"#,
            r#"{"alias":null}"#,
            r#"{"alias":1}"#,
            r#"{"details":{"alias":"a"}}"#,
            r#"{"alias":"a","alias":""}"#,
            r#""alias""#,
            r#"{"alias":"a"#,
        ] {
            assert!(!is_idempotent(Idempotency::WithAlias, &json(text)), "{text}");
        }
        let form = Body::Form { name: "file", file: Upload::bytes("alias", "a") };
        for body in [&Body::None, &form] {
            assert!(
                is_idempotent(Idempotency::Idempotent, body)
                    && !is_idempotent(Idempotency::WithAlias, body)
                    && !is_idempotent(Idempotency::NotIdempotent, body)
            );
        }
    }

    #[test]
    fn a_success_is_incomplete_if_its_ends_say_so() {
        let cause_of = |status: u16, media_type: &'static str, body: &'static str| {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(media_type))]);
            let status = StatusCode::from_u16(status).expect("a status");
            retry_cause(&Ok(Response::new(status, headers, body.as_bytes().into())))
        };
        let json = "application/json";
        for body in ["{", "[", r#"{"values":["#, "[1,", " {\"a\":1 "] {
            assert_eq!(cause_of(200, json, body), Some(RetryCause::IncompleteResponse), "{body}");
        }
        assert_eq!(cause_of(200, "text/html; charset=utf-8", "<html>"), Some(RetryCause::IncompleteResponse));
        for body in ["", "{}", " [] \n", "null", "1", "BEGIN:VCALENDAR"] {
            assert_eq!(cause_of(200, json, body), None, "{body}");
        }
        for (status, expected) in [
            (429, Some(RetryCause::RateLimited)),
            (500, Some(RetryCause::ServerError)),
            (501, None),
            (503, Some(RetryCause::ServerError)),
            (408, Some(RetryCause::Timeout)),
            (302, None),
            (400, None),
            (401, None),
            (404, None),
        ] {
            assert_eq!(cause_of(status, "text/html", "<html>"), expected, "{status}");
        }
    }
}
