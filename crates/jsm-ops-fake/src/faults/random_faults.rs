//! Faults scattered over many requests.

use crate::{faults::fault::Fault, wire::endpoint::Endpoint};

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
