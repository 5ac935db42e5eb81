//! Faults that wait for their requests, by endpoint.

use std::collections::{HashMap, VecDeque};

use crate::{
    faults::{clock::Clock, fault::Fault, random_faults::Scatter, rate_limit::Limit},
    wire::endpoint::Endpoint,
};

/// Faults that wait for their requests.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    queues: HashMap<Endpoint, VecDeque<Fault>>,
    limits: Vec<Limit>,
    scattered: Vec<Scatter>,
}

impl Faults {
    /// Queues a fault for a request to an endpoint.
    pub(crate) fn push(&mut self, endpoint: Endpoint, fault: Fault) {
        self.queues.entry(endpoint).or_default().push_back(fault);
    }

    /// Adds a limit.
    pub(crate) fn limit(&mut self, limit: Limit) {
        self.limits.push(limit);
    }

    /// Adds faults that hit some requests.
    pub(crate) fn scatter(&mut self, scatter: Scatter) {
        self.scattered.push(scatter);
    }

    /// The fault of a request: first those of its very endpoint, then those of what the endpoint is part of, then those that nobody
    /// queued.
    pub(crate) fn take(&mut self, endpoint: &Endpoint, clock: &Clock) -> Option<Fault> {
        let own = self.queues.get_mut(endpoint).and_then(VecDeque::pop_front);
        own.or_else(|| self.queues.get_mut(&endpoint.parent()?)?.pop_front())
            .or_else(|| self.limits.iter_mut().find_map(|limit| limit.count(endpoint, clock)))
            .or_else(|| self.scattered.iter_mut().find_map(|scatter| scatter.draw(endpoint)))
    }

    /// How many faults still wait.
    pub(crate) fn waiting(&self) -> usize {
        self.queues.values().map(VecDeque::len).sum()
    }

    /// Forgets them all, limits and scattered ones too.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}
