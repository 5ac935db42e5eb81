//! Whether a request may be sent again.

use std::{fmt, time::Duration};

use chrono::{DateTime, Utc};
use jsm_ops_core::{Body, Error as CallError, Idempotency, RateLimits, Response};
use reqwest::{StatusCode, header::CONTENT_TYPE};

/// Why a request is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryCause {
    /// No connection came about.
    Connect,
    /// There were too many requests.
    RateLimited,
    /// The service failed, or something before it.
    ServerError,
    /// No answer came in time.
    Timeout,
    /// The connection broke, or the answer did.
    BrokenAnswer,
}

/// Names that do not change, for metrics.
impl fmt::Display for RetryCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connect",
            Self::RateLimited => "rate_limited",
            Self::ServerError => "server_error",
            Self::Timeout => "timeout",
            Self::BrokenAnswer => "broken_answer",
        })
    }
}

impl RetryCause {
    /// Whether it is certain that the request was not carried out.
    pub(crate) fn is_harmless(self) -> bool {
        matches!(self, Self::Connect | Self::RateLimited)
    }

    /// How long the service asks to wait. What is known of limits tells when to come back only after a refusal for a limit; a failing
    /// server says it with `Idempotency-After`.
    pub(crate) fn asked(self, limits: &RateLimits, now: DateTime<Utc>) -> Option<Duration> {
        match self {
            Self::RateLimited => limits.wait(now),
            Self::ServerError => limits.retry_after.and_then(|_| limits.wait(now)),
            _ => None,
        }
    }
}

/// Why an outcome might be another one if the request were sent again; `None` where it would be the same, or where there was no
/// request.
pub(crate) fn cause(outcome: &Result<Response, CallError>) -> Option<RetryCause> {
    match outcome {
        Ok(answer) => match answer.status {
            StatusCode::TOO_MANY_REQUESTS => Some(RetryCause::RateLimited),
            // What is not implemented now is not implemented in a second.
            StatusCode::NOT_IMPLEMENTED => None,
            StatusCode::REQUEST_TIMEOUT => Some(RetryCause::Timeout),
            status if status.is_server_error() => Some(RetryCause::ServerError),
            status if status.is_success() && is_broken(answer) => Some(RetryCause::BrokenAnswer),
            _ => None,
        },
        // A connection that does not come about in time is none either: nothing was sent.
        Err(error) if error.is_connect() => Some(RetryCause::Connect),
        Err(error) if error.is_timeout() => Some(RetryCause::Timeout),
        Err(error) if error.is_transport() => Some(RetryCause::BrokenAnswer),
        Err(_) => None,
    }
}

/// Whether a success is none that the service wrote, or not all of it. The full truth is known to those who decode it; to parse
/// every answer twice would be too dear, and its two ends tell nearly as much.
fn is_broken(answer: &Response) -> bool {
    let is_page = answer.headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    let body = answer.body.trim_ascii();
    is_page
        || match body.first() {
            Some(b'{') => body.last() != Some(&b'}') || body.len() < 2,
            Some(b'[') => body.last() != Some(&b']') || body.len() < 2,
            _ => false,
        }
}

/// Whether it does no harm to send a request again of which nobody knows whether it was carried out.
pub(crate) fn is_safe(class: Idempotency, body: &Body) -> bool {
    match class {
        Idempotency::Idempotent => true,
        Idempotency::WithAlias => has_alias(body),
        // Classes that are not known here do harm until somebody says that they do not.
        _ => false,
    }
}

/// Whether a body has an alias. Empty is as good as none: the service takes an empty text for none everywhere.
fn has_alias(body: &Body) -> bool {
    let Body::Json(json) = body else { return false };
    #[derive(serde::Deserialize)]
    struct Aliased {
        alias: String,
    }
    serde_json::from_slice::<Aliased>(json).is_ok_and(|body| !body.alias.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use jsm_ops_core::Upload;
    use reqwest::header::{HeaderMap, HeaderValue};

    use super::*;

    #[test]
    fn only_an_alias_that_is_one_makes_a_repeat_safe() {
        let json = |text: &'static str| Body::Json(text.as_bytes().into());
        assert!(is_safe(Idempotency::WithAlias, &json(r#"{"message":"m","alias":"a"}"#)));
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
            assert!(!is_safe(Idempotency::WithAlias, &json(text)), "{text}");
        }
        let form = Body::Form { name: "file", file: Upload::bytes("alias", "a") };
        for body in [&Body::None, &form] {
            assert!(
                is_safe(Idempotency::Idempotent, body)
                    && !is_safe(Idempotency::WithAlias, body)
                    && !is_safe(Idempotency::NotIdempotent, body)
            );
        }
    }

    #[test]
    fn a_success_is_broken_where_its_ends_say_so() {
        let answer = |status: u16, media_type: &'static str, body: &'static str| {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(media_type))]);
            let status = StatusCode::from_u16(status).expect("a status");
            cause(&Ok(Response::new(status, headers, body.as_bytes().into())))
        };
        let json = "application/json";
        for body in ["{", "[", r#"{"values":["#, "[1,", " {\"a\":1 "] {
            assert_eq!(answer(200, json, body), Some(RetryCause::BrokenAnswer), "{body}");
        }
        assert_eq!(answer(200, "text/html; charset=utf-8", "<html>"), Some(RetryCause::BrokenAnswer));
        for body in ["", "{}", " [] \n", "null", "1", "BEGIN:VCALENDAR"] {
            assert_eq!(answer(200, json, body), None, "{body}");
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
            assert_eq!(answer(status, "text/html", "<html>"), expected, "{status}");
        }
    }
}
