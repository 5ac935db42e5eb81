//! Schedules with who is on call, heartbeats, teams and audit logs.

use serde_json::{Value, json};

use crate::{
    gateway::{paginate, parsed_request::Call},
    wire::{error_responses::refusal, response::Answer, time},
    world::site_data::Ops,
};

/// Answers the operations on these.
pub(crate) fn answer(ops: &mut Ops, call: &Call) -> Option<Answer> {
    let answer = match call.operation.name.as_str() {
        "GET /v1/teams" => call.success(&json!({ "platformTeams": ops.teams })),
        "GET /v1/logs" => audit_logs(ops, call),
        "GET /v1/schedules" => call.success(&paginate::by_offset(call, &ops.schedules, 25, Value::clone)),
        "POST /v1/schedules" => create_schedule(ops, call),
        "GET /v1/schedules/{id}" => one(call, ops.schedules.iter().find(|schedule| schedule["id"] == call.first())),
        "PATCH /v1/schedules/{id}" => update(call, ops.schedules.iter_mut().find(|schedule| schedule["id"] == call.first())),
        "DELETE /v1/schedules/{id}" => remove(call, &mut ops.schedules, |schedule| schedule["id"] == call.first()),
        "GET /v1/schedules/{scheduleId}/on-calls" => on_calls(ops, call, "onCallUsers", "onCallParticipants"),
        "GET /v1/schedules/{scheduleId}/next-on-calls" => on_calls(ops, call, "nextOnCallUsers", "nextOnCallParticipants"),
        "GET /v1/teams/{teamId}/heartbeats" => {
            let name = call.query("name");
            let in_team = |heartbeat: &&Value| heartbeat["ownerTeamId"] == call.first();
            let named = |heartbeat: &&Value| name.is_none_or(|name| heartbeat["name"] == name);
            let found: Vec<&Value> = ops.heartbeats.iter().filter(in_team).filter(named).collect();
            call.success(&paginate::by_offset(call, &found, 20, |heartbeat| Value::clone(heartbeat)))
        }
        "POST /v1/teams/{teamId}/heartbeats" => create_heartbeat(ops, call),
        "PATCH /v1/teams/{teamId}/heartbeats" => {
            update(call, ops.heartbeats.iter_mut().find(|heartbeat| is_heartbeat(heartbeat, call)))
        }
        "DELETE /v1/teams/{teamId}/heartbeats" => {
            remove(call, &mut ops.heartbeats, |heartbeat| is_heartbeat(heartbeat, call))
        }
        "GET /v1/teams/{teamId}/heartbeats/ping" => ping(ops, call),
        _ => return None,
    };
    Some(answer)
}

fn one(call: &Call, found: Option<&Value>) -> Answer {
    found.map_or_else(not_found, |found| call.success(found))
}

fn update(call: &Call, found: Option<&mut Value>) -> Answer {
    let Some(found) = found else { return not_found() };
    for (name, value) in call.body.as_object().into_iter().flatten() {
        found[name] = value.clone();
    }
    call.success(found)
}

fn remove(call: &Call, from: &mut Vec<Value>, is: impl Fn(&Value) -> bool) -> Answer {
    let before = from.len();
    from.retain(|item| !is(item));
    if from.len() == before { not_found() } else { call.done() }
}

fn not_found() -> Answer {
    refusal(404, "Not found")
}

fn create_schedule(ops: &mut Ops, call: &Call) -> Answer {
    let mut schedule = json!({ "id": ops.id(), "timezone": "Etc/UTC", "enabled": true, "rotations": [] });
    for (name, value) in call.body.as_object().into_iter().flatten() {
        schedule[name] = value.clone();
    }
    ops.schedules.push(schedule.clone());
    call.success(&schedule)
}

/// Who is on call. What comes next is the same people: the fake has no rotations.
fn on_calls(ops: &Ops, call: &Call, flat: &str, nested: &str) -> Answer {
    if !ops.schedules.iter().any(|schedule| schedule["id"] == call.first()) {
        return not_found();
    }
    let users = ops.on_call.get(call.first()).cloned().unwrap_or_default();
    if call.query("flat") == Some("true") {
        return call.success(&json!({ flat: users }));
    }
    let participants: Vec<Value> = users.iter().map(|user| json!({ "id": user, "type": "user" })).collect();
    call.success(&json!({ nested: participants }))
}

fn is_heartbeat(heartbeat: &Value, call: &Call) -> bool {
    heartbeat["ownerTeamId"] == call.first() && Some(heartbeat["name"].as_str()) == Some(call.query("name"))
}

fn create_heartbeat(ops: &mut Ops, call: &Call) -> Answer {
    let same = |heartbeat: &Value| heartbeat["ownerTeamId"] == call.first() && heartbeat["name"] == call.body["name"];
    if ops.heartbeats.iter().any(same) {
        return refusal(409, "There is a heartbeat of this name");
    }
    let mut heartbeat = json!({ "enabled": true, "ownerTeamId": call.first(), "alertTags": [], "alertPriority": "P3" });
    for (name, value) in call.body.as_object().into_iter().flatten() {
        heartbeat[name] = value.clone();
    }
    heartbeat["status"] = json!("Pending");
    // Written in small letters, and read with a capital.
    let unit = call.text("intervalUnit");
    let capital = unit.get(..1).unwrap_or_default().to_uppercase();
    heartbeat["intervalUnit"] = json!(format!("{capital}{}", unit.get(1..).unwrap_or_default()));
    ops.heartbeats.push(heartbeat.clone());
    call.success(&heartbeat)
}

/// A GET that is a write: it starts the heartbeat's interval again.
fn ping(ops: &mut Ops, call: &Call) -> Answer {
    let Some(heartbeat) = ops.heartbeats.iter_mut().find(|heartbeat| is_heartbeat(heartbeat, call)) else {
        return not_found();
    };
    heartbeat["status"] = json!("Responsive");
    let name = heartbeat["name"].as_str().unwrap_or_default().to_owned();
    *ops.pings.entry(name).or_default() += 1;
    call.success(&json!({ "message": "the ping was taken" }))
}

fn audit_logs(ops: &Ops, call: &Call) -> Answer {
    let time = |name: &str| call.query(name).and_then(time::parse).unwrap_or_default();
    let (start, end) = (time("startTime"), time("endTime"));
    let in_time = |log: &&Value| (start..=end).contains(&log["created"].as_str().and_then(time::parse).unwrap_or_default());
    let found: Vec<Value> = ops.audit_logs.iter().filter(in_time).cloned().collect();
    let token = |log: &Value| log["details"].as_str().unwrap_or_default().to_owned();
    let mut page = paginate::by_token(call, ("pageToken", "limit"), 1000, &found, token);
    page["count"] = json!(found.len());
    call.success(&page)
}
