//! One error for all operations.

mod body;

use std::{error::Error as StdError, fmt, time::Duration};

use chrono::{DateTime, Utc};
use reqwest::{StatusCode, header::HeaderMap};

use crate::{InvalidSegment, Operation, RateLimits, Response, RetryAfter};
use body::ErrorBody;

/// How much of a body an error keeps, in bytes.
pub const MAX_ERROR_BODY: usize = 16 << 10;

/// Why a call did not give what it should.
///
/// The predicates tell what to do: give up, ask for consent, wait, or correct the request. The accessors give what the service
/// said. `Display` is one line with operation, status, the service's words and the trace id that Atlassian's support asks for;
/// no secret and no filled-in address is in it.
pub struct Error(Box<Inner>);

struct Inner {
    operation: Option<&'static Operation>,
    kind: Kind,
    response: Option<ResponseParts>,
    attempts: u32,
}

/// What came back, where something did.
struct ResponseParts {
    status: StatusCode,
    headers: HeaderMap,
    error_body: ErrorBody,
    body: String,
    received_at: Option<DateTime<Utc>>,
}

enum Kind {
    InvalidRequest(String),
    Credential(Box<dyn StdError + Send + Sync>),
    Transport(reqwest::Error),
    Deadline(Duration),
    TooLarge(usize),
    Status,
    Decode { path: String, source: serde_json::Error },
    EmptyResponse,
    WriteFailed(String),
    WaitTimeout(Duration),
    MaxResults(u32),
}

/// Constructors, for those who implement a [`Transport`](crate::Transport).
impl Error {
    /// A request that must not or cannot be sent; nothing was.
    pub fn invalid_request(operation: &'static Operation, reason: impl Into<String>) -> Self {
        Self::new(operation, Kind::InvalidRequest(reason.into()))
    }

    /// A request for which there is no credential, or none that will do; nothing was sent. Callers find the reason as
    /// [`source`](StdError::source).
    pub fn credential(operation: &'static Operation, reason: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(operation, Kind::Credential(reason.into()))
    }

    /// A request to which no answer came.
    pub fn transport(operation: &'static Operation, error: reqwest::Error) -> Self {
        // The address holds ids and search queries, which have no business in a log.
        Self::new(operation, Kind::Transport(error.without_url()))
    }

    /// A call that was given up because its time limit ran out, whatever it was doing.
    pub fn deadline(operation: &'static Operation, limit: Duration) -> Self {
        Self::new(operation, Kind::Deadline(limit))
    }

    /// An answer that broke off.
    pub fn incomplete_response(
        operation: &'static Operation,
        status: StatusCode,
        headers: &HeaderMap,
        error: reqwest::Error,
    ) -> Self {
        let response = Response::new(status, headers.clone(), bytes::Bytes::new());
        Self::new(operation, Kind::Transport(error.without_url())).with_answer(&response)
    }

    /// An answer that is larger than `limit` bytes.
    pub fn too_large(operation: &'static Operation, status: StatusCode, headers: &HeaderMap, limit: usize) -> Self {
        let response = Response::new(status, headers.clone(), bytes::Bytes::new());
        Self::new(operation, Kind::TooLarge(limit)).with_answer(&response)
    }

    /// An answer whose status is no success.
    pub fn from_response(operation: &'static Operation, response: &Response) -> Self {
        Self::new(operation, Kind::Status).with_answer(response)
    }

    pub(crate) fn invalid_segment(operation: &'static Operation, error: &InvalidSegment) -> Self {
        Self::invalid_request(operation, error.to_string())
    }

    pub(crate) fn decode(
        operation: &'static Operation,
        response: &Response,
        path: String,
        source: serde_json::Error,
    ) -> Self {
        Self::new(operation, Kind::Decode { path, source }).with_answer(response)
    }

    pub(crate) fn empty_response(operation: &'static Operation, response: &Response) -> Self {
        Self::new(operation, Kind::EmptyResponse).with_answer(response)
    }

    pub(crate) fn write_failed(operation: &'static Operation, reason: String) -> Self {
        Self::new(operation, Kind::WriteFailed(reason))
    }

    pub(crate) fn wait_timeout(operation: &'static Operation, waited: Duration) -> Self {
        Self::new(operation, Kind::WaitTimeout(waited))
    }

    pub(crate) fn max_results_reached(operation: &'static Operation, max_results: u32) -> Self {
        Self::new(operation, Kind::MaxResults(max_results))
    }

    fn new(operation: &'static Operation, kind: Kind) -> Self {
        Self(Box::new(Inner { operation: Some(operation), kind, response: None, attempts: 0 }))
    }

    fn with_answer(mut self, response: &Response) -> Self {
        let kept = &response.body[..response.body.len().min(MAX_ERROR_BODY)];
        self.0.response = Some(ResponseParts {
            status: response.status,
            headers: response.headers.clone(),
            error_body: ErrorBody::read(response),
            body: String::from_utf8_lossy(kept).into_owned(),
            received_at: response.received_at,
        });
        self.0.attempts = response.attempts;
        self
    }

    /// Says how many attempts were made, for a transport that counts them.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }
}

