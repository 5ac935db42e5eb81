//! The record of everything that the fake was sent.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
};

use bytes::Bytes;
use hyper::HeaderMap;
use serde_json::Value;

use crate::route::Endpoint;

/// A request as it came over the wire, and what became of it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// What it was for.
    pub endpoint: Endpoint,
    /// The method.
    pub method: String,
    /// The path, still encoded.
    pub path: String,
    /// The query, still encoded; empty where there was none.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, byte for byte.
    pub body: Bytes,
    /// Whether it came to the address to which nobody should ever be led: [`Fake::elsewhere_url`](crate::Fake::elsewhere_url).
    pub elsewhere: bool,
    /// Whether the fake did what was asked, whatever became of the answer.
    pub executed: bool,
    /// The fault that it met.
    pub fault: Option<&'static str>,
    /// The status of the answer; none while there is no answer, or where the connection was cut.
    pub status: Option<u16>,
}

impl Seen {
    /// A header as text; empty where there was none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as text, with a sign in the place of what is no text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; `null` where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The query's names and values, decoded, in order.
    pub fn query_pairs(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()
    }

    /// The fields of a form body or a JSON object of texts; `None` where it is neither.
    pub(crate) fn fields(&self) -> Option<Vec<(String, String)>> {
        let media_type = self.header("content-type").split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match media_type.as_str() {
            "application/x-www-form-urlencoded" => Some(form_urlencoded::parse(&self.body).into_owned().collect()),
            "application/json" => {
                let Ok(Value::Object(fields)) = serde_json::from_slice(&self.body) else { return None };
                fields.into_iter().map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect()
            }
            _ => None,
        }
    }

    /// One field of the body.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        self.fields()?.into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

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
