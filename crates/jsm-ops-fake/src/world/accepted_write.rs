//! A write to an alert that was accepted.

use serde_json::{Value, json};

use crate::wire::time;

/// A write that was accepted.
#[derive(Debug)]
pub(crate) struct Request {
    pub action: String,
    pub processed: i64,
    pub success: bool,
    pub status: String,
    pub alert: String,
    pub alias: String,
    /// How often it is still told that the request is not there.
    pub polls: usize,
}

impl Request {
    pub(crate) fn json(&self) -> Value {
        json!({
            "action": self.action,
            "processedAt": time::text(self.processed),
            "integrationId": "",
            "isSuccess": self.success,
            "status": self.status,
            "alertId": self.alert,
            "alias": self.alias,
        })
    }
}
