//! Constructors, one for each way in which a call fails.

use std::{error::Error as StdError, time::Duration};

use bytes::Bytes;
use reqwest::{StatusCode, header::HeaderMap};

use super::value::{Cause, Error};
use crate::{operation::Operation, response::Response};

/// Constructors, for implementations of [`Transport`](crate::Transport).
impl Error {
    /// An invalid request, which was not sent. `reason` completes "the request was not sent: ".
    pub fn invalid_request(operation: &'static Operation, reason: impl Into<String>) -> Self {
        Self::new(operation, Cause::InvalidRequest(reason.into()))
    }

    /// A request without a usable credential, which was not sent. `reason` becomes the
    /// [`source`](StdError::source).
    pub fn credential(operation: &'static Operation, reason: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(operation, Cause::Credential(reason.into()))
    }

    /// A request without a response: the connection or the HTTP client failed. The URL of `error`
    /// is removed, because it has ids and search terms.
    pub fn transport(operation: &'static Operation, error: reqwest::Error) -> Self {
        Self::new(operation, Cause::Transport(error.without_url()))
    }

    /// A call whose timeout passed, in whatever state it was. `timeout` is that of the call.
    pub fn deadline(operation: &'static Operation, timeout: Duration) -> Self {
        Self::new(operation, Cause::Deadline(timeout))
    }

    /// A response whose body ended early. `status` and `headers` are those that were received.
    pub fn incomplete_response(
        operation: &'static Operation,
        status: StatusCode,
        headers: &HeaderMap,
        error: reqwest::Error,
    ) -> Self {
        let response = Response::new(status, headers.clone(), Bytes::new());
        Self::transport(operation, error).with_response(&response)
    }

    /// A response with more than `max_bytes` bytes.
    pub fn too_large(operation: &'static Operation, status: StatusCode, headers: &HeaderMap, max_bytes: usize) -> Self {
        let response = Response::new(status, headers.clone(), Bytes::new());
        Self::new(operation, Cause::TooLarge(max_bytes)).with_response(&response)
    }

    /// A response whose status is not a success.
    pub fn from_response(operation: &'static Operation, response: &Response) -> Self {
        Self::new(operation, Cause::Status).with_response(response)
    }

    /// Sets the number of attempts, for a transport that counts them.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }
}

impl Error {
    pub(crate) fn decode(
        operation: &'static Operation,
        response: &Response,
        path: String,
        error: serde_json::Error,
    ) -> Self {
        Self::new(operation, Cause::Decode { path, reason: error.to_string() }).with_response(response)
    }

    pub(crate) fn empty_response(operation: &'static Operation, response: &Response) -> Self {
        Self::new(operation, Cause::EmptyResponse).with_response(response)
    }

    pub(crate) fn write_failed(operation: &'static Operation, reason: String) -> Self {
        Self::new(operation, Cause::WriteFailed(reason))
    }

    pub(crate) fn wait_timeout(operation: &'static Operation, timeout: Duration) -> Self {
        Self::new(operation, Cause::WaitTimeout(timeout))
    }

    pub(crate) fn max_results_reached(operation: &'static Operation, max_results: u32) -> Self {
        Self::new(operation, Cause::MaxResults(max_results))
    }
}
