//! A write to an alert that the service accepted.

use serde_json::{Value, json};

use crate::wire::timestamp;

/// A write to an alert that the service accepted. It is executed, but its status is still pending.
#[derive(Debug)]
pub(crate) struct AcceptedWrite {
    pub action: String,
    pub processed: i64,
    pub success: bool,
    pub status: String,
    pub alert: String,
    pub alias: String,
    /// The number of polls that still return 404.
    pub pending_polls: usize,
}

impl AcceptedWrite {
    /// Returns the status of the write, as the service sends it.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "action": self.action,
            "processedAt": timestamp::rfc3339(self.processed),
            "integrationId": "",
            "isSuccess": self.success,
            "status": self.status,
            "alertId": self.alert,
            "alias": self.alias,
        })
    }
}
