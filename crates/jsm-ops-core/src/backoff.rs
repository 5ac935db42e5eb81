//! Exponential backoff.

use std::time::Duration;

/// Delays that double up to a maximum: the one backoff of these crates.
///
/// It decides about durations only. Callers sleep, count attempts and keep deadlines, and they hand
/// in the random number, so that tests see exact delays.
///
/// ```
/// # use std::time::Duration;
/// # use jsm_ops_core::Backoff;
/// let mut backoff = Backoff::new(Duration::from_millis(250), Duration::from_secs(5));
/// assert_eq!(backoff.next(1.0), Duration::from_millis(250));
/// assert_eq!(backoff.next(1.0), Duration::from_millis(500));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backoff {
    next: Duration,
    max: Duration,
    jitter: f64,
}

impl Backoff {
    /// The first delay is `initial`. Every further one is twice the one before, up to `max`.
    #[must_use]
    pub fn new(initial: Duration, max: Duration) -> Self {
        Self { next: initial.min(max), max, jitter: 0.0 }
    }

    /// The share of a delay that is random: 0 for exact delays (the default), 1 for full jitter.
    ///
    /// Values outside of 0 to 1 are moved to the nearer end; `NaN` is 0.
    #[must_use]
    pub fn with_jitter(self, share: f64) -> Self {
        Self { jitter: if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) }, ..self }
    }

    /// The next delay. `random` is between 0 and 1 and chooses within the jitter; 1 is the longest.
    ///
    /// This is not an iterator: the sequence does not end.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self, random: f64) -> Duration {
        let delay = self.next;
        self.next = delay.saturating_mul(2).min(self.max);
        let random = if random.is_nan() { 1.0 } else { random.clamp(0.0, 1.0) };
        let share = 1.0 - self.jitter * (1.0 - random);
        // The longest durations do not survive the way through `f64`.
        Duration::try_from_secs_f64(delay.as_secs_f64() * share).unwrap_or(delay).min(delay)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delays(mut backoff: Backoff, random: f64) -> Vec<u128> {
        (0..5).map(|_| backoff.next(random).as_millis()).collect()
    }

    #[test]
    fn delays_double_up_to_the_maximum() {
        let backoff = Backoff::new(Duration::from_millis(100), Duration::from_millis(500));
        assert_eq!(delays(backoff, 0.0), [100, 200, 400, 500, 500]);
        assert_eq!(delays(Backoff::new(Duration::from_secs(9), Duration::from_secs(1)), 1.0)[0], 1000);
    }

    #[test]
    fn jitter_shortens_a_delay_by_its_share() {
        let backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(1));
        assert_eq!(delays(backoff.with_jitter(0.5), 0.0), [50, 100, 200, 400, 500]);
        assert_eq!(delays(backoff.with_jitter(1.0), 0.25), [25, 50, 100, 200, 250]);
    }

    #[test]
    fn odd_numbers_do_not_panic() {
        for odd in [f64::NAN, f64::INFINITY, -1.0, 2.0] {
            let mut backoff = Backoff::new(Duration::MAX, Duration::MAX).with_jitter(odd);
            assert!(backoff.next(odd) <= Duration::MAX);
            assert!(backoff.next(0.5) <= Duration::MAX);
        }
    }
}
