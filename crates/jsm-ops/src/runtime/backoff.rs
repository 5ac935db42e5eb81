//! When a request is sent again.

use std::time::Duration;

use jsm_ops_core::Clock;

use super::{Random, RetryPolicy};

/// The waits of one call.
pub(crate) struct Waits<'a> {
    policy: &'a RetryPolicy,
    clock: &'a dyn Clock,
    random: &'a dyn Random,
    attempts_left: u32,
    /// The most that the next backoff may be.
    ceiling: Duration,
    /// No wait ends after this time of the clock.
    ends: Duration,
}

impl<'a> Waits<'a> {
    /// Those of a call that began at this time of the clock.
    pub(crate) fn new(
        policy: &'a RetryPolicy,
        clock: &'a dyn Clock,
        random: &'a dyn Random,
        limit: Option<Duration>,
        began: Duration,
    ) -> Self {
        let total = limit.map_or(policy.total, |limit| limit.min(policy.total));
        Self {
            policy,
            clock,
            random,
            attempts_left: policy.attempts.saturating_sub(1),
            ceiling: policy.first_backoff.min(policy.longest_backoff),
            ends: began.saturating_add(total),
        }
    }

    /// How long to wait before the next attempt; `None` where there should be none.
    ///
    /// Those who were asked to come back at one time come back spread over the first backoff after it. Where nobody asks, or asks for
    /// what is over already, it is backoff with full jitter.
    pub(crate) fn next(&mut self, asked: Option<Duration>) -> Option<Duration> {
        self.attempts_left = self.attempts_left.checked_sub(1)?;
        let wait = match asked.filter(|asked| !asked.is_zero()) {
            Some(asked) if asked > self.policy.longest_wait => return None,
            Some(asked) => asked.saturating_add(self.part_of(self.policy.first_backoff)),
            None => self.part_of(self.ceiling),
        };
        self.ceiling = self.ceiling.saturating_mul(2).min(self.policy.longest_backoff);
        (self.clock.monotonic().saturating_add(wait) <= self.ends).then_some(wait)
    }

    fn part_of(&self, duration: Duration) -> Duration {
        // A source of random numbers that keeps no bounds must neither panic here nor make anybody wait for ever.
        let part = self.random.part().clamp(0.0, 1.0);
        if part.is_nan() { duration } else { duration.mul_f64(part) }
    }
}

#[cfg(test)]
mod tests {
    use jsm_ops_core::SystemClock;

    use super::*;

    #[derive(Debug)]
    struct Always(f64);

    impl Random for Always {
        fn part(&self) -> f64 {
            self.0
        }
    }

    fn waits(policy: &RetryPolicy, part: f64, asked: Option<Duration>) -> Vec<u128> {
        let random = Always(part);
        let mut waits = Waits::new(policy, &SystemClock, &random, None, SystemClock.monotonic());
        std::iter::from_fn(|| waits.next(asked)).map(|wait| wait.as_millis()).collect()
    }

    #[test]
    fn backoff_doubles_up_to_its_bound_and_jitter_takes_any_part_of_it() {
        let policy = RetryPolicy::new().attempts(9).backoff(Duration::from_millis(500), Duration::from_secs(10));
        assert_eq!(waits(&policy, 1.0, None), [500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
        assert_eq!(waits(&policy, 0.5, None), [250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
        assert_eq!(waits(&policy, 0.0, Some(Duration::ZERO)), [0; 8]);
        assert_eq!(waits(&RetryPolicy::new(), 1.0, None), [500, 1000, 2000]);
        assert!(waits(&RetryPolicy::new().attempts(1), 1.0, None).is_empty());
        assert!(waits(&RetryPolicy::new().attempts(0), 1.0, None).is_empty());
    }

    #[test]
    fn what_is_asked_for_is_waited_for_and_no_more_than_that_is_allowed() {
        let policy = RetryPolicy::new();
        let asked = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(waits(&policy, 0.0, asked(7)), [7000; 3]);
        assert_eq!(waits(&policy, 0.5, asked(7)), [7250; 3], "never earlier than asked");
        assert_eq!(waits(&policy, 0.0, asked(60)), [60_000; 3], "the clock of this test stands still");
        assert!(waits(&policy, 0.0, asked(61)).is_empty());
        assert!(waits(&policy, 0.0, Some(Duration::MAX)).is_empty());
        assert!(waits(&policy.total(Duration::from_secs(6)), 0.0, asked(7)).is_empty());
    }

    #[test]
    fn no_number_is_too_odd() {
        for part in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 2.0] {
            let policy = RetryPolicy::new().backoff(Duration::from_secs(1), Duration::MAX).total(Duration::MAX);
            assert!(waits(&policy, part, None).iter().all(|wait| *wait <= 4000), "{part}");
        }
    }
}
