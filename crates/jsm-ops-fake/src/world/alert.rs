//! An alert, and how the service renders it.

use serde_json::{Map, Value, json};

use crate::wire::timestamp;

/// The stored state of an alert. An alert is snoozed by time; see [`Alert::status`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum AlertState {
    #[default]
    Open,
    Acked,
    Closed,
}

/// An alert. Times are in milliseconds since 1970.
#[derive(Debug, Clone, Default)]
pub(crate) struct Alert {
    pub id: String,
    pub tiny_id: String,
    pub created: i64,
    pub updated: i64,
    pub occurred: i64,
    pub message: String,
    pub description: String,
    pub alias: String,
    pub entity: String,
    pub source: String,
    pub owner: String,
    pub priority: String,
    pub tags: Vec<String>,
    pub extra: Map<String, Value>,
    pub responders: Vec<Value>,
    pub actions: Vec<String>,
    pub state: AlertState,
    pub count: u64,
    pub acked_at: Option<i64>,
    pub closed_at: Option<i64>,
    pub snoozed_until: Option<i64>,
    pub notes: Vec<Value>,
    pub logs: Vec<Value>,
}

impl Alert {
    /// Returns the status at a time, as the service names it.
    pub(crate) fn status(&self, now: i64) -> &'static str {
        match self.state {
            AlertState::Closed => "closed",
            _ if self.snoozed_until.is_some_and(|until| now < until) => "snoozed",
            AlertState::Acked => "acked",
            AlertState::Open => "open",
        }
    }

    /// Returns the item of a list: some fields, and an empty string for a missing value.
    pub(crate) fn to_item(&self, now: i64) -> Value {
        json!({
            "id": self.id,
            "tinyId": self.tiny_id,
            "createdAt": timestamp::rfc3339(self.created),
            "updatedAt": timestamp::rfc3339(self.updated),
            "message": self.message,
            "entity": self.entity,
            "source": self.source,
            "status": self.status(now),
            "alias": self.alias,
            "tags": self.tags,
            "acknowledged": self.state == AlertState::Acked,
            "count": self.count,
            "owner": self.owner,
            "snoozed": self.status(now) == "snoozed",
            "lastOccuredAt": timestamp::rfc3339(self.occurred),
            "integrationType": "API",
            "integrationName": "Default API",
            "priority": self.priority,
            "responders": self.responders,
            "actions": self.actions,
            "seen": false,
        })
    }

    /// Returns the alert with all fields.
    pub(crate) fn to_json(&self, now: i64) -> Value {
        let date = |time: Option<i64>| time.map_or(String::new(), timestamp::rfc3339);
        let mut alert = self.to_item(now);
        alert["description"] = json!(self.description);
        alert["extraProperties"] = json!(self.extra);
        alert["ackTime"] = json!(date(self.acked_at));
        alert["closeTime"] = json!(date(self.closed_at));
        alert["snoozedUntil"] = json!(date(self.snoozed_until));
        alert
    }

    /// Adds an entry to the alert's log.
    pub(crate) fn log(&mut self, now: i64, account: &str, entry: &str) {
        self.updated = now;
        let time = timestamp::rfc3339(now);
        self.logs.push(json!({ "logTime": time, "logType": "alertAction", "log": entry, "owner": account }));
    }
}
