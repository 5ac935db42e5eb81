//! What was seen.

use std::collections::BTreeMap;

use crate::{
    fake::handle::Fake,
    wire::{endpoint::Endpoint, request::Seen},
    world::request_log::Unexpected,
};

/// What was seen.
impl Fake {
    /// All requests, in the order in which they came.
    pub fn requests(&self) -> Vec<Seen> {
        self.shared.log().requests()
    }

    /// All requests to an endpoint and to its parts.
    pub fn requests_to(&self, endpoint: &Endpoint) -> Vec<Seen> {
        let mut requests = self.requests();
        requests.retain(|seen| seen.endpoint.is_within(endpoint));
        requests
    }

    /// How many requests came to an endpoint and to its parts.
    pub fn count(&self, endpoint: &Endpoint) -> usize {
        self.shared.log().count(endpoint)
    }

    /// How many of them were carried out, whatever became of the answer.
    pub fn executions(&self, endpoint: &Endpoint) -> usize {
        self.shared.log().executions(endpoint)
    }

    /// How many of them met each fault, by the names in [`Seen::fault`].
    pub fn faults_met(&self, endpoint: &Endpoint) -> BTreeMap<&'static str, usize> {
        self.shared.log().faults(endpoint)
    }

    /// Forgets what was seen so far.
    pub fn forget_requests(&self) {
        self.shared.log().clear();
    }

    /// Says whether anything came that should not have come.
    ///
    /// # Errors
    /// With a line for each such thing.
    pub fn nothing_unexpected(&self) -> Result<(), Unexpected> {
        let lines = self.shared.log().complaints().to_vec();
        if lines.is_empty() { Ok(()) } else { Err(Unexpected { lines }) }
    }

    /// Asserts that nothing came that should not have come.
    ///
    /// # Panics
    /// With a line for each such thing.
    #[track_caller]
    pub fn assert_nothing_unexpected(&self) {
        let lines = self.nothing_unexpected().map_err(|unexpected| unexpected.to_string());
        assert!(lines.is_ok(), "{}", lines.err().unwrap_or_default());
    }

    /// The writes to an endpoint that were carried out more than once: same method, path, query and body. A test that sends
    /// nothing twice finds here what a client repeated although the first time had succeeded.
    pub fn executed_twice(&self, endpoint: &Endpoint) -> Vec<String> {
        self.shared.log().executed_twice(endpoint)
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        if self.check_on_drop && !std::thread::panicking() {
            self.assert_nothing_unexpected();
        }
    }
}
