//! Retries of requests that sign in or list sites, and the delays that refreshes share.

use std::time::Duration;

use jsm_ops_core::{Backoff, Clock};

use crate::{error::Error, secure_random};

/// The delay before the second attempt. Every further one is twice the one before.
pub(crate) const INITIAL_BACKOFF: Duration = Duration::from_millis(500);

/// The longest `Retry-After` that is waited for. For a longer one the caller receives the error.
pub(crate) const MAX_RETRY_AFTER: Duration = Duration::from_secs(5);

/// The attempts of one code exchange or list of sites. The state machine of a session counts those
/// of a refresh.
pub(crate) struct Attempts<'a> {
    clock: &'a dyn Clock,
    left: u32,
    backoff: Backoff,
}

impl<'a> Attempts<'a> {
    pub(crate) fn new(clock: &'a dyn Clock, attempts: u32) -> Self {
        Self { clock, left: attempts, backoff: Backoff::new(INITIAL_BACKOFF, Duration::MAX) }
    }

    /// Waits until the next attempt, or returns the error if there should be none.
    pub(crate) async fn after(&mut self, error: Error) -> Result<(), Error> {
        self.left = self.left.saturating_sub(1);
        let backoff = self.backoff.next(1.0);
        let delay = error.retry_after().unwrap_or(backoff);
        if !error.is_transient() || self.left == 0 || delay > MAX_RETRY_AFTER {
            return Err(error);
        }
        tracing::debug!(%error, attempts_left = self.left, "retrying the request");
        // Between 0.7 and 1.3 times the delay, so that requests that failed together spread out.
        self.clock.sleep(delay.mul_f64(0.7 + 0.6 * secure_random::next_f64())).await;
        Ok(())
    }
}