/// What kind of error it is.
impl Error {
    /// The request was wrong and was not sent: an id that would change its path, a body that has no form in JSON.
    pub fn is_invalid_request(&self) -> bool {
        matches!(self.0.kind, Kind::InvalidRequest(_))
    }

    /// There was no credential, or none that would do, and nothing was sent. [`source`](StdError::source) says why.
    pub fn is_credential_missing(&self) -> bool {
        matches!(self.0.kind, Kind::Credential(_))
    }

    /// No connection came about: the request was not carried out.
    pub fn is_connect(&self) -> bool {
        matches!(&self.0.kind, Kind::Transport(error) if error.is_connect())
    }

    /// A time limit ran out: that of the call, or one of the HTTP client. The request may have been carried out, unless
    /// [`is_connect`](Self::is_connect) holds as well, or [`attempts`](Self::attempts) tells that none was begun.
    pub fn is_timeout(&self) -> bool {
        match &self.0.kind {
            Kind::Deadline(_) => true,
            Kind::Transport(error) => error.is_timeout(),
            _ => false,
        }
    }

    /// The connection failed before the answer was whole. Unless [`is_connect`](Self::is_connect) holds as well, the request may
    /// have been carried out.
    pub fn is_transport(&self) -> bool {
        matches!(self.0.kind, Kind::Transport(_))
    }

    /// The answer is larger than is read. The request was carried out.
    pub fn is_too_large(&self) -> bool {
        matches!(self.0.kind, Kind::TooLarge(_))
    }

    /// The service refused the request, with the status [`status`](Self::status).
    pub fn is_status(&self) -> bool {
        matches!(self.0.kind, Kind::Status)
    }

    /// The service answered with success, and the answer is not what the type expects, or empty. The request was carried out.
    pub fn is_decode(&self) -> bool {
        matches!(self.0.kind, Kind::Decode { .. } | Kind::EmptyResponse)
    }

    /// A queued write was accepted and failed when its turn came; [`message`](Self::message) is the reason.
    pub fn is_write_failed(&self) -> bool {
        matches!(self.0.kind, Kind::WriteFailed(_))
    }

    /// A queued write did not end within the time that the caller gave it. It may still do.
    pub fn is_wait_timeout(&self) -> bool {
        matches!(self.0.kind, Kind::WaitTimeout(_))
    }

    /// There may be more items than the service lets anyone page through. Narrow the search, by time for example.
    pub fn is_max_results_reached(&self) -> bool {
        matches!(self.0.kind, Kind::MaxResults(_))
    }

    /// The token lacks a scope that the operation needs, or the address is not the one for this kind of credential: the service
    /// says the same for both. A new token with the same scopes does not help.
    pub fn is_scope_missing(&self) -> bool {
        self.has_status(StatusCode::UNAUTHORIZED)
            && self.message().is_some_and(|message| message.to_ascii_lowercase().contains("scope does not match"))
    }

    /// The credential is unknown, expired or revoked.
    pub fn is_unauthorized(&self) -> bool {
        self.has_status(StatusCode::UNAUTHORIZED) && !self.is_scope_missing()
    }

    /// The site has no Operations, or this account cannot use it; accounts of apps and services never can.
    pub fn is_no_operations(&self) -> bool {
        self.has_status(StatusCode::FORBIDDEN) && self.code() == Some("40301")
    }

    /// The plan of the site does not have the feature. Some plans refuse with another status, see [`message`](Self::message).
    pub fn is_plan_limit(&self) -> bool {
        self.has_status(StatusCode::PAYMENT_REQUIRED)
    }

    /// The account may not do this.
    pub fn is_forbidden(&self) -> bool {
        self.has_status(StatusCode::FORBIDDEN)
    }

    /// There is no such thing, or the account may not see it. A queued write is not found either until its turn comes.
    pub fn is_not_found(&self) -> bool {
        self.has_status(StatusCode::NOT_FOUND)
    }

    /// There were too many requests, and this one was not carried out. [`rate_limit`](Self::rate_limit) has the time and the reason.
    pub fn is_rate_limited(&self) -> bool {
        self.has_status(StatusCode::TOO_MANY_REQUESTS)
    }

    /// The service or something before it failed. The request may have been carried out.
    pub fn is_server_error(&self) -> bool {
        matches!(self.0.kind, Kind::Status) && self.status().is_some_and(|status| status.is_server_error())
    }

    fn has_status(&self, status: StatusCode) -> bool {
        matches!(self.0.kind, Kind::Status) && self.status() == Some(status)
    }
}

