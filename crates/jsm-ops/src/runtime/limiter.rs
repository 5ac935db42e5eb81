//! Limits that a client sets itself, by area.

use std::{collections::HashMap, num::NonZeroU32, sync::Arc, time::Duration};

use governor::{
    Quota, RateLimiter,
    clock::Clock as GovernorClock,
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};
use jsm_ops_core::{Clock, Operation};
use tokio::sync::Mutex;

use super::{ThrottleCause, observe::Observed};

/// Requests in a time, spread evenly, with some at once after a pause.
///
/// ```
/// # use std::num::NonZeroU32;
/// # use jsm_ops::Rate;
/// let ten_a_second = Rate::per_second(NonZeroU32::new(10).expect("no zero")).burst(NonZeroU32::MIN);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate(Quota);

impl Rate {
    /// So many in a second, and at once after a pause.
    pub fn per_second(requests: NonZeroU32) -> Self {
        Self(Quota::per_second(requests))
    }

    /// So many in a minute, and at once after a pause.
    pub fn per_minute(requests: NonZeroU32) -> Self {
        Self(Quota::per_minute(requests))
    }

    /// So many in an hour, and at once after a pause.
    pub fn per_hour(requests: NonZeroU32) -> Self {
        Self(Quota::per_hour(requests))
    }

    /// How many may go at once after a pause.
    #[must_use]
    pub fn burst(self, requests: NonZeroU32) -> Self {
        Self(self.0.allow_burst(requests))
    }
}

/// Our clock, as governor wants it.
#[derive(Clone)]
struct Ticks(Arc<dyn Clock>);

impl GovernorClock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.monotonic()
    }
}

type Cells = RateLimiter<NotKeyed, InMemoryState, Ticks, NoOpMiddleware<Duration>>;

/// One limit, and the queue before it: whoever came first goes first, and the others do not all wake up to find that out.
struct Gate {
    cells: Cells,
    queue: Mutex<()>,
}

/// The limits of a client. Every request counts, repeated ones too.
pub(crate) struct Limiter(HashMap<String, Gate>);

impl Limiter {
    pub(crate) fn new(rates: &[(String, Rate)], clock: &Arc<dyn Clock>) -> Self {
        let gate = |rate: &Rate| Gate {
            cells: Cells::direct_with_clock(rate.0, Ticks(Arc::clone(clock))),
            queue: Mutex::default(),
        };
        Self(rates.iter().map(|(area, rate)| (area.clone(), gate(rate))).collect())
    }

    /// Waits for the turn of a request.
    pub(crate) async fn pass(&self, operation: &'static Operation, clock: &dyn Clock, observed: &Observed<'_>) {
        if self.0.is_empty() {
            return;
        }
        let Some(gate) = self.0.get(operation.area) else { return };
        // A place in the queue, and a turn that was not taken, are given back when the future is dropped.
        let _turn = gate.queue.lock().await;
        while let Err(early) = gate.cells.check() {
            // Timers do not know less than a millisecond, and a clock that stands still must not keep the thread.
            let wait = early.wait_time_from(clock.monotonic()).max(Duration::from_millis(1));
            observed.throttled(ThrottleCause::Limiter, Some(wait), None);
            clock.sleep(wait).await;
        }
    }
}
