//! Options of a single call.

use std::time::Duration;

use crate::idempotency::Idempotency;

/// Options of one call that override those of the client.
///
/// A transport without retries and timeouts, such as [`HttpTransport`](crate::HttpTransport), uses
/// the timeout only.
///
/// ```
/// # use std::time::Duration;
/// # use jsm_ops_core::{CallOptions, Idempotency};
/// let five_seconds = Duration::from_secs(5);
/// let options = CallOptions::new().timeout(five_seconds).idempotency(Idempotency::Idempotent);
/// assert_eq!(options.timeout, Some(five_seconds));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallOptions {
    /// The timeout of the whole call: refreshes, every attempt, and the delays between them.
    pub timeout: Option<Duration>,
    /// The idempotency of this call, instead of that of the operation.
    pub idempotency: Option<Idempotency>,
}

impl CallOptions {
    /// No option: the call uses those of the client.
    pub const fn new() -> Self {
        Self { timeout: None, idempotency: None }
    }

    /// Sets the timeout of the whole call: refreshes, every attempt, and the delays between them.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets whether the call may be retried after its response was lost. Only the caller knows
    /// whether these inputs make the request idempotent.
    #[must_use]
    pub const fn idempotency(mut self, idempotency: Idempotency) -> Self {
        self.idempotency = Some(idempotency);
        self
    }
}
