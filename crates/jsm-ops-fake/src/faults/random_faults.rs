//! Faults that some of many requests have.

use fastrand::Rng;

use crate::{faults::fault::Fault, wire::endpoint::Endpoint};

/// Faults that a random part of the requests to an endpoint has. A seed makes them repeatable.
#[derive(Debug)]
pub(crate) struct RandomFaults {
    endpoint: Endpoint,
    one_in: u64,
    faults: Vec<Fault>,
    rng: Rng,
    next: usize,
}

impl RandomFaults {
    pub(crate) fn new(endpoint: Endpoint, one_in: u64, seed: u64, faults: Vec<Fault>) -> Self {
        Self { endpoint, one_in: one_in.max(1), faults, rng: Rng::with_seed(seed), next: 0 }
    }

    /// Draws the fault of a request. The hit is random; the faults take turns.
    pub(crate) fn draw(&mut self, endpoint: &Endpoint) -> Option<Fault> {
        if !endpoint.is_within(&self.endpoint) || self.faults.is_empty() || self.rng.u64(..self.one_in) != 0 {
            return None;
        }
        self.next = (self.next + 1) % self.faults.len();
        self.faults.get(self.next).cloned()
    }
}
