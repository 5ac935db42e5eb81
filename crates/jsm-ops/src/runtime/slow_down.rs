//! The latest that answers said about limits, and going slower by it.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use jsm_ops_core::{Clock, RateLimits};

use super::{ThrottleCause, observe::Observed};

/// The window of the limits that `X-RateLimit-*` tell of: bursts are counted by the second.
const BURST: Duration = Duration::from_secs(1);

/// What a client knows of the limits that it is near to.
pub(crate) struct SlowDown {
    is_on: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    latest: RateLimits,
    /// When the next request may go, by the ticks of the clock.
    next: Duration,
}

/// What is to be done about limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// Nothing is left until then.
    Until(DateTime<Utc>),
    /// What is left is for one request in this time.
    Every(Duration),
}

impl SlowDown {
    pub(crate) fn new(is_on: bool) -> Self {
        Self { is_on, state: Mutex::default() }
    }

    pub(crate) fn latest(&self) -> RateLimits {
        self.state().latest.clone()
    }

    /// Takes note of what an answer says. One that says nothing changes nothing.
    pub(crate) fn note(&self, limits: &RateLimits) {
        self.state().latest = limits.clone();
    }

    /// Waits until the next request should go, if it is asked to slow down at all. A wait that would be too long is not waited for:
    /// the request goes, and the service says for itself what there is to say.
    pub(crate) async fn pass(&self, longest: Duration, clock: &dyn Clock, observed: &Observed<'_>) {
        if !self.is_on {
            return;
        }
        let wait = self.take_turn(clock.now(), clock.monotonic());
        if !wait.is_zero() && wait <= longest {
            observed.throttled(ThrottleCause::SlowDown, Some(wait), None);
            clock.sleep(wait).await;
        }
    }

    /// How long until a request may go; its turn is taken.
    fn take_turn(&self, now: DateTime<Utc>, ticks: Duration) -> Duration {
        let mut state = self.state();
        match pace(&state.latest, now) {
            None => Duration::ZERO,
            Some(Pace::Until(at)) => (at - now).to_std().unwrap_or_default(),
            Some(Pace::Every(interval)) => {
                let turn = state.next.max(ticks);
                state.next = turn.saturating_add(interval);
                turn.saturating_sub(ticks)
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What to do about limits, if they are near. Those that are not enforced yet are no reason to go slower.
fn pace(limits: &RateLimits, now: DateTime<Utc>) -> Option<Pace> {
    let since = (now - limits.received_at?).to_std().unwrap_or_default();
    let is_spent = limits.policies.iter().any(|policy| policy.remaining == Some(0) && policy.resets_in.is_some());
    // A time of reset alone stands in refusals only; beside a number it says what the number is for.
    let is_refusal =
        limits.retry_after.is_some() || (limits.reset.is_some() && limits.remaining.is_none_or(|left| left == 0));
    if is_refusal || is_spent {
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
            None => BURST.checked_sub(since)?,
        };
        is_near.then(|| spread(left, limits.remaining.unwrap_or_default())).flatten()
    };
    quotas.max().or_else(burst).map(Pace::Every)
}

/// Less than a fifth is left, which is also when the service warns.
fn is_near(quota: u64, left: u64) -> bool {
    left < quota / 5
}

/// The time for one request, where so many are left for so long.
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
    fn what_is_left_of_a_quota_is_spread_over_the_time_that_is_left() {
        let near = limits(&[("ratelimit-policy", r#""q";q=100;w=60"#), ("ratelimit", r#""q";r=9;t=60"#)]);
        assert_eq!(after(&near, 0), Some(Pace::Every(Duration::from_secs(6))));
        assert_eq!(after(&near, 50_000), Some(Pace::Every(Duration::from_secs(1))));
        assert_eq!(after(&near, 60_001), None, "a new window has begun");
        let far = limits(&[("ratelimit-policy", r#""q";q=100;w=60"#), ("ratelimit", r#""q";r=20;t=60"#)]);
        assert_eq!(after(&far, 0), None);
        let spent = limits(&[("ratelimit", r#""q";r=0;t=60"#)]);
        let until = DateTime::UNIX_EPOCH + TimeDelta::seconds(60);
        assert_eq!((after(&spent, 0), after(&spent, 60_000)), (Some(Pace::Until(until)), None));
    }

    #[test]
    fn bursts_are_a_matter_of_seconds() {
        let near = limits(&[("x-ratelimit-nearlimit", "true"), ("x-ratelimit-remaining", "3")]);
        assert_eq!(after(&near, 0), Some(Pace::Every(Duration::from_millis(250))));
        assert_eq!(after(&near, 1001), None);
        let few = limits(&[("x-ratelimit-limit", "100"), ("x-ratelimit-remaining", "19")]);
        assert_eq!(after(&few, 0), Some(Pace::Every(Duration::from_millis(50))));
        assert_eq!(after(&limits(&[("x-ratelimit-nearlimit", "true")]), 0), Some(Pace::Every(BURST)));
        assert_eq!(after(&limits(&[("x-ratelimit-limit", "100"), ("x-ratelimit-remaining", "20")]), 0), None);
        let reset = ("x-ratelimit-reset", "1970-01-01T00:00:10Z");
        let with = |remaining| limits(&[("x-ratelimit-limit", "100"), ("x-ratelimit-remaining", remaining), reset]);
        let until = DateTime::UNIX_EPOCH + TimeDelta::seconds(10);
        assert_eq!(after(&with("0"), 0), Some(Pace::Until(until)));
        assert_eq!(after(&with("4"), 5000), Some(Pace::Every(Duration::from_secs(1))));
        assert_eq!((after(&with("50"), 0), after(&with("4"), 10_001)), (None, None));
    }

    #[test]
    fn what_is_only_announced_slows_nobody_down() {
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
    fn turns_are_taken_one_by_one() {
        let slow_down = SlowDown::new(true);
        slow_down.note(&limits(&[("x-ratelimit-nearlimit", "true"), ("x-ratelimit-remaining", "3")]));
        let turn = || slow_down.take_turn(DateTime::UNIX_EPOCH, Duration::from_secs(100)).as_millis();
        assert_eq!([turn(), turn(), turn()], [0, 250, 500]);
    }
}
