//! What goes wrong, on demand.

use std::time::Duration;

use crate::{
    fake::handle::Fake,
    faults::{fault::Fault, hold_point::Gate, random_faults::Scatter, rate_limit::Limit, rate_limit_headers::Throttle},
    wire::{endpoint::Endpoint, response::Answer},
};

/// What goes wrong.
impl Fake {
    /// Queues a fault for the next request to an endpoint that has none before it.
    pub fn fault(&self, endpoint: Endpoint, fault: Fault) {
        self.shared.faults().push(endpoint, fault);
    }

    /// Queues a fault several times.
    pub fn fault_times(&self, endpoint: &Endpoint, fault: &Fault, times: usize) {
        (0..times).for_each(|_| self.fault(endpoint.clone(), fault.clone()));
    }

    /// Holds the next request to an endpoint before it is handled.
    pub fn hold(&self, endpoint: Endpoint) -> Gate {
        let gate = Gate::new();
        self.fault(endpoint, Fault::HoldBefore(gate.clone()));
        gate
    }

    /// Holds the answer to the next request to an endpoint, once what was asked is done.
    pub fn hold_answer(&self, endpoint: Endpoint) -> Gate {
        let gate = Gate::new();
        self.fault(endpoint, Fault::HoldAfter(gate.clone()));
        gate
    }

    /// How many faults still wait for their requests.
    pub fn faults_waiting(&self) -> usize {
        self.shared.faults().waiting()
    }

    /// Forgets all faults that still wait, all limits, and all scattered faults.
    pub fn clear_faults(&self) {
        self.shared.faults().clear();
    }

    /// Queues a 429 of this form, which asks to wait for so long.
    pub fn throttle(&self, endpoint: Endpoint, throttle: Throttle, wait: Duration) {
        self.fault(endpoint, Fault::Answer(throttle.answer(&self.clock, wait)));
    }

    /// Answers 429 of this form to every request to an endpoint beyond so many in a window, by the fake's clock.
    pub fn limit(&self, endpoint: Endpoint, requests: usize, window: Duration, throttle: Throttle) {
        self.shared.faults().limit(Limit::new(endpoint, requests, window, throttle));
    }

    /// Lets about one in so many requests to an endpoint meet one of these faults, in turn. Which ones depends on the seed and on
    /// the order in which they come.
    pub fn scatter(&self, endpoint: Endpoint, one_in: u64, seed: u64, faults: Vec<Fault>) {
        self.shared.faults().scatter(Scatter::new(endpoint, one_in, seed, faults));
    }

    /// Answers an operation, or with [`Endpoint::Gateway`] all of them, like this from now on, once a request was let in.
    pub fn answer(&self, endpoint: Endpoint, answer: Answer) {
        self.shared.state().answers.insert(endpoint, answer);
    }
}
