//! A rate limit on the requests to an endpoint.

use std::time::Duration;

use crate::{
    faults::{fake_clock::FakeClock, fault::Fault, rate_limit_headers::RateLimitHeaders},
    wire::endpoint::Endpoint,
};

/// A rate limit: at most `requests` to `endpoint` in each `window` of the fake's clock.
#[derive(Debug)]
pub(crate) struct RateLimitRule {
    endpoint: Endpoint,
    requests: usize,
    window: Duration,
    headers: RateLimitHeaders,
    window_start: Duration,
    used: usize,
}

impl RateLimitRule {
    pub(crate) fn new(endpoint: Endpoint, requests: usize, window: Duration, headers: RateLimitHeaders) -> Self {
        Self { endpoint, requests, window, headers, window_start: Duration::ZERO, used: 0 }
    }

    /// Counts a request. Returns a 429 if the request exceeds the limit.
    pub(crate) fn count(&mut self, endpoint: &Endpoint, clock: &FakeClock) -> Option<Fault> {
        if !endpoint.is_within(&self.endpoint) {
            return None;
        }
        let now = clock.since_epoch();
        if now >= self.window_start + self.window {
            (self.window_start, self.used) = (now, 0);
        }
        self.used += 1;
        let left = self.window_start + self.window - now;
        (self.used > self.requests).then(|| Fault::Respond(self.headers.response(clock, left)))
    }
}
