//! The log of all received requests.

use std::{
    collections::{BTreeMap, HashMap},
    hash::{DefaultHasher, Hash, Hasher},
};

use crate::wire::{endpoint::Endpoint, request::RecordedRequest};

/// The counts of one endpoint.
#[derive(Debug, Clone, Default)]
struct RequestCounts {
    received: usize,
    executed: usize,
    faults: BTreeMap<&'static str, usize>,
}

/// The received requests in order, their counts, and the violations.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    requests: HashMap<u64, RecordedRequest>,
    next: u64,
    keep: Option<u64>,
    watcher: Option<fn(&RecordedRequest)>,
    counts: HashMap<Endpoint, RequestCounts>,
    violations: Vec<String>,
    /// The number of executions of each write to the gateway. The key is a hash of the request,
    /// because a long run has many writes.
    writes: HashMap<u64, usize>,
    duplicate_writes: Vec<(Endpoint, String)>,
}

impl RequestLog {
    /// A log that keeps the last `keep` requests, or all. Counts and violations include all
    /// requests. The watcher is called with every request that has a response.
    pub(crate) fn new(keep: Option<u64>, watcher: Option<fn(&RecordedRequest)>) -> Self {
        Self { keep, watcher, ..Self::default() }
    }

    /// Adds a request, and returns its number.
    pub(crate) fn push(&mut self, request: RecordedRequest) -> u64 {
        let number = self.next;
        self.next += 1;
        let counts = self.counts.entry(request.endpoint.clone()).or_default();
        counts.received += 1;
        if let Some(fault) = request.fault {
            *counts.faults.entry(fault).or_default() += 1;
        }
        self.requests.insert(number, request);
        if let Some(oldest) = self.keep.and_then(|keep| number.checked_sub(keep)) {
            self.requests.remove(&oldest);
        }
        number
    }

    /// Records that a request was executed.
    pub(crate) fn set_executed(&mut self, number: u64, request: &RecordedRequest) {
        self.counts.entry(request.endpoint.clone()).or_default().executed += 1;
        if let Some(kept) = self.requests.get_mut(&number) {
            kept.executed = true;
        }
        if request.endpoint.is_within(&Endpoint::Gateway) && request.method != "GET" {
            self.count_write(request);
        }
    }

    fn count_write(&mut self, request: &RecordedRequest) {
        let mut hasher = DefaultHasher::new();
        (&request.method, &request.path, &request.query, &request.body).hash(&mut hasher);
        let times = self.writes.entry(hasher.finish()).or_default();
        *times += 1;
        if *times == 2 {
            let line = format!("{} {} {}", request.method, request.path, request.text());
            self.duplicate_writes.push((request.endpoint.clone(), line));
        }
    }

    /// Returns the writes to an endpoint that were executed more than once.
    pub(crate) fn duplicate_writes(&self, endpoint: &Endpoint) -> Vec<String> {
        let within = self.duplicate_writes.iter().filter(|(known, _)| known.is_within(endpoint));
        within.map(|(_, line)| line.clone()).collect()
    }

    /// Records the status of the response to a request.
    pub(crate) fn set_status(&mut self, number: u64, status: u16) {
        if let Some(request) = self.requests.get_mut(&number) {
            request.status = Some(status);
            if let Some(watcher) = self.watcher {
                watcher(request);
            }
        }
    }

    pub(crate) fn report_violation(&mut self, line: String) {
        self.violations.push(line);
    }

    /// Returns the kept requests, in the order of their arrival.
    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        let mut numbers: Vec<_> = self.requests.keys().copied().collect();
        numbers.sort_unstable();
        numbers.iter().filter_map(|number| self.requests.get(number).cloned()).collect()
    }

    /// Counts the received requests within an endpoint.
    pub(crate) fn count(&self, endpoint: &Endpoint) -> usize {
        self.sum(endpoint, |counts| counts.received)
    }

    /// Counts the executed requests within an endpoint.
    pub(crate) fn executions(&self, endpoint: &Endpoint) -> usize {
        self.sum(endpoint, |counts| counts.executed)
    }

    /// Counts the faults that requests within an endpoint had, by name.
    pub(crate) fn fault_counts(&self, endpoint: &Endpoint) -> BTreeMap<&'static str, usize> {
        let mut faults = BTreeMap::new();
        for (_, counts) in self.counts.iter().filter(|(known, _)| known.is_within(endpoint)) {
            counts.faults.iter().for_each(|(fault, times)| *faults.entry(*fault).or_default() += times);
        }
        faults
    }

    fn sum(&self, endpoint: &Endpoint, of: impl Fn(&RequestCounts) -> usize) -> usize {
        self.counts.iter().filter(|(known, _)| known.is_within(endpoint)).map(|(_, counts)| of(counts)).sum()
    }

    pub(crate) fn violations(&self) -> &[String] {
        &self.violations
    }

    /// Removes all requests, counts and violations.
    pub(crate) fn clear(&mut self) {
        *self = Self { next: self.next, ..Self::new(self.keep, self.watcher) };
    }
}
