//! A request to an operation, parsed.

use serde_json::Value;

use crate::{
    gateway::{gateway_path::GatewayPath, operation_spec::OperationSpec},
    wire::{request::RecordedRequest, response::FakeResponse, timestamp},
};

/// A request to an operation, with a valid credential.
#[derive(Debug)]
pub(crate) struct ParsedRequest {
    pub operation: &'static OperationSpec,
    /// The path parameters, decoded, in order.
    pub parameters: Vec<(&'static str, String)>,
    /// The query parameters, decoded, in order.
    pub query: Vec<(String, String)>,
    /// The body. `null` if it is not valid JSON.
    pub body: Value,
    /// The current time in milliseconds since 1970.
    pub now: i64,
    /// The account of the credential.
    pub account: String,
    /// The path below the base URL, percent-encoded. `links.next` starts with it.
    pub path: String,
}

impl ParsedRequest {
    pub(crate) fn new(
        operation: &'static OperationSpec,
        path: &GatewayPath,
        recorded: &RecordedRequest,
        now: i64,
        account: String,
    ) -> Self {
        Self {
            operation,
            parameters: operation.match_path(&path.relative).unwrap_or_default(),
            query: recorded.query_pairs(),
            body: recorded.json(),
            now,
            account,
            path: path.relative.clone(),
        }
    }

    /// Returns the first path parameter. Its name varies in the document: `id`, `alertId`.
    pub(crate) fn first(&self) -> &str {
        self.parameters.first().map_or("", |(_, value)| value)
    }

    /// Returns the second path parameter.
    pub(crate) fn second(&self) -> &str {
        self.parameters.get(1).map_or("", |(_, value)| value)
    }

    /// Returns a query parameter.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns a query parameter as a number.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.query(name)?.parse().ok()
    }

    /// Returns a query parameter as a count, or the default of the document.
    pub(crate) fn count(&self, name: &str, default: usize) -> usize {
        self.query(name).and_then(|value| value.parse().ok()).unwrap_or(default)
    }

    /// Returns a string field of the body. Empty if it is missing.
    pub(crate) fn string(&self, name: &str) -> String {
        self.body[name].as_str().unwrap_or_default().to_owned()
    }

    /// Returns the strings of an array field of the body.
    pub(crate) fn strings(&self, name: &str) -> Vec<String> {
        self.body[name].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Returns the current time as the service writes it.
    pub(crate) fn timestamp(&self) -> String {
        timestamp::rfc3339(self.now)
    }

    /// Returns the success of the operation, with a body.
    pub(crate) fn success(&self, body: &Value) -> FakeResponse {
        FakeResponse::json(self.operation.status, body)
    }

    /// Returns the success of the operation, without a body.
    pub(crate) fn empty_success(&self) -> FakeResponse {
        FakeResponse::empty(self.operation.status)
    }
}
