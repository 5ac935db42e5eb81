//! Notes and logs of alerts: written at once, and paged by a token.

use serde_json::{Value, json};

use crate::{
    gateway::{paginate, parsed_request::Call},
    wire::{error_responses::alert_refusal, response::Answer},
    world::{alert::Alert, site_data::Ops},
};

/// Answers the operations on notes, and the one that lists logs.
pub(crate) fn answer(ops: &mut Ops, call: &Call) -> Option<Answer> {
    let operate: fn(&mut Alert, &Call) -> Answer = match call.operation.name.as_str() {
        "GET /v1/alerts/{id}/notes" => |alert, call| list(call, &alert.notes, |note| text(note, "id")),
        // A log has no id; its place in the list stands for one.
        "GET /v1/alerts/{id}/logs" => |alert, call| list(call, &numbered(&alert.logs), |log| text(log, "offset")),
        "POST /v1/alerts/{id}/notes" => add,
        "PATCH /v1/alerts/{alertId}/notes/{id}" => update,
        "DELETE /v1/alerts/{alertId}/notes/{id}" => delete,
        _ => return None,
    };
    let alert = ops.alert(call.first());
    Some(alert.map_or_else(|| alert_refusal(404, "Alert not found"), |alert| operate(alert, call)))
}

fn list(call: &Call, items: &[Value], key: fn(&Value) -> String) -> Answer {
    call.success(&paginate::by_token(call, ("after", "size"), 20, items, key))
}

fn numbered(logs: &[Value]) -> Vec<Value> {
    let number = |(index, log): (usize, &Value)| {
        let mut log = log.clone();
        log["offset"] = json!(index.to_string());
        log
    };
    logs.iter().enumerate().map(number).collect()
}

fn text(item: &Value, name: &str) -> String {
    item[name].as_str().unwrap_or_default().to_owned()
}

fn add(alert: &mut Alert, call: &Call) -> Answer {
    // Ids are times in milliseconds; two notes of one millisecond are one apart.
    let last = alert.notes.last().and_then(|note| text(note, "id").parse().ok()).unwrap_or(0);
    let id = call.now.max(last + 1);
    let note = json!({
        "id": id.to_string(),
        "note": call.text("note"),
        "owner": call.account,
        "createdAt": call.timestamp(),
        "updatedAt": call.timestamp(),
    });
    alert.notes.push(note.clone());
    alert.log(call.now, &call.account, "a note was added");
    call.success(&note)
}

fn update(alert: &mut Alert, call: &Call) -> Answer {
    let Some(note) = alert.notes.iter_mut().find(|note| text(note, "id") == call.second()) else {
        return alert_refusal(404, "Note not found");
    };
    note["note"] = json!(call.text("note"));
    note["updatedAt"] = json!(call.timestamp());
    call.success(note)
}

fn delete(alert: &mut Alert, call: &Call) -> Answer {
    let before = alert.notes.len();
    alert.notes.retain(|note| text(note, "id") != call.second());
    if alert.notes.len() == before { alert_refusal(404, "Note not found") } else { call.done() }
}