/// What is known about it.
impl Error {
    /// The operation that was called.
    pub fn operation(&self) -> Option<&'static Operation> {
        self.0.operation
    }

    /// The status of the answer, where there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.response().map(|response| response.status)
    }

    /// The service's own code, as in `40301` or `access_denied`. It is not the status, though some answers repeat that.
    pub fn code(&self) -> Option<&str> {
        self.response()?.error_body.code.as_deref()
    }

    /// What the service says is wrong, in its words.
    pub fn message(&self) -> Option<&str> {
        match &self.0.kind {
            Kind::WriteFailed(reason) => Some(reason),
            _ => self.response()?.error_body.message.as_deref(),
        }
    }

    /// Further messages, by the field that they are about; the field is empty for a message about none.
    pub fn field_errors(&self) -> &[(String, String)] {
        self.response().map(|response| response.error_body.fields.as_slice()).unwrap_or_default()
    }

    /// The id that the service gave the request.
    pub fn request_id(&self) -> Option<&str> {
        let response = self.response()?;
        response.error_body.request_id.as_deref().or_else(|| header(&response.headers, "x-request-id"))
    }

    /// The id under which Atlassian's support finds the request (`atl-traceid`).
    pub fn trace_id(&self) -> Option<&str> {
        header(&self.response()?.headers, "atl-traceid")
    }

    /// How long the service asks to wait, in the header `Retry-After`. A refusal for too many requests may come without, and say it in
    /// another way: [`rate_limit`](Self::rate_limit) knows them all.
    pub fn retry_after(&self) -> Option<RetryAfter> {
        RetryAfter::parse(header(&self.response()?.headers, "retry-after")?)
    }

    /// What the answer says about limits: when to come back, which limit it was, and what its policy is. `None` where it says
    /// nothing; a refusal for too many requests may do that.
    pub fn rate_limit(&self) -> Option<RateLimits> {
        let response = self.response()?;
        Some(RateLimits::read(&response.headers, response.received_at)).filter(|limits| !limits.is_empty())
    }

    /// How many attempts were made, where the transport counts them, as `jsm_ops::Client` does; 0 where nothing was sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The headers of the answer, where there was one.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.response().map(|response| &response.headers)
    }

    /// The beginning of the body of the answer, up to [`MAX_ERROR_BODY`] bytes. It is not in `Display` or `Debug`, because an answer
    /// that does not fit its type may hold a secret.
    pub fn body(&self) -> Option<&str> {
        self.response().map(|response| response.body.as_str())
    }

    /// Where in the answer the value stands that does not fit, as in `values[3].createdAt`.
    pub fn json_path(&self) -> Option<&str> {
        match &self.0.kind {
            Kind::Decode { path, .. } => Some(path),
            _ => None,
        }
    }

    fn response(&self) -> Option<&ResponseParts> {
        self.0.response.as_ref()
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.0.operation {
            write!(f, "`{}`", operation.id)?;
            // An operation that the table does not have is called by its path, which is said below.
            if operation.id != operation.path {
                write!(f, " ({operation})")?;
            }
            write!(f, ": ")?;
        }
        match &self.0.kind {
            Kind::InvalidRequest(reason) => write!(f, "the request was not sent: {reason}")?,
            Kind::Credential(_) => write!(f, "there is no credential for the request, which was not sent")?,
            Kind::Transport(error) if error.is_connect() => write!(f, "no connection came about")?,
            Kind::Transport(error) if error.is_timeout() => write!(f, "the time limit ran out")?,
            Kind::Transport(_) => write!(f, "the connection failed before the response was whole")?,
            Kind::Deadline(limit) => write!(f, "the time limit of {} s ran out", limit.as_secs_f32())?,
            Kind::TooLarge(limit) => {
                write!(f, "the response has more than {limit} bytes; raise the limit of the transport")?
            }
            Kind::Status => write!(f, "refused")?,
            Kind::Decode { path, source } => write!(f, "the response does not fit its type at `{path}`: {source}")?,
            Kind::EmptyResponse => write!(f, "the response is empty; the request was carried out")?,
            Kind::WriteFailed(reason) => write!(f, "the service accepted the request and failed to carry it out: {reason}")?,
            Kind::WaitTimeout(waited) => {
                write!(f, "the service did not carry the request out within {} s; it may still do", waited.as_secs_f32())?;
            }
            Kind::MaxResults(max_results) => write!(
                f,
                "nothing past the first {max_results} items can be reached; narrow the search, for example to a shorter time"
            )?,
        }
        if self.0.attempts > 1 {
            write!(f, ", after {} attempts", self.0.attempts)?;
        }
        if let Some(response) = self.response() {
            write!(f, " [status {}", response.status.as_u16())?;
            if let Some(code) = self.code().filter(|code| *code != response.status.as_str()) {
                write!(f, ", code {code}")?;
            }
            if let Some(trace_id) = self.trace_id() {
                write!(f, ", trace {trace_id}")?;
            }
            write!(f, "]")?;
            if let (Kind::Status, Some(message)) = (&self.0.kind, &response.error_body.message) {
                write!(f, ": {message}")?;
            }
            for (field, message) in &response.error_body.fields {
                write!(f, "; {field}{}{message}", if field.is_empty() { "" } else { ": " })?;
            }
        }
        Ok(())
    }
}

/// Says the same as `Display`: headers and body may hold what should not be in a log.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_tuple("Error");
        debug.field(&format_args!("{self}"));
        if let Some(source) = self.source() {
            debug.field(&source);
        }
        debug.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.kind {
            Kind::Credential(reason) => Some(&**reason),
            Kind::Transport(error) => Some(error),
            Kind::Decode { source, .. } => Some(source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
