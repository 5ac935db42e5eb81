//! Requests to the token endpoint that are repeated.

use std::time::Duration;

use jsm_ops_core::Clock;

use crate::{error::Error, secure_random};

/// The wait before the second attempt; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// The longest wait that the service may ask for and get. A longer one is the caller's to decide about.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The attempts of one exchange, refresh or look at the list of sites.
///
/// A refresh whose answer was lost is repeated with the same token: the service takes it for ten minutes more, for just this.
/// All attempts together end far within that time.
pub(crate) struct Attempts<'a> {
    clock: &'a dyn Clock,
    left: u32,
    wait: Duration,
}

impl<'a> Attempts<'a> {
    pub(crate) fn new(clock: &'a dyn Clock, attempts: u32) -> Self {
        Self { clock, left: attempts, wait: FIRST_WAIT }
    }

    /// After a failed attempt: waits for the time of the next one, or gives the error back where there should be none.
    pub(crate) async fn after(&mut self, error: Error) -> Result<(), Error> {
        self.left = self.left.saturating_sub(1);
        let asked = error.retry_after().unwrap_or(self.wait);
        if !error.is_transient() || self.left == 0 || asked > LONGEST_WAIT {
            return Err(error);
        }
        tracing::debug!(%error, attempts_left = self.left, "the request is repeated");
        // Between 0.7 and 1.3 times the wait, so that those who failed together do not come back together.
        self.clock.sleep(asked.mul_f64(0.7 + 0.6 * secure_random::part())).await;
        self.wait *= 2;
        Ok(())
    }
}
