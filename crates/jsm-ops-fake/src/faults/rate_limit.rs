//! A limit on the requests to an endpoint.

use std::time::Duration;

use crate::{
    faults::{clock::Clock, fault::Fault, rate_limit_headers::Throttle},
    wire::endpoint::Endpoint,
};

/// A limit on an endpoint: so many requests in a window of time.
#[derive(Debug)]
pub(crate) struct Limit {
    pub endpoint: Endpoint,
    pub requests: usize,
    pub window: Duration,
    pub throttle: Throttle,
    started: Duration,
    used: usize,
}

impl Limit {
    pub(crate) fn new(endpoint: Endpoint, requests: usize, window: Duration, throttle: Throttle) -> Self {
        Self { endpoint, requests, window, throttle, started: Duration::ZERO, used: 0 }
    }

    /// Counts a request, and gives the fault where it is one too many.
    pub(crate) fn count(&mut self, endpoint: &Endpoint, clock: &Clock) -> Option<Fault> {
        if !endpoint.is_within(&self.endpoint) {
            return None;
        }
        let now = clock.since_epoch();
        if now >= self.started + self.window {
            (self.started, self.used) = (now, 0);
        }
        self.used += 1;
        let left = self.started + self.window - now;
        (self.used > self.requests).then(|| Fault::Answer(self.throttle.answer(clock, left)))
    }
}
