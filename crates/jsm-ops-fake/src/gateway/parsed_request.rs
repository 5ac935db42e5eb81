//! A request that was let in, taken apart.

use serde_json::Value;

use crate::{
    gateway::{operation_spec::Operation, path::Address},
    wire::{request::Seen, response::Answer, time},
};

/// A call of an operation.
#[derive(Debug)]
pub(crate) struct Call {
    pub operation: &'static Operation,
    /// The parameters in the path, decoded, in order.
    pub parameters: Vec<(&'static str, String)>,
    /// The parameters in the query, decoded, in order.
    pub query: Vec<(String, String)>,
    /// The body; `null` where there is none that is JSON.
    pub body: Value,
    /// The time in milliseconds since 1970.
    pub now: i64,
    /// Who calls.
    pub account: String,
    /// The path below the base, as it came: what `links.next` begins with.
    pub path: String,
}

impl Call {
    pub(crate) fn new(operation: &'static Operation, address: &Address, seen: &Seen, now: i64, account: String) -> Self {
        Self {
            operation,
            parameters: operation.parameters(&address.relative).unwrap_or_default(),
            query: seen.query_pairs(),
            body: seen.json(),
            now,
            account,
            path: address.relative.clone(),
        }
    }

    /// The first parameter of the path. By position, since the document calls the same place now `id`, now `alertId`.
    pub(crate) fn first(&self) -> &str {
        self.parameters.first().map_or("", |(_, value)| value)
    }

    /// The second parameter of the path.
    pub(crate) fn second(&self) -> &str {
        self.parameters.get(1).map_or("", |(_, value)| value)
    }

    /// A parameter of the query.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A number in the query.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.query(name)?.parse().ok()
    }

    /// A count in the query, with what the document says it is where it is not there.
    pub(crate) fn count(&self, name: &str, otherwise: usize) -> usize {
        self.query(name).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
    }

    /// A text in the body; empty where there is none.
    pub(crate) fn text(&self, name: &str) -> String {
        self.body[name].as_str().unwrap_or_default().to_owned()
    }

    /// The texts of a list in the body.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        self.body[name].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// The time as the service writes it.
    pub(crate) fn timestamp(&self) -> String {
        time::text(self.now)
    }

    /// The success of the operation with a body.
    pub(crate) fn success(&self, body: &Value) -> Answer {
        Answer::json(self.operation.status, body)
    }

    /// The success of the operation without one.
    pub(crate) fn done(&self) -> Answer {
        Answer::empty(self.operation.status)
    }
}
