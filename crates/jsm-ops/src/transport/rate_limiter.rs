//! Client-side rate limits by area.

use std::{collections::HashMap, num::NonZeroU32, sync::Arc, time::Duration};

use governor::{
    Quota,
    clock::Clock as GovernorClock,
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};
use jsm_ops_core::{Clock, Operation};
use tokio::sync::Mutex;

use crate::transport::{metrics::ThrottleCause, observe::CallObserver};

/// A rate of requests, spread evenly, with a burst after a pause.
///
/// ```
/// # use std::num::NonZeroU32;
/// # use jsm_ops::Rate;
/// let ten = NonZeroU32::new(10).expect("not zero");
/// let ten_a_second_without_bursts = Rate::per_second(ten).burst(NonZeroU32::MIN);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate(Quota);

impl Rate {
    /// This many requests per second, and as many at once after a pause.
    pub fn per_second(requests: NonZeroU32) -> Self {
        Self(Quota::per_second(requests))
    }

    /// This many requests per minute, and as many at once after a pause.
    pub fn per_minute(requests: NonZeroU32) -> Self {
        Self(Quota::per_minute(requests))
    }

    /// This many requests per hour, and as many at once after a pause.
    pub fn per_hour(requests: NonZeroU32) -> Self {
        Self(Quota::per_hour(requests))
    }

    /// Sets how many requests may start at once after a pause.
    #[must_use]
    pub fn burst(self, requests: NonZeroU32) -> Self {
        Self(self.0.allow_burst(requests))
    }
}

/// Adapts the injected clock to governor.
#[derive(Clone)]
struct InjectedClock(Arc<dyn Clock>);

impl GovernorClock for InjectedClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.monotonic()
    }
}

type Cells = governor::RateLimiter<NotKeyed, InMemoryState, InjectedClock, NoOpMiddleware<Duration>>;

/// The limit of one area with its queue. Requests pass in the order of their arrival, and only the
/// first in the queue wakes up.
struct AreaLimit {
    cells: Cells,
    queue: Mutex<()>,
}

/// The rate limits of a client. Every request counts, retries included.
pub(crate) struct RateLimiter(HashMap<String, AreaLimit>);

impl RateLimiter {
    pub(crate) fn new(rates: &[(String, Rate)], clock: &Arc<dyn Clock>) -> Self {
        let limit = |rate: &Rate| AreaLimit {
            cells: Cells::direct_with_clock(rate.0, InjectedClock(Arc::clone(clock))),
            queue: Mutex::default(),
        };
        Self(rates.iter().map(|(area, rate)| (area.clone(), limit(rate))).collect())
    }

    /// Waits until the request may be sent.
    pub(crate) async fn wait(&self, operation: &'static Operation, clock: &dyn Clock, observer: &CallObserver<'_>) {
        if self.0.is_empty() {
            return;
        }
        let Some(limit) = self.0.get(operation.area) else { return };
        // A dropped future releases its place in the queue, and its request is not counted.
        let _turn = limit.queue.lock().await;
        while let Err(not_until) = limit.cells.check() {
            // Timers have millisecond resolution, and a clock that stands still must not occupy the
            // thread.
            let delay = not_until.wait_time_from(clock.monotonic()).max(Duration::from_millis(1));
            observer.throttled(ThrottleCause::ClientRateLimit, Some(delay), None);
            clock.sleep(delay).await;
        }
    }
}
