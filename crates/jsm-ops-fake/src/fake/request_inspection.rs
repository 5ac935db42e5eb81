//! Inspection of received requests, their counts, and violations.

use std::collections::BTreeMap;

use crate::{
    fake::running::Fake,
    wire::{endpoint::Endpoint, request::RecordedRequest},
    world::violations::Violations,
};

/// Received requests.
impl Fake {
    /// Returns all requests, in the order of their arrival.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.log().requests()
    }

    /// Returns all requests within an endpoint.
    pub fn requests_to(&self, endpoint: &Endpoint) -> Vec<RecordedRequest> {
        let mut requests = self.requests();
        requests.retain(|request| request.endpoint.is_within(endpoint));
        requests
    }

    /// Counts the requests within an endpoint.
    pub fn count(&self, endpoint: &Endpoint) -> usize {
        self.shared.log().count(endpoint)
    }

    /// Counts the executed requests within an endpoint, with and without a response.
    pub fn executions(&self, endpoint: &Endpoint) -> usize {
        self.shared.log().executions(endpoint)
    }

    /// Counts the faults that requests within an endpoint had, by [`RecordedRequest::fault`].
    pub fn fault_counts(&self, endpoint: &Endpoint) -> BTreeMap<&'static str, usize> {
        self.shared.log().fault_counts(endpoint)
    }

    /// Returns the writes within an endpoint that were executed more than once.
    ///
    /// Such writes have the same method, path, query and body. If the test never sends the same
    /// write twice, these are retries of writes that had succeeded.
    pub fn duplicate_writes(&self, endpoint: &Endpoint) -> Vec<String> {
        self.shared.log().duplicate_writes(endpoint)
    }

    /// Removes all requests, counts and violations.
    pub fn clear_requests(&self) {
        self.shared.log().clear();
    }

    /// Checks that the client broke no rule of the service.
    ///
    /// # Errors
    /// With one line for each violation.
    pub fn check_violations(&self) -> Result<(), Violations> {
        let lines = self.shared.log().violations().to_vec();
        if lines.is_empty() { Ok(()) } else { Err(Violations { lines }) }
    }

    /// Asserts that the client broke no rule of the service.
    ///
    /// # Panics
    /// With all violations.
    #[track_caller]
    pub fn assert_no_violations(&self) {
        let violations = self.check_violations().map_err(|violations| violations.to_string());
        assert!(violations.is_ok(), "{}", violations.err().unwrap_or_default());
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        if self.check_on_drop && !std::thread::panicking() {
            self.assert_no_violations();
        }
    }
}
