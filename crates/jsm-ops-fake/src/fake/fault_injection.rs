//! Injection of faults and of prepared responses.

use std::time::Duration;

use crate::{
    fake::running::Fake,
    faults::{
        fault::Fault, hold_point::HoldPoint, random_faults::RandomFaults, rate_limit_headers::RateLimitHeaders,
        rate_limit_rule::RateLimitRule,
    },
    wire::{endpoint::Endpoint, response::FakeResponse},
};

/// Faults and prepared responses.
impl Fake {
    /// Queues a fault. Each request to the endpoint takes one fault from its queue.
    pub fn queue_fault(&self, endpoint: Endpoint, fault: Fault) {
        self.shared.faults().push(endpoint, fault);
    }

    /// Queues a fault several times.
    pub fn queue_faults(&self, endpoint: &Endpoint, fault: &Fault, times: usize) {
        (0..times).for_each(|_| self.queue_fault(endpoint.clone(), fault.clone()));
    }

    /// Holds the next request to an endpoint before it is executed.
    pub fn hold_request(&self, endpoint: Endpoint) -> HoldPoint {
        let hold = HoldPoint::new();
        self.queue_fault(endpoint, Fault::HoldBefore(hold.clone()));
        hold
    }

    /// Holds the response to the next request to an endpoint, after the request is executed.
    pub fn hold_response(&self, endpoint: Endpoint) -> HoldPoint {
        let hold = HoldPoint::new();
        self.queue_fault(endpoint, Fault::HoldAfter(hold.clone()));
        hold
    }

    /// Queues a 429. The wait starts now; with [`Fault::RateLimited`] it starts at the request.
    pub fn queue_rate_limit(&self, endpoint: Endpoint, headers: RateLimitHeaders, wait: Duration) {
        self.queue_fault(endpoint, Fault::Respond(headers.response(&self.clock, wait)));
    }

    /// Adds a rate limit: at most `requests` per `window` of the fake's clock. The rest get a 429.
    pub fn add_rate_limit(&self, endpoint: Endpoint, requests: usize, window: Duration, headers: RateLimitHeaders) {
        self.shared.faults().add_rate_limit(RateLimitRule::new(endpoint, requests, window, headers));
    }

    /// Adds random faults, which about one in `one_in` requests to an endpoint has, in turn.
    ///
    /// The seed and the order of the requests decide which ones do.
    pub fn add_random_faults(&self, endpoint: Endpoint, one_in: u64, seed: u64, faults: Vec<Fault>) {
        self.shared.faults().add_random(RandomFaults::new(endpoint, one_in, seed, faults));
    }

    /// Returns the number of queued faults that no request has had yet.
    pub fn queued_faults(&self) -> usize {
        self.shared.faults().queued()
    }

    /// Removes all queued faults, rate limits and random faults.
    pub fn clear_faults(&self) {
        self.shared.faults().clear();
    }

    /// Sets the response of an operation, or of all operations with [`Endpoint::Gateway`].
    ///
    /// The fake still checks the credential and the request first.
    pub fn set_response(&self, endpoint: Endpoint, response: FakeResponse) {
        self.shared.state().responses.insert(endpoint, response);
    }
}
