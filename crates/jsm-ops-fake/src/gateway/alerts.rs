//! How alerts are read.

use serde_json::json;

use crate::{
    gateway::{paginate, parsed_request::Call},
    wire::{error_responses::alert_refusal, response::Answer},
    world::{
        alert::{Alert, Status},
        site_data::Ops,
    },
};

/// Nothing past so many alerts can be listed.
const WINDOW: usize = 20_000;

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
    let mut page = paginate::by_offset(call, &found, 20, |alert| alert.item(call.now));
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
