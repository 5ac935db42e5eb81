//! How often and when calls are repeated.

use std::time::Duration;

use jsm_ops_core::{Idempotency, Operation};

/// How often a call is sent, and how long it waits in between.
///
/// What may be repeated is not a matter of the policy: a request that was not carried out may be (no connection, too many
/// requests), and one of which nobody knows only where its operation says so ([`Operation::retry`]).
///
/// ```
/// # use std::time::Duration;
/// # use jsm_ops::RetryPolicy;
/// let patient = RetryPolicy::new().attempts(8).backoff(Duration::from_secs(1), Duration::from_secs(60));
/// let never = RetryPolicy::new().attempts(1);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct RetryPolicy {
    pub(crate) attempts: u32,
    pub(crate) first_backoff: Duration,
    pub(crate) longest_backoff: Duration,
    pub(crate) longest_wait: Duration,
    pub(crate) total: Duration,
    classes: fn(&'static Operation) -> Idempotency,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

impl RetryPolicy {
    /// Four attempts, backoff from 500 ms to 30 s, waits of up to 60 s, and no wait that would end later than two minutes after the
    /// call began.
    pub const fn new() -> Self {
        Self {
            attempts: 4,
            first_backoff: Duration::from_millis(500),
            longest_backoff: Duration::from_secs(30),
            longest_wait: Duration::from_secs(60),
            total: Duration::from_secs(120),
            classes: |operation| operation.idempotency,
        }
    }

    /// How often a call is sent at most, the first time included. A request that is sent again because its token was refused does
    /// not count.
    #[must_use]
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Where the service does not say when to come back, the wait is random between nothing and `first`, then twice that, and so on
    /// up to `longest`.
    #[must_use]
    pub const fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.first_backoff = first;
        self.longest_backoff = longest;
        self
    }

    /// The longest wait that the service may ask for and get. Where it asks for more, the call ends at once with an error that has
    /// the time ([`CallError::rate_limit`](crate::CallError::rate_limit)): what an hour's quota means for the program is not for a
    /// client to decide.
    #[must_use]
    pub const fn longest_wait(mut self, wait: Duration) -> Self {
        self.longest_wait = wait;
        self
    }

    /// No wait is begun that would end later than this after the call began. Unlike the time limit of a call it does not end
    /// an attempt that is on its way.
    #[must_use]
    pub const fn total(mut self, total: Duration) -> Self {
        self.total = total;
        self
    }

    /// Says anew which operations may be repeated when their answer got lost. What a call says of itself
    /// ([`CallOptions::retry`](crate::core::CallOptions::retry)) counts for more.
    ///
    /// ```
    /// # use jsm_ops::{RetryPolicy, core::Idempotency};
    /// let policy = RetryPolicy::new().classes(|operation| match operation.id {
    ///     // Our schedules do not mind a second ping.
    ///     "ping_heartbeat" => Idempotency::Idempotent,
    ///     _ => operation.idempotency,
    /// });
    /// ```
    #[must_use]
    pub const fn classes(mut self, classes: fn(&'static Operation) -> Idempotency) -> Self {
        self.classes = classes;
        self
    }

    pub(crate) fn class_of(&self, operation: &'static Operation) -> Idempotency {
        (self.classes)(operation)
    }
}
