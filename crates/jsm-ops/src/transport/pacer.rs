//! Adaptive rate limiting: paces requests by the latest rate limits of the service.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use jsm_ops_core::{Clock, RateLimits};

use crate::transport::{metrics::ThrottleCause, observe::CallObserver};

/// The window of the `X-RateLimit-*` headers: the service counts bursts by the second.
const BURST_WINDOW: Duration = Duration::from_secs(1);

/// The latest rate limits that a client received. It delays requests only if it is enabled.
pub(crate) struct Pacer {
    is_enabled: bool,
    state: Mutex<PacerState>,
}

#[derive(Default)]
struct PacerState {
    latest: RateLimits,
    /// When the next request may be sent, by the monotonic clock.
    next: Duration,
}

/// How to keep to a rate limit that is near.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// The quota is spent until then.
    Until(DateTime<Utc>),
    /// The rest of the quota allows one request in this time.
    Every(Duration),
}

impl Pacer {
    pub(crate) fn new(is_enabled: bool) -> Self {
        Self { is_enabled, state: Mutex::default() }
    }

    pub(crate) fn latest(&self) -> RateLimits {
        self.state().latest.clone()
    }

    /// Stores the rate limits of a response. Do not pass empty ones: they would erase the latest.
    pub(crate) fn update(&self, limits: &RateLimits) {
        self.state().latest = limits.clone();
    }

    /// Waits until the next request should be sent, if pacing is enabled. A delay above the maximum
    /// is skipped: the request is sent, and the service decides.
    pub(crate) async fn wait(&self, max_delay: Duration, clock: &dyn Clock, observer: &CallObserver<'_>) {
        if !self.is_enabled {
            return;
        }
        let delay = self.take_turn(clock.now(), clock.monotonic());
        if !delay.is_zero() && delay <= max_delay {
            observer.throttled(ThrottleCause::AdaptiveRateLimit, Some(delay), None);
            clock.sleep(delay).await;
        }
    }

