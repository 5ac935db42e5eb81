//! Writes to alerts: a receipt at once, and the truth by asking for it.

use serde_json::json;

use crate::{
    gateway::parsed_request::Call,
    wire::{error_responses::alert_refusal, response::Answer, time},
    world::{
        accepted_write::Request,
        alert::{Alert, Status},
        site_data::Ops,
    },
};

/// Answers the operations that write alerts asynchronously, and the one that tells what became of a write.
///
/// A write is carried out when it is accepted; only the word of it comes late.
pub(crate) fn answer(ops: &mut Ops, call: &Call) -> Option<Answer> {
    let name = call.operation.name.as_str();
    if name == "GET /v1/alerts/requests/{id}" {
        return Some(status(ops, call));
    }
    let action = action(name)?;
    let outcome = match ops.refuse_later(name) {
        Some(status) => Err(status),
        None if name == "POST /v1/alerts" => Ok(create(ops, call)),
        None if name == "DELETE /v1/alerts/{id}" => delete(ops, call),
        None => change(ops, call, action),
    };
    let id = ops.id();
    let request = Request {
        action: action.to_owned(),
        processed: call.now,
        success: outcome.is_ok(),
        alias: outcome.as_ref().map_or(String::new(), |(_, alias)| alias.clone()),
        alert: outcome.as_ref().map_or(String::new(), |(id, _)| id.clone()),
        status: outcome.err().unwrap_or_else(|| format!("{action}: done")),
        polls: ops.polls,
    };
    ops.requests.insert(id.clone(), request);
    let receipt = json!({ "result": "Request will be processed", "requestId": id, "took": 0.012 });
    Some(call.success(&receipt))
}

/// What the status of a write calls it.
fn action(name: &str) -> Option<&'static str> {
    Some(match name {
        "POST /v1/alerts" => "Create",
        "DELETE /v1/alerts/{id}" => "Delete",
        "POST /v1/alerts/{id}/acknowledge" => "Acknowledge",
        "POST /v1/alerts/{id}/unacknowledge" => "UnAcknowledge",
        "POST /v1/alerts/{id}/close" => "Close",
        "POST /v1/alerts/{id}/snooze" => "Snooze",
        "POST /v1/alerts/{id}/assign" => "Assign",
        "POST /v1/alerts/{id}/responders" => "AddResponder",
        "POST /v1/alerts/{id}/escalate" => "Escalate",
        "POST /v1/alerts/{id}/action" => "CustomAction",
        "POST /v1/alerts/{id}/tags" => "AddTags",
        "DELETE /v1/alerts/{id}/tags" => "RemoveTags",
        "POST /v1/alerts/{id}/extra-properties" => "AddDetails",
        "DELETE /v1/alerts/{id}/extra-properties" => "RemoveDetails",
        "PATCH /v1/alerts/{id}/priority" => "UpdatePriority",
        "PATCH /v1/alerts/{id}/message" => "UpdateMessage",
        "PATCH /v1/alerts/{id}/description" => "UpdateDescription",
        _ => return None,
    })
}

/// The id and the alias of the alert that a write touched, or why it failed.
type Outcome = Result<(String, String), String>;

fn create(ops: &mut Ops, call: &Call) -> (String, String) {
    let alias = call.text("alias");
    if let Some(alert) = ops.alert_by_alias(&alias).filter(|alert| alert.status != Status::Closed) {
        alert.count += 1;
        alert.occurred = call.now;
        alert.log(call.now, &call.account, "the alert occurred again");
        return (alert.id.clone(), alert.alias.clone());
    }
    let id = format!("{}-{}", ops.id(), call.now);
    let or =
        |name: &str, otherwise: &str| Some(call.text(name)).filter(|text| !text.is_empty()).unwrap_or(otherwise.to_owned());
    let mut alert = Alert {
        created: call.now,
        occurred: call.now,
        message: call.text("message"),
        description: call.text("description"),
        alias: or("alias", &id),
        entity: call.text("entity"),
        source: or("source", &call.account),
        priority: or("priority", "P3"),
        tags: call.texts("tags"),
        actions: call.texts("actions"),
        extra: call.body["extraProperties"].as_object().cloned().unwrap_or_default(),
        responders: call.body["responders"].as_array().cloned().unwrap_or_default(),
        count: 1,
        id,
        ..Alert::default()
    };
    alert.log(call.now, &call.account, "the alert was created");
    let touched = (alert.id.clone(), alert.alias.clone());
    ops.add_alert(alert);
    touched
}

fn delete(ops: &mut Ops, call: &Call) -> Outcome {
    let removed = ops.remove_alert(call.first()).ok_or_else(no_alert)?;
    Ok((removed.id, removed.alias))
}

fn change(ops: &mut Ops, call: &Call, action: &str) -> Outcome {
    let alert = ops.alert(call.first()).ok_or_else(no_alert)?;
    match action {
        "Acknowledge" => (alert.status, alert.acked_at) = (Status::Acked, Some(call.now)),
        "UnAcknowledge" => (alert.status, alert.acked_at) = (Status::Open, None),
        "Close" => (alert.status, alert.closed_at) = (Status::Closed, Some(call.now)),
        "Snooze" => alert.snoozed_until = time::parse(&call.text("endTime")),
        "Assign" => alert.owner = call.text("accountId"),
        "AddResponder" => alert.responders.push(call.body.clone()),
        "AddTags" => {
            let new: Vec<_> = call.texts("tags").into_iter().filter(|tag| !alert.tags.contains(tag)).collect();
            alert.tags.extend(new);
        }
        "RemoveTags" => alert.tags.retain(|tag| !call.texts("tags").contains(tag)),
        "AddDetails" => alert.extra.extend(call.body["extraProperties"].as_object().cloned().unwrap_or_default()),
        "RemoveDetails" => alert.extra.retain(|key, _| !call.texts("keys").contains(key)),
        "UpdatePriority" => alert.priority = call.text("priority"),
        "UpdateMessage" => alert.message = call.text("message"),
        "UpdateDescription" => alert.description = call.text("description"),
        // Escalations and custom actions do something outside; the log below is all that shows.
        _ => {}
    }
    alert.log(call.now, &call.account, action);
    Ok((alert.id.clone(), alert.alias.clone()))
}

fn no_alert() -> String {
    "Alert does not exist".to_owned()
}

/// What became of a write: 404 as long as it is queued, like a request that never was.
fn status(ops: &mut Ops, call: &Call) -> Answer {
    let unknown = || alert_refusal(404, "The request is not found, or not processed yet");
    let Some(request) = ops.requests.get_mut(call.first()) else { return unknown() };
    if request.polls > 0 {
        request.polls -= 1;
        return unknown();
    }
    call.success(&request.json())
}
