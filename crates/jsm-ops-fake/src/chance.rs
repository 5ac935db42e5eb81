//! Faults that nobody queued: limits, and faults scattered over many requests.

use std::time::Duration;

use crate::{clock::Clock, fault::Fault, route::Endpoint, throttle::Throttle};

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

/// Faults that hit some requests to an endpoint, the same ones in every run.
#[derive(Debug)]
pub(crate) struct Scatter {
    pub endpoint: Endpoint,
    pub one_in: u64,
    pub faults: Vec<Fault>,
    /// The state of a small random generator (splitmix64).
    state: u64,
    next: usize,
}

impl Scatter {
    pub(crate) fn new(endpoint: Endpoint, one_in: u64, seed: u64, faults: Vec<Fault>) -> Self {
        Self { endpoint, one_in: one_in.max(1), faults, state: seed, next: 0 }
    }

    /// The fault of a request to an endpoint; hit or miss is random, the faults come in turn.
    pub(crate) fn draw(&mut self, endpoint: &Endpoint) -> Option<Fault> {
        if !endpoint.is_within(&self.endpoint) || self.faults.is_empty() || !self.random().is_multiple_of(self.one_in) {
            return None;
        }
        self.next = (self.next + 1) % self.faults.len();
        self.faults.get(self.next).cloned()
    }

    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
