//! What a caller asks of one call, beside what it sends.

use std::time::Duration;

use crate::Idempotency;

/// How one call is to be carried, where that is to be another way than that of the client.
///
/// A transport that does not repeat anything and sets no limits, such as [`HttpTransport`](crate::HttpTransport), heeds the time limit
/// alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallOptions {
    /// The longest time for the call, with all that belongs to it: signing in, repeating, and the pauses between.
    pub timeout: Option<Duration>,
    /// Whether it may be repeated when its answer got lost, in the place of what is known of the operation.
    pub idempotency: Option<Idempotency>,
}

impl CallOptions {
    /// Nothing but what the client does anyway.
    pub const fn new() -> Self {
        Self { timeout: None, idempotency: None }
    }

    /// The longest time for the call, with all that belongs to it.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Whether it may be repeated when its answer got lost. A caller may know that a repeat does no harm, or that it does.
    #[must_use]
    pub const fn idempotency(mut self, idempotency: Idempotency) -> Self {
        self.idempotency = Some(idempotency);
        self
    }
}
