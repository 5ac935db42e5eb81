//! The operations on the notes and the log of an alert. They are synchronous, and paged by token.

use serde_json::{Value, json};

use crate::{
    gateway::{paginate, parsed_request::ParsedRequest},
    wire::{error_responses::alert_error, response::FakeResponse},
    world::{alert::Alert, site_data::SiteData},
};

/// Handles the operations on notes and logs. `None` for other operations.
pub(crate) fn respond(site: &mut SiteData, request: &ParsedRequest) -> Option<FakeResponse> {
    let handle: fn(&mut Alert, &ParsedRequest) -> FakeResponse = match request.operation.shape.as_str() {
        "GET /v1/alerts/{}/notes" => |alert, request| list(request, &alert.notes, |note| string(note, "id")),
        // A log entry has no id. Its position is the token.
        "GET /v1/alerts/{}/logs" => {
            |alert, request| list(request, &with_offsets(&alert.logs), |entry| string(entry, "offset"))
        }
        "POST /v1/alerts/{}/notes" => add,
        "PATCH /v1/alerts/{}/notes/{}" => update,
        "DELETE /v1/alerts/{}/notes/{}" => delete,
        _ => return None,
    };
    let alert = site.alert(request.first());
    Some(alert.map_or_else(|| alert_error(404, "Alert not found"), |alert| handle(alert, request)))
}

fn list(request: &ParsedRequest, items: &[Value], key: fn(&Value) -> String) -> FakeResponse {
    request.success(&paginate::by_token(request, ("after", "size"), 20, items, key))
}

fn with_offsets(logs: &[Value]) -> Vec<Value> {
    let with_offset = |(index, entry): (usize, &Value)| {
        let mut entry = entry.clone();
        entry["offset"] = json!(index.to_string());
        entry
    };
    logs.iter().enumerate().map(with_offset).collect()
}

fn string(item: &Value, name: &str) -> String {
    item[name].as_str().unwrap_or_default().to_owned()
}

fn add(alert: &mut Alert, request: &ParsedRequest) -> FakeResponse {
    // Ids are times in milliseconds. A second note in the same millisecond gets the next number.
    let last = alert.notes.last().and_then(|note| string(note, "id").parse().ok()).unwrap_or(0);
    let id = request.now.max(last + 1);
    let note = json!({
        "id": id.to_string(),
        "note": request.string("note"),
        "owner": request.account,
        "createdAt": request.timestamp(),
        "updatedAt": request.timestamp(),
    });
    alert.notes.push(note.clone());
    alert.log(request.now, &request.account, "a note was added");
    request.success(&note)
}

fn update(alert: &mut Alert, request: &ParsedRequest) -> FakeResponse {
    let Some(note) = alert.notes.iter_mut().find(|note| string(note, "id") == request.second()) else {
        return alert_error(404, "Note not found");
    };
    note["note"] = json!(request.string("note"));
    note["updatedAt"] = json!(request.timestamp());
    request.success(note)
}

fn delete(alert: &mut Alert, request: &ParsedRequest) -> FakeResponse {
    let before = alert.notes.len();
    alert.notes.retain(|note| string(note, "id") != request.second());
    if alert.notes.len() == before { alert_error(404, "Note not found") } else { request.empty_success() }
}