    /// Takes the turn of one request and returns the delay until then.
    fn take_turn(&self, now: DateTime<Utc>, monotonic: Duration) -> Duration {
        let mut state = self.state();
        match pace(&state.latest, now) {
            None => Duration::ZERO,
            Some(Pace::Until(at)) => (at - now).to_std().unwrap_or_default(),
            Some(Pace::Every(interval)) => {
                let turn = state.next.max(monotonic);
                state.next = turn.saturating_add(interval);
                turn.saturating_sub(monotonic)
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, PacerState> {
        // A panic under this lock leaves no half-done change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The pace for rate limits that are near. Limits that are only announced do not count.
fn pace(limits: &RateLimits, now: DateTime<Utc>) -> Option<Pace> {
    let since = (now - limits.received_at?).to_std().unwrap_or_default();
    let is_spent = limits.policies.iter().any(|policy| policy.remaining == Some(0) && policy.resets_in.is_some());
    // A reset time alone is in 429 responses only. Together with a remaining number it is its
    // window.
    let is_throttled =
        limits.retry_after.is_some() || (limits.reset.is_some() && limits.remaining.is_none_or(|left| left == 0));
    if is_throttled || is_spent {
        let mut enforced = limits.clone();
        enforced.announced = None;
        return enforced.retry_at().filter(|at| *at > now).map(Pace::Until);
    }
    let quotas = limits.policies.iter().filter_map(|policy| {
        let (quota, left) = (policy.quota?, policy.remaining?);
        is_near(quota, left).then(|| spread(policy.resets_in?.checked_sub(since)?, left)).flatten()
    });
    let burst = || {
        let numbers = limits.limit.zip(limits.remaining);
        let is_near = limits.near_limit || numbers.is_some_and(|(limit, left)| is_near(limit, left));
        let left = match limits.reset {
            Some(reset) => (reset - now).to_std().ok()?,
            None => BURST_WINDOW.checked_sub(since)?,
        };
        is_near.then(|| spread(left, limits.remaining.unwrap_or_default())).flatten()
    };
    quotas.max().or_else(burst).map(Pace::Every)
}

/// Less than a fifth is left. The service warns at the same point.
fn is_near(quota: u64, left: u64) -> bool {
    left < quota / 5
}

/// The interval that spreads the remaining requests over the remaining time.
fn spread(time: Duration, left: u64) -> Option<Duration> {
    let requests = u32::try_from(left).unwrap_or(u32::MAX).saturating_add(1);
    Some(time / requests).filter(|interval| !interval.is_zero())
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

    use super::*;

    fn limits(headers: &[(&'static str, &'static str)]) -> RateLimits {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.parse::<HeaderName>().expect("a name"), HeaderValue::from_static(value)))
            .collect();
        RateLimits::read(&headers, Some(DateTime::UNIX_EPOCH))
    }

    fn after(limits: &RateLimits, ms: i64) -> Option<Pace> {
        pace(limits, DateTime::UNIX_EPOCH + TimeDelta::milliseconds(ms))
    }

    #[test]
    fn the_rest_of_a_quota_is_spread_over_the_rest_of_its_window() {
        let near = limits(&[("ratelimit-policy", r#""q";q=100;w=60"#), ("ratelimit", r#""q";r=9;t=60"#)]);
        assert_eq!(after(&near, 0), Some(Pace::Every(Duration::from_secs(6))));
        assert_eq!(after(&near, 50_000), Some(Pace::Every(Duration::from_secs(1))));
        assert_eq!(after(&near, 60_001), None, "a new window began");
        let far = limits(&[("ratelimit-policy", r#""q";q=100;w=60"#), ("ratelimit", r#""q";r=20;t=60"#)]);
        assert_eq!(after(&far, 0), None);
        let spent = limits(&[("ratelimit", r#""q";r=0;t=60"#)]);
        let until = DateTime::UNIX_EPOCH + TimeDelta::seconds(60);
        assert_eq!((after(&spent, 0), after(&spent, 60_000)), (Some(Pace::Until(until)), None));
    }

    #[test]
    fn burst_limits_have_a_window_of_one_second() {
        let near = limits(&[("x-ratelimit-nearlimit", "true"), ("x-ratelimit-remaining", "3")]);
        assert_eq!(after(&near, 0), Some(Pace::Every(Duration::from_millis(250))));
        assert_eq!(after(&near, 1001), None);
        let few = limits(&[("x-ratelimit-limit", "100"), ("x-ratelimit-remaining", "19")]);
        assert_eq!(after(&few, 0), Some(Pace::Every(Duration::from_millis(50))));
        assert_eq!(after(&limits(&[("x-ratelimit-nearlimit", "true")]), 0), Some(Pace::Every(BURST_WINDOW)));
        assert_eq!(after(&limits(&[("x-ratelimit-limit", "100"), ("x-ratelimit-remaining", "20")]), 0), None);
        let reset = ("x-ratelimit-reset", "1970-01-01T00:00:10Z");
        let with = |remaining| limits(&[("x-ratelimit-limit", "100"), ("x-ratelimit-remaining", remaining), reset]);
        let until = DateTime::UNIX_EPOCH + TimeDelta::seconds(10);
        assert_eq!(after(&with("0"), 0), Some(Pace::Until(until)));
        assert_eq!(after(&with("4"), 5000), Some(Pace::Every(Duration::from_secs(1))));
        assert_eq!((after(&with("50"), 0), after(&with("4"), 10_001)), (None, None));
    }

    #[test]
    fn announced_limits_do_not_slow_the_client_down() {
        for headers in [
            &[("beta-retry-after", "60")],
            &[("beta-ratelimit", r#""q";r=0;t=60"#)],
            &[("ratelimit-reason", "jira-burst-based")],
        ] {
            assert_eq!(after(&limits(headers), 0), None, "{headers:?}");
        }
        assert_eq!(pace(&RateLimits::default(), DateTime::UNIX_EPOCH), None);
    }

    #[test]
    fn turns_are_taken_in_order() {
        let pacer = Pacer::new(true);
        pacer.update(&limits(&[("x-ratelimit-nearlimit", "true"), ("x-ratelimit-remaining", "3")]));
        let turn = || pacer.take_turn(DateTime::UNIX_EPOCH, Duration::from_secs(100)).as_millis();
        assert_eq!([turn(), turn(), turn()], [0, 250, 500]);
    }
}
