//! An alert.

use serde_json::{Map, Value, json};

use crate::wire::time;

/// The state of an alert, as its life goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Status {
    #[default]
    Open,
    Acked,
    Closed,
}

/// An alert.
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
    pub status: Status,
    pub count: u64,
    pub acked_at: Option<i64>,
    pub closed_at: Option<i64>,
    pub snoozed_until: Option<i64>,
    pub notes: Vec<Value>,
    pub logs: Vec<Value>,
}

impl Alert {
    /// The state as the service writes it at a time.
    pub(crate) fn status(&self, now: i64) -> &'static str {
        match self.status {
            Status::Closed => "closed",
            _ if self.snoozed_until.is_some_and(|until| now < until) => "snoozed",
            Status::Acked => "acked",
            Status::Open => "open",
        }
    }

    /// As lists show it: flat, an empty text for what is not there, and not everything.
    pub(crate) fn item(&self, now: i64) -> Value {
        json!({
            "id": self.id,
            "tinyId": self.tiny_id,
            "createdAt": time::text(self.created),
            "updatedAt": time::text(self.updated),
            "message": self.message,
            "entity": self.entity,
            "source": self.source,
            "status": self.status(now),
            "alias": self.alias,
            "tags": self.tags,
            "acknowledged": self.status == Status::Acked,
            "count": self.count,
            "owner": self.owner,
            "snoozed": self.status(now) == "snoozed",
            "lastOccuredAt": time::text(self.occurred),
            "integrationType": "API",
            "integrationName": "Default API",
            "priority": self.priority,
            "responders": self.responders,
            "actions": self.actions,
            "seen": false,
        })
    }

    /// In full.
    pub(crate) fn full(&self, now: i64) -> Value {
        let date = |time: Option<i64>| time.map_or(String::new(), time::text);
        let mut full = self.item(now);
        full["description"] = json!(self.description);
        full["extraProperties"] = json!(self.extra);
        full["ackTime"] = json!(date(self.acked_at));
        full["closeTime"] = json!(date(self.closed_at));
        full["snoozedUntil"] = json!(date(self.snoozed_until));
        full
    }

    /// Writes into its log.
    pub(crate) fn log(&mut self, now: i64, account: &str, what: &str) {
        self.updated = now;
        self.logs.push(json!({ "logTime": time::text(now), "logType": "alertAction", "log": what, "owner": account }));
    }
}
