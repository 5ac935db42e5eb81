//! All faults of a fake: queued ones, rate limits, and random ones.

use std::collections::{HashMap, VecDeque};

use crate::{
    faults::{fake_clock::FakeClock, fault::Fault, random_faults::RandomFaults, rate_limit_rule::RateLimitRule},
    wire::endpoint::Endpoint,
};

/// The faults that the next requests will have.
#[derive(Debug, Default)]
pub(crate) struct FaultQueue {
    queues: HashMap<Endpoint, VecDeque<Fault>>,
    rate_limits: Vec<RateLimitRule>,
    random: Vec<RandomFaults>,
}

impl FaultQueue {
    /// Queues a fault for a request to an endpoint.
    pub(crate) fn push(&mut self, endpoint: Endpoint, fault: Fault) {
        self.queues.entry(endpoint).or_default().push_back(fault);
    }

    pub(crate) fn add_rate_limit(&mut self, rule: RateLimitRule) {
        self.rate_limits.push(rule);
    }

    pub(crate) fn add_random(&mut self, random: RandomFaults) {
        self.random.push(random);
    }

    /// Takes the fault of a request. The order is: the queue of the endpoint, the queue of its
    /// parent, rate limits, random faults.
    pub(crate) fn next(&mut self, endpoint: &Endpoint, clock: &FakeClock) -> Option<Fault> {
        let own = self.queues.get_mut(endpoint).and_then(VecDeque::pop_front);
        own.or_else(|| self.queues.get_mut(&endpoint.parent()?)?.pop_front())
            .or_else(|| self.rate_limits.iter_mut().find_map(|rule| rule.count(endpoint, clock)))
            .or_else(|| self.random.iter_mut().find_map(|random| random.draw(endpoint)))
    }

    /// The number of queued faults.
    pub(crate) fn queued(&self) -> usize {
        self.queues.values().map(VecDeque::len).sum()
    }

    /// Removes all faults, rate limits and random faults.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}
