//! The record of everything that the fake was sent.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
};

use crate::wire::{endpoint::Endpoint, request::Seen};

/// What came that should not have come.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Unexpected {
    /// One line for each.
    pub lines: Vec<String>,
}

impl fmt::Display for Unexpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the fake Atlassian did not expect:\n  {}", self.lines.join("\n  "))
    }
}

/// How often an endpoint was asked.
#[derive(Debug, Clone, Default)]
struct Count {
    requests: usize,
    executed: usize,
    faults: BTreeMap<&'static str, usize>,
}

/// Requests in the order in which they came, counts, and complaints.
#[derive(Debug, Default)]
pub(crate) struct Log {
    seen: HashMap<u64, Seen>,
    next: u64,
    keep: Option<u64>,
    watcher: Option<fn(&Seen)>,
    counts: HashMap<Endpoint, Count>,
    complaints: Vec<String>,
    /// How often each write to the gateway was carried out, by a hash of all that it said: a long run has many.
    writes: HashMap<u64, usize>,
    /// Those that were carried out twice.
    twice: Vec<(Endpoint, String)>,
}

impl Log {
    /// Keeps only so many requests, if a number is given, and shows each to a watcher; counts and complaints stay exact.
    pub(crate) fn new(keep: Option<u64>, watcher: Option<fn(&Seen)>) -> Self {
        Self { keep, watcher, ..Self::default() }
    }

    /// Records a request, and gives its number.
    pub(crate) fn push(&mut self, seen: Seen) -> u64 {
        let number = self.next;
        self.next += 1;
        let count = self.counts.entry(seen.endpoint.clone()).or_default();
        count.requests += 1;
        if let Some(fault) = seen.fault {
            *count.faults.entry(fault).or_default() += 1;
        }
        self.seen.insert(number, seen);
        if let Some(oldest) = self.keep.and_then(|keep| number.checked_sub(keep)) {
            self.seen.remove(&oldest);
        }
        number
    }

    /// Records that the fake did what a request asked.
    pub(crate) fn executed(&mut self, number: u64, request: &Seen) {
        self.counts.entry(request.endpoint.clone()).or_default().executed += 1;
        if let Some(seen) = self.seen.get_mut(&number) {
            seen.executed = true;
        }
        if request.endpoint.is_within(&Endpoint::Gateway) && request.method != "GET" {
            let mut hasher = DefaultHasher::new();
            (&request.method, &request.path, &request.query, &request.body).hash(&mut hasher);
            let times = self.writes.entry(hasher.finish()).or_default();
            *times += 1;
            if *times == 2 {
                let line = format!("{} {} {}", request.method, request.path, request.text());
                self.twice.push((request.endpoint.clone(), line));
            }
        }
    }

    /// The writes to an endpoint that were carried out more than once.
    pub(crate) fn executed_twice(&self, endpoint: &Endpoint) -> Vec<String> {
        let within = self.twice.iter().filter(|(known, _)| known.is_within(endpoint));
        within.map(|(_, line)| line.clone()).collect()
    }

    /// Records the answer to a request.
    pub(crate) fn answered(&mut self, number: u64, status: u16) {
        if let Some(seen) = self.seen.get_mut(&number) {
            seen.status = Some(status);
            if let Some(watcher) = self.watcher {
                watcher(seen);
            }
        }
    }

    /// Records something that should not have come.
    pub(crate) fn complain(&mut self, line: String) {
        self.complaints.push(line);
    }

    /// The requests in the order in which they came.
    pub(crate) fn requests(&self) -> Vec<Seen> {
        let mut numbers: Vec<_> = self.seen.keys().copied().collect();
        numbers.sort_unstable();
        numbers.iter().filter_map(|number| self.seen.get(number).cloned()).collect()
    }

    /// How many requests came to an endpoint, parts included.
    pub(crate) fn count(&self, endpoint: &Endpoint) -> usize {
        self.sum(endpoint, |count| count.requests)
    }

    /// How many of them were carried out.
    pub(crate) fn executions(&self, endpoint: &Endpoint) -> usize {
        self.sum(endpoint, |count| count.executed)
    }

    /// How many of them met each fault.
    pub(crate) fn faults(&self, endpoint: &Endpoint) -> BTreeMap<&'static str, usize> {
        let mut faults = BTreeMap::new();
        for (_, count) in self.counts.iter().filter(|(known, _)| known.is_within(endpoint)) {
            count.faults.iter().for_each(|(fault, times)| *faults.entry(*fault).or_default() += times);
        }
        faults
    }

    fn sum(&self, endpoint: &Endpoint, of: impl Fn(&Count) -> usize) -> usize {
        self.counts.iter().filter(|(known, _)| known.is_within(endpoint)).map(|(_, count)| of(count)).sum()
    }

    /// Everything that should not have come.
    pub(crate) fn complaints(&self) -> &[String] {
        &self.complaints
    }

    /// Forgets requests, counts and complaints.
    pub(crate) fn clear(&mut self) {
        *self = Self { next: self.next, ..Self::new(self.keep, self.watcher) };
    }
}
