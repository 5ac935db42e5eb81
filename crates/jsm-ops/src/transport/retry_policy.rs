//! The retry policy of a client.

use std::time::Duration;

use jsm_ops_core::{Idempotency, Operation};

/// How often a call is attempted and how long it waits between attempts.
///
/// The policy does not decide which requests are retried. A request that was not executed is always
/// retried: there was no connection, or the response was 429. A request that may have been executed
/// is retried only if it is idempotent ([`Operation::idempotency`]).
///
/// ```
/// # use std::time::Duration;
/// # use jsm_ops::RetryPolicy;
/// let (initial, max) = (Duration::from_secs(1), Duration::from_secs(60));
/// let for_a_batch_job = RetryPolicy::new().max_attempts(8).backoff(initial, max);
/// let no_retries = RetryPolicy::new().max_attempts(1);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct RetryPolicy {
    pub(crate) max_attempts: u32,
    pub(crate) initial_backoff: Duration,
    pub(crate) max_backoff: Duration,
    pub(crate) max_retry_after: Duration,
    pub(crate) max_elapsed: Duration,
    idempotency: fn(&'static Operation) -> Idempotency,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

impl RetryPolicy {
    /// Four attempts, backoff from 500 ms to 30 s, and a `Retry-After` of up to 60 s. No delay ends
    /// later than two minutes after the start of the call.
    pub const fn new() -> Self {
        Self {
            max_attempts: 4,
            initial_backoff: Duration::from_millis(500),
            max_backoff: Duration::from_secs(30),
            max_retry_after: Duration::from_secs(60),
            max_elapsed: Duration::from_secs(120),
            idempotency: |operation| operation.idempotency,
        }
    }

    /// Sets the maximum number of attempts, the first one included. An attempt that is repeated
    /// because its token was rejected counts once.
    #[must_use]
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Sets the backoff for responses that do not say when to retry. The delay is random between
    /// zero and `initial`, then between zero and twice that, and so on up to `max`.
    #[must_use]
    pub const fn backoff(mut self, initial: Duration, max: Duration) -> Self {
        self.initial_backoff = initial;
        self.max_backoff = max;
        self
    }

    /// Sets the longest delay that the service may ask for.
    ///
    /// If it asks for more, the call returns the error at once. The error has the time
    /// ([`CallError::rate_limit`](crate::CallError::rate_limit)), and the program decides what to
    /// do about a quota that is spent for an hour.
    #[must_use]
    pub const fn max_retry_after(mut self, delay: Duration) -> Self {
        self.max_retry_after = delay;
        self
    }

    /// Sets the time after the start of the call at which the last delay must end. Unlike the
    /// timeout of a call it does not end a running attempt.
    #[must_use]
    pub const fn max_elapsed(mut self, elapsed: Duration) -> Self {
        self.max_elapsed = elapsed;
        self
    }

    /// Overrides the idempotency of operations. The option of a call
    /// ([`CallOptions::idempotency`](crate::core::CallOptions::idempotency)) has precedence.
    ///
    /// ```
    /// # use jsm_ops::{RetryPolicy, core::Idempotency};
    /// let policy = RetryPolicy::new().idempotency(|operation| match operation.id {
    ///     // A second ping does not affect our heartbeats.
    ///     "ping_heartbeat" => Idempotency::Idempotent,
    ///     _ => operation.idempotency,
    /// });
    /// ```
    #[must_use]
    pub const fn idempotency(mut self, idempotency: fn(&'static Operation) -> Idempotency) -> Self {
        self.idempotency = idempotency;
        self
    }

    pub(crate) fn idempotency_of(&self, operation: &'static Operation) -> Idempotency {
        (self.idempotency)(operation)
    }
}
