//! The asynchronous writes to alerts: each returns a receipt, and a poll returns its status.

use serde_json::json;

use crate::{
    gateway::parsed_request::ParsedRequest,
    wire::{error_responses::alert_error, response::FakeResponse, timestamp},
    world::{
        accepted_write::AcceptedWrite,
        alert::{Alert, AlertState},
        site_data::SiteData,
    },
};

/// Handles the asynchronous writes to alerts, and the poll of their status.
///
/// A write is executed when it is accepted. Only its status is delayed.
pub(crate) fn respond(site: &mut SiteData, request: &ParsedRequest) -> Option<FakeResponse> {
    let name = request.operation.shape.as_str();
    if name == "GET /v1/alerts/requests/{}" {
        return Some(poll(site, request));
    }
    let action = action(name)?;
    let result = match site.next_failure(name) {
        Some(status) => Err(status),
        None if name == "POST /v1/alerts" => Ok(create(site, request)),
        None if name == "DELETE /v1/alerts/{}" => delete(site, request),
        None => change(site, request, action),
    };
    let id = site.create_id();
    let write = AcceptedWrite {
        action: action.to_owned(),
        processed: request.now,
        success: result.is_ok(),
        alias: result.as_ref().map_or(String::new(), |(_, alias)| alias.clone()),
        alert: result.as_ref().map_or(String::new(), |(id, _)| id.clone()),
        status: result.err().unwrap_or_else(|| format!("{action}: done")),
        pending_polls: site.pending_polls,
    };
    site.writes.insert(id.clone(), write);
    let receipt = json!({ "result": "Request will be processed", "requestId": id, "took": 0.012 });
    Some(request.success(&receipt))
}

/// Returns the action of an operation, as the status of a write names it.
fn action(name: &str) -> Option<&'static str> {
    Some(match name {
        "POST /v1/alerts" => "Create",
        "DELETE /v1/alerts/{}" => "Delete",
        "POST /v1/alerts/{}/acknowledge" => "Acknowledge",
        "POST /v1/alerts/{}/unacknowledge" => "UnAcknowledge",
        "POST /v1/alerts/{}/close" => "Close",
        "POST /v1/alerts/{}/snooze" => "Snooze",
        "POST /v1/alerts/{}/assign" => "Assign",
        "POST /v1/alerts/{}/responders" => "AddResponder",
        "POST /v1/alerts/{}/escalate" => "Escalate",
        "POST /v1/alerts/{}/action" => "CustomAction",
        "POST /v1/alerts/{}/tags" => "AddTags",
        "DELETE /v1/alerts/{}/tags" => "RemoveTags",
        "POST /v1/alerts/{}/extra-properties" => "AddDetails",
        "DELETE /v1/alerts/{}/extra-properties" => "RemoveDetails",
        "PATCH /v1/alerts/{}/priority" => "UpdatePriority",
        "PATCH /v1/alerts/{}/message" => "UpdateMessage",
        "PATCH /v1/alerts/{}/description" => "UpdateDescription",
        _ => return None,
    })
}

/// The id and the alias of the alert, or the status of the failure.
type WriteResult = Result<(String, String), String>;

fn create(site: &mut SiteData, request: &ParsedRequest) -> (String, String) {
    let alias = request.string("alias");
    if let Some(alert) = site.alert_by_alias(&alias).filter(|alert| alert.state != AlertState::Closed) {
        alert.count += 1;
        alert.occurred = request.now;
        alert.log(request.now, &request.account, "the alert occurred again");
        return (alert.id.clone(), alert.alias.clone());
    }
    let id = format!("{}-{}", site.create_id(), request.now);
    let string_or = |name: &str, default: &str| {
        let string = request.string(name);
        if string.is_empty() { default.to_owned() } else { string }
    };
    let mut alert = Alert {
        created: request.now,
        occurred: request.now,
        message: request.string("message"),
        description: request.string("description"),
        alias: string_or("alias", &id),
        entity: request.string("entity"),
        source: string_or("source", &request.account),
        priority: string_or("priority", "P3"),
        tags: request.strings("tags"),
        actions: request.strings("actions"),
        extra: request.body["extraProperties"].as_object().cloned().unwrap_or_default(),
        responders: request.body["responders"].as_array().cloned().unwrap_or_default(),
        count: 1,
        id,
        ..Alert::default()
    };
    alert.log(request.now, &request.account, "the alert was created");
    let created = (alert.id.clone(), alert.alias.clone());
    site.add_alert(alert);
    created
}

fn delete(site: &mut SiteData, request: &ParsedRequest) -> WriteResult {
    let removed = site.remove_alert(request.first()).ok_or_else(missing_alert)?;
    Ok((removed.id, removed.alias))
}

fn change(site: &mut SiteData, request: &ParsedRequest, action: &str) -> WriteResult {
    let alert = site.alert(request.first()).ok_or_else(missing_alert)?;
    match action {
        "Acknowledge" => (alert.state, alert.acked_at) = (AlertState::Acked, Some(request.now)),
        "UnAcknowledge" => (alert.state, alert.acked_at) = (AlertState::Open, None),
        "Close" => (alert.state, alert.closed_at) = (AlertState::Closed, Some(request.now)),
        "Snooze" => alert.snoozed_until = timestamp::parse_rfc3339(&request.string("endTime")),
        "Assign" => alert.owner = request.string("accountId"),
        "AddResponder" => alert.responders.push(request.body.clone()),
        "AddTags" => {
            let new: Vec<_> = request.strings("tags").into_iter().filter(|tag| !alert.tags.contains(tag)).collect();
            alert.tags.extend(new);
        }
        "RemoveTags" => alert.tags.retain(|tag| !request.strings("tags").contains(tag)),
        "AddDetails" => alert.extra.extend(request.body["extraProperties"].as_object().cloned().unwrap_or_default()),
        "RemoveDetails" => alert.extra.retain(|key, _| !request.strings("keys").contains(key)),
        "UpdatePriority" => alert.priority = request.string("priority"),
        "UpdateMessage" => alert.message = request.string("message"),
        "UpdateDescription" => alert.description = request.string("description"),
        // Escalations and custom actions change nothing in the alert except its log.
        _ => {}
    }
    alert.log(request.now, &request.account, action);
    Ok((alert.id.clone(), alert.alias.clone()))
}

fn missing_alert() -> String {
    "Alert does not exist".to_owned()
}

/// Returns the status of a write. While it is pending, and for an unknown id, the response is 404.
fn poll(site: &mut SiteData, request: &ParsedRequest) -> FakeResponse {
    let not_found = || alert_error(404, "The request is not found, or not processed yet");
    let Some(write) = site.writes.get_mut(request.first()) else { return not_found() };
    if write.pending_polls > 0 {
        write.pending_polls -= 1;
        return not_found();
    }
    request.success(&write.to_json())
}
