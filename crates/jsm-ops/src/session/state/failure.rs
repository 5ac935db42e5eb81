//! The memory of a failed refresh.

use std::time::Duration;

use crate::{error::Error, grant::generation::Generation, session::state::now::Now};

/// The first hold-off after a failure for which the service names no delay. Every further one is
/// twice the one before.
const INITIAL: Duration = Duration::from_secs(1);

/// The longest such hold-off, and the one after a failure that a retry does not correct.
const MAX: Duration = Duration::from_secs(60);

/// The longest `Retry-After` that is followed.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(3600);

/// The shortest time between two early refreshes after a failed one.
pub(super) const EARLY: Duration = Duration::from_secs(60);

/// How often callers look into the store during a hold-off: another process may have new tokens.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// A refresh that failed at the service. Until its time is over, callers receive its error.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    /// The generation whose refresh failed.
    pub(crate) generation: Generation,
    /// The number of failures in a row.
    pub(crate) count: u32,
    /// No request before this monotonic time.
    until: Duration,
    /// No early refresh before this monotonic time.
    early_until: Duration,
    look_at: Duration,
}

impl Failure {
    pub(crate) fn new(error: Error, generation: Generation, count: u32, now: &Now) -> Self {
        let doubled = INITIAL.saturating_mul(1_u32.checked_shl(count.saturating_sub(1)).unwrap_or(u32::MAX)).min(MAX);
        let hold = match error.retry_after() {
            Some(delay) => delay.min(MAX_RETRY_AFTER),
            None if error.is_transient() => doubled,
            None => MAX,
        };
        Self {
            error,
            generation,
            count,
            until: now.monotonic.saturating_add(hold),
            early_until: now.monotonic.saturating_add(hold.max(EARLY)),
            look_at: now.monotonic.saturating_add(LOOK_INTERVAL),
        }
    }

    /// The error for a caller, if the hold-off is not over.
    pub(crate) fn remembered(&self, now: &Now) -> Option<Error> {
        let left = self.until.checked_sub(now.monotonic).filter(|left| !left.is_zero())?;
        Some(self.error.remembered(left))
    }

    pub(crate) fn delays_early_refresh(&self, now: &Now) -> bool {
        now.monotonic < self.early_until
    }

    /// Whether a caller should look into the store now. The next one is due after an interval.
    pub(crate) fn take_look(&mut self, now: &Now) -> bool {
        let is_due = now.monotonic >= self.look_at;
        if is_due {
            self.look_at = now.monotonic.saturating_add(LOOK_INTERVAL);
        }
        is_due
    }
}
