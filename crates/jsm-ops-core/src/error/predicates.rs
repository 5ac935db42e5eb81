//! Predicates: what kind of failure it is.

use reqwest::StatusCode;

use super::value::{Cause, Error};

/// The kind of failure.
impl Error {
    /// The request is invalid and was not sent: an id that would change its path, or a body
    /// without a JSON form.
    pub fn is_invalid_request(&self) -> bool {
        matches!(self.0.cause, Cause::InvalidRequest(_))
    }

    /// The request has no usable credential and was not sent. [`source`](std::error::Error::source)
    /// has the reason.
    pub fn is_credential_missing(&self) -> bool {
        matches!(self.0.cause, Cause::Credential(_))
    }

    /// The client could not connect. The request was not sent.
    pub fn is_connect(&self) -> bool {
        matches!(&self.0.cause, Cause::Transport(error) if error.is_connect())
    }

    /// The timeout of the call or of the HTTP client passed.
    ///
    /// The service may have processed the request, unless [`is_connect`](Self::is_connect) is true.
    /// With `jsm_ops::Client`, 0 [`attempts`](Self::attempts) mean that it was not sent.
    pub fn is_timeout(&self) -> bool {
        match &self.0.cause {
            Cause::Deadline(_) => true,
            Cause::Transport(error) => error.is_timeout(),
            _ => false,
        }
    }

    /// The connection failed before the response was complete. The service may have processed the
    /// request, unless [`is_connect`](Self::is_connect) is true.
    pub fn is_transport(&self) -> bool {
        matches!(self.0.cause, Cause::Transport(_))
    }

    /// The response is larger than the size limit of the transport. The service processed the
    /// request.
    pub fn is_too_large(&self) -> bool {
        matches!(self.0.cause, Cause::TooLarge(_))
    }

    /// The service responded with a status that is not a success. [`status`](Self::status) has it.
    pub fn is_status(&self) -> bool {
        matches!(self.0.cause, Cause::Status)
    }

    /// The response has a success status, and its body is empty or does not match its type. The
    /// service processed the request.
    pub fn is_decode(&self) -> bool {
        matches!(self.0.cause, Cause::Decode { .. } | Cause::EmptyResponse)
    }

    /// The service accepted a queued write and could not process it. [`message`](Self::message) has
    /// the reason.
    pub fn is_write_failed(&self) -> bool {
        matches!(self.0.cause, Cause::WriteFailed(_))
    }

    /// A queued write is still pending at the end of the wait. It may complete later.
    pub fn is_wait_timeout(&self) -> bool {
        matches!(self.0.cause, Cause::WaitTimeout(_))
    }

    /// There may be more items than the service returns for one search. Narrow it, for example to a
    /// shorter time range.
    pub fn is_max_results_reached(&self) -> bool {
        matches!(self.0.cause, Cause::MaxResults(_))
    }

    /// The token lacks a scope of the operation, or the base URL is for another kind of credential.
    /// The service's response is the same for both. A new token with the same scopes does not help.
    pub fn is_scope_missing(&self) -> bool {
        self.has_status(StatusCode::UNAUTHORIZED)
            && self.message().is_some_and(|message| message.to_ascii_lowercase().contains("scope does not match"))
    }

    /// The credential is unknown, expired or revoked (status 401).
    pub fn is_unauthorized(&self) -> bool {
        self.has_status(StatusCode::UNAUTHORIZED) && !self.is_scope_missing()
    }

    /// The site has no Operations, or the account has no access to it. Accounts of apps and
    /// services never have.
    pub fn is_no_operations(&self) -> bool {
        self.has_status(StatusCode::FORBIDDEN) && self.code() == Some("40301")
    }

    /// The plan of the site lacks the feature (status 402). For some features the service uses
    /// another status; see [`message`](Self::message).
    pub fn is_plan_limit(&self) -> bool {
        self.has_status(StatusCode::PAYMENT_REQUIRED)
    }

    /// The account lacks the permission (status 403).
    pub fn is_forbidden(&self) -> bool {
        self.has_status(StatusCode::FORBIDDEN)
    }

    /// The object does not exist, or the account may not see it (status 404). The status of a
    /// queued write is not found either until the service processes the write.
    pub fn is_not_found(&self) -> bool {
        self.has_status(StatusCode::NOT_FOUND)
    }

    /// The request exceeded a rate limit and was not processed (status 429).
    /// [`rate_limit`](Self::rate_limit) has the time to wait and the reason.
    pub fn is_rate_limited(&self) -> bool {
        self.has_status(StatusCode::TOO_MANY_REQUESTS)
    }

    /// The service, or a gateway before it, failed (status 5xx). The service may have processed the
    /// request.
    pub fn is_server_error(&self) -> bool {
        self.is_status() && self.status().is_some_and(|status| status.is_server_error())
    }

    fn has_status(&self, status: StatusCode) -> bool {
        self.is_status() && self.status() == Some(status)
    }
}
