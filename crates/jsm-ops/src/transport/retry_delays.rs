//! When a request is retried.

use std::time::Duration;

use jsm_ops_core::{Backoff, Clock};

use crate::transport::{jitter::Random, retry_policy::RetryPolicy};

/// The delays between the attempts of one call.
pub(crate) struct RetryDelays<'a> {
    policy: &'a RetryPolicy,
    clock: &'a dyn Clock,
    random: &'a dyn Random,
    retries_left: u32,
    backoff: Backoff,
    /// No delay ends after this time of the clock.
    ends: Duration,
}

impl<'a> RetryDelays<'a> {
    /// The delays of a call that started at this time of the clock.
    pub(crate) fn new(
        policy: &'a RetryPolicy,
        clock: &'a dyn Clock,
        random: &'a dyn Random,
        timeout: Option<Duration>,
        started: Duration,
    ) -> Self {
        let elapsed = timeout.map_or(policy.max_elapsed, |timeout| timeout.min(policy.max_elapsed));
        Self {
            policy,
            clock,
            random,
            retries_left: policy.max_attempts.saturating_sub(1),
            backoff: full_jitter(policy.initial_backoff, policy.max_backoff),
            ends: started.saturating_add(elapsed),
        }
    }

    /// Returns the delay before the next attempt, or `None` if there should be none.
    ///
    /// The delay is what the service asks for plus a random part of the first backoff. The random
    /// part spreads clients that received the same response at the same time. If the service asks
    /// for nothing, or for a time that is over, the delay is the backoff with full jitter.
    pub(crate) fn next(&mut self, retry_after: Option<Duration>) -> Option<Duration> {
        self.retries_left = self.retries_left.checked_sub(1)?;
        let random = self.random.next_f64();
        let backoff = self.backoff.next(random);
        let delay = match retry_after.filter(|delay| !delay.is_zero()) {
            Some(delay) if delay > self.policy.max_retry_after => return None,
            Some(delay) => {
                let initial = self.policy.initial_backoff;
                delay.saturating_add(full_jitter(initial, initial).next(random))
            }
            None => backoff,
        };
        (self.clock.monotonic().saturating_add(delay) <= self.ends).then_some(delay)
    }
}

fn full_jitter(initial: Duration, max: Duration) -> Backoff {
    Backoff::new(initial, max).with_jitter(1.0)
}

#[cfg(test)]
mod tests {
    use jsm_ops_core::SystemClock;

    use super::*;

    #[derive(Debug)]
    struct Always(f64);

    impl Random for Always {
        fn next_f64(&self) -> f64 {
            self.0
        }
    }

    fn delays(policy: &RetryPolicy, random: f64, retry_after: Option<Duration>) -> Vec<u128> {
        let random = Always(random);
        let mut delays = RetryDelays::new(policy, &SystemClock, &random, None, SystemClock.monotonic());
        std::iter::from_fn(|| delays.next(retry_after)).map(|delay| delay.as_millis()).collect()
    }

    #[test]
    fn backoff_doubles_up_to_its_maximum_with_full_jitter() {
        let policy = RetryPolicy::new().max_attempts(9).backoff(Duration::from_millis(500), Duration::from_secs(10));
        assert_eq!(delays(&policy, 1.0, None), [500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
        assert_eq!(delays(&policy, 0.5, None), [250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
        assert_eq!(delays(&policy, 0.0, Some(Duration::ZERO)), [0; 8]);
        assert_eq!(delays(&RetryPolicy::new(), 1.0, None), [500, 1000, 2000]);
        assert!(delays(&RetryPolicy::new().max_attempts(1), 1.0, None).is_empty());
        assert!(delays(&RetryPolicy::new().max_attempts(0), 1.0, None).is_empty());
    }

    #[test]
    fn retry_after_is_a_lower_bound_and_has_a_maximum() {
        let policy = RetryPolicy::new();
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(delays(&policy, 0.0, seconds(7)), [7000; 3]);
        assert_eq!(delays(&policy, 0.5, seconds(7)), [7250; 3], "never earlier than asked");
        assert_eq!(delays(&policy, 0.0, seconds(60)), [60_000; 3], "the clock of this test stands still");
        assert!(delays(&policy, 0.0, seconds(61)).is_empty());
        assert!(delays(&policy, 0.0, Some(Duration::MAX)).is_empty());
        assert!(delays(&policy.max_elapsed(Duration::from_secs(6)), 0.0, seconds(7)).is_empty());
    }

    #[test]
    fn random_numbers_out_of_range_are_safe() {
        for random in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 2.0] {
            let policy = RetryPolicy::new().backoff(Duration::from_secs(1), Duration::MAX).max_elapsed(Duration::MAX);
            assert!(delays(&policy, random, None).iter().all(|delay| *delay <= 4000), "{random}");
        }
    }
}
