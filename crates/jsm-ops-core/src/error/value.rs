//! The error and its parts.

use std::{error::Error as StdError, time::Duration};

use chrono::{DateTime, Utc};
use reqwest::{StatusCode, header::HeaderMap};

use super::error_body::ErrorBody;
use crate::{operation::Operation, response::Response};

/// How many bytes of a response body an error keeps: 16 KiB.
pub const MAX_ERROR_BODY: usize = 16 << 10;

/// Why a call failed.
///
/// Predicates such as [`is_rate_limited`](Self::is_rate_limited) tell what to do next: correct the
/// request, sign in, wait, or give up. Accessors such as [`message`](Self::message) return what the
/// service said.
///
/// `Display` is one line for a log: the operation, what happened, the status, the service's
/// message, and the trace id that Atlassian's support asks for. It has no URL, header, or raw body.
/// [`source`](StdError::source) returns causes that `Display` does not have.
///
/// ```
/// # use jsm_ops_core::Error;
/// fn advice(error: &Error) -> &'static str {
///     if error.is_rate_limited() {
///         "wait"
///     } else if error.is_credential_missing() || error.is_unauthorized() {
///         "sign in again"
///     } else {
///         "see the message"
///     }
/// }
/// # drop(advice);
/// ```
pub struct Error(pub(super) Box<Inner>);

pub(super) struct Inner {
    pub(super) operation: Option<&'static Operation>,
    pub(super) cause: Cause,
    pub(super) response: Option<ResponseParts>,
    pub(super) attempts: u32,
}

/// What an error keeps of a response.
pub(super) struct ResponseParts {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) error_body: ErrorBody,
    pub(super) body: String,
    pub(super) received_at: Option<DateTime<Utc>>,
}

pub(super) enum Cause {
    InvalidRequest(String),
    Credential(Box<dyn StdError + Send + Sync>),
    Transport(reqwest::Error),
    Deadline(Duration),
    TooLarge(usize),
    Status,
    Decode { path: String, reason: String },
    EmptyResponse,
    WriteFailed(String),
    WaitTimeout(Duration),
    MaxResults(u32),
}

impl Error {
    pub(super) fn new(operation: &'static Operation, cause: Cause) -> Self {
        Self(Box::new(Inner { operation: Some(operation), cause, response: None, attempts: 0 }))
    }

    pub(super) fn with_response(mut self, response: &Response) -> Self {
        let kept = &response.body[..response.body.len().min(MAX_ERROR_BODY)];
        self.0.response = Some(ResponseParts {
            status: response.status,
            headers: response.headers.clone(),
            error_body: ErrorBody::parse(response),
            body: String::from_utf8_lossy(kept).into_owned(),
            received_at: response.received_at,
        });
        self.0.attempts = response.attempts;
        self
    }
}
