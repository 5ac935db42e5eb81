//! Alerts: what there is, and how it is read.

use serde_json::{Map, Value, json};

use crate::{
    answer::Answer,
    gateway::{
        call::{Call, alert_refusal},
        ops::Ops,
        page, time,
    },
};

/// Nothing past so many alerts can be listed.
const WINDOW: usize = 20_000;

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
    fn status(&self, now: i64) -> &'static str {
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
    pub(crate) fn log(&mut self, call: &Call, what: &str) {
        self.updated = call.now;
        let line = json!({ "logTime": call.timestamp(), "logType": "alertAction", "log": what, "owner": call.account });
        self.logs.push(line);
    }
}

/// Answers the operations that read alerts.
pub(crate) fn answer(ops: &mut Ops, call: &Call) -> Option<Answer> {
    match call.operation.name.as_str() {
        "GET /v1/alerts" => Some(list(ops, call)),
        "GET /v1/alerts/{id}" => Some(one(call, ops.alert(call.first()).map(|alert| &*alert))),
        "GET /v1/alerts/alias" => {
            let alias = call.query("alias").unwrap_or_default();
            Some(one(call, ops.alert_by_alias(alias).map(|alert| &*alert)))
        }
        _ => None,
    }
}

fn one(call: &Call, alert: Option<&Alert>) -> Answer {
    alert.map_or_else(|| alert_refusal(404, "Alert not found"), |alert| call.success(&alert.full(call.now)))
}

fn list(ops: &Ops, call: &Call) -> Answer {
    if call.count("offset", 0).saturating_add(call.count("size", 20)) > WINDOW {
        return alert_refusal(400, "The sum of offset and size is over 20000");
    }
    let status = call.query("query").and_then(searched_status);
    let (from, to) = (call.number("from").unwrap_or(i64::MIN), call.number("to").unwrap_or(i64::MAX));
    let matches = |alert: &&Alert| {
        let in_time = (from..=to).contains(&alert.created);
        // What is open to a search is everything that is not closed.
        let fits = match status {
            None => true,
            Some("open") => alert.status != Status::Closed,
            Some(status) => alert.status(call.now) == status,
        };
        in_time && fits
    };
    let mut found: Vec<&Alert> = ops.alerts.values().filter(matches).collect();
    match call.query("sort") {
        Some("priority") => found.sort_by(|one, other| other.priority.cmp(&one.priority)),
        Some("lastOccurredAt") => found.sort_by_key(|alert| alert.occurred),
        _ => {}
    }
    if call.query("order") != Some("asc") {
        found.reverse();
    }
    let mut page = page::by_offset(call, &found, 20, |alert| alert.item(call.now));
    page["count"] = json!(found.len());
    call.success(&page)
}

/// The status in a query of the form `status: open`. Every other query finds everything.
fn searched_status(query: &str) -> Option<&str> {
    let (field, value) = query.split_once(':')?;
    let status = value.trim();
    let known = ["open", "acked", "snoozed", "closed"].contains(&status);
    (field.trim() == "status" && known).then_some(status)
}
