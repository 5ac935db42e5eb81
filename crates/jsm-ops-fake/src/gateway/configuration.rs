//! The operations on teams, schedules, accounts on call, heartbeats and audit logs.

use serde_json::{Value, json};

use crate::{
    gateway::{paginate, parsed_request::ParsedRequest},
    wire::{error_responses::operation_error, response::FakeResponse, timestamp},
    world::site_data::SiteData,
};

/// Handles the operations on the configuration of a site. `None` for other operations.
pub(crate) fn respond(site: &mut SiteData, request: &ParsedRequest) -> Option<FakeResponse> {
    let id = request.first();
    let response = match request.operation.shape.as_str() {
        "GET /v1/teams" => request.success(&json!({ "platformTeams": site.teams })),
        "GET /v1/logs" => list_audit_logs(site, request),
        "GET /v1/schedules" => request.success(&paginate::by_offset(request, &site.schedules, 25, Value::clone)),
        "POST /v1/schedules" => create_schedule(site, request),
        "GET /v1/schedules/{}" => get(request, site.schedules.iter().find(|schedule| schedule["id"] == id)),
        "PATCH /v1/schedules/{}" => update(request, site.schedules.iter_mut().find(|schedule| schedule["id"] == id)),
        "DELETE /v1/schedules/{}" => delete(request, &mut site.schedules, |schedule| schedule["id"] == id),
        "GET /v1/schedules/{}/on-calls" => list_on_call(site, request, "onCallUsers", "onCallParticipants"),
        "GET /v1/schedules/{}/next-on-calls" => list_on_call(site, request, "nextOnCallUsers", "nextOnCallParticipants"),
        "GET /v1/teams/{}/heartbeats" => list_heartbeats(site, request),
        "POST /v1/teams/{}/heartbeats" => create_heartbeat(site, request),
        "PATCH /v1/teams/{}/heartbeats" => {
            update(request, site.heartbeats.iter_mut().find(|heartbeat| is_heartbeat(heartbeat, request)))
        }
        "DELETE /v1/teams/{}/heartbeats" => {
            delete(request, &mut site.heartbeats, |heartbeat| is_heartbeat(heartbeat, request))
        }
        "GET /v1/teams/{}/heartbeats/ping" | "POST /v1/teams/{}/heartbeats/ping" => ping(site, request),
        _ => return None,
    };
    Some(response)
}

fn get(request: &ParsedRequest, found: Option<&Value>) -> FakeResponse {
    found.map_or_else(not_found, |found| request.success(found))
}

fn update(request: &ParsedRequest, found: Option<&mut Value>) -> FakeResponse {
    let Some(found) = found else { return not_found() };
    copy_fields(request, found);
    request.success(found)
}

fn delete(request: &ParsedRequest, items: &mut Vec<Value>, is_target: impl Fn(&Value) -> bool) -> FakeResponse {
    let before = items.len();
    items.retain(|item| !is_target(item));
    if items.len() == before { not_found() } else { request.empty_success() }
}

fn not_found() -> FakeResponse {
    operation_error(404, "Not found")
}

/// Copies the fields of the request's body into an item.
fn copy_fields(request: &ParsedRequest, item: &mut Value) {
    for (name, value) in request.body.as_object().into_iter().flatten() {
        item[name] = value.clone();
    }
}

fn create_schedule(site: &mut SiteData, request: &ParsedRequest) -> FakeResponse {
    let mut schedule = json!({ "id": site.create_id(), "timezone": "Etc/UTC", "enabled": true, "rotations": [] });
    copy_fields(request, &mut schedule);
    site.schedules.push(schedule.clone());
    request.success(&schedule)
}

/// Returns the accounts on call. The next ones are the same, because the fake has no rotations.
fn list_on_call(site: &SiteData, request: &ParsedRequest, flat: &str, nested: &str) -> FakeResponse {
    if !site.schedules.iter().any(|schedule| schedule["id"] == request.first()) {
        return not_found();
    }
    let users = site.on_call.get(request.first()).cloned().unwrap_or_default();
    if request.query("flat") == Some("true") {
        return request.success(&json!({ flat: users }));
    }
    let participants: Vec<Value> = users.iter().map(|user| json!({ "id": user, "type": "user" })).collect();
    request.success(&json!({ nested: participants }))
}

fn list_heartbeats(site: &SiteData, request: &ParsedRequest) -> FakeResponse {
    let name = request.query("name");
    let matches = |heartbeat: &&Value| {
        heartbeat["ownerTeamId"] == request.first() && name.is_none_or(|name| heartbeat["name"] == name)
    };
    let found: Vec<&Value> = site.heartbeats.iter().filter(matches).collect();
    request.success(&paginate::by_offset(request, &found, 20, |heartbeat| Value::clone(heartbeat)))
}

fn is_heartbeat(heartbeat: &Value, request: &ParsedRequest) -> bool {
    heartbeat["ownerTeamId"] == request.first() && Some(heartbeat["name"].as_str()) == Some(request.query("name"))
}

fn create_heartbeat(site: &mut SiteData, request: &ParsedRequest) -> FakeResponse {
    let has_same_name =
        |heartbeat: &Value| heartbeat["ownerTeamId"] == request.first() && heartbeat["name"] == request.body["name"];
    if site.heartbeats.iter().any(has_same_name) {
        return operation_error(409, "The team has a heartbeat with this name");
    }
    let mut heartbeat = json!({ "enabled": true, "ownerTeamId": request.first(), "alertTags": [], "alertPriority": "P3" });
    copy_fields(request, &mut heartbeat);
    heartbeat["status"] = json!("Pending");
    // Requests have the unit in lower case; responses have it capitalised.
    let unit = request.string("intervalUnit");
    let capital = unit.get(..1).unwrap_or_default().to_uppercase();
    heartbeat["intervalUnit"] = json!(format!("{capital}{}", unit.get(1..).unwrap_or_default()));
    site.heartbeats.push(heartbeat.clone());
    request.success(&heartbeat)
}

/// Handles a ping: a GET that writes, because it restarts the interval of the heartbeat.
fn ping(site: &mut SiteData, request: &ParsedRequest) -> FakeResponse {
    let Some(heartbeat) = site.heartbeats.iter_mut().find(|heartbeat| is_heartbeat(heartbeat, request)) else {
        return not_found();
    };
    heartbeat["status"] = json!("Responsive");
    let name = heartbeat["name"].as_str().unwrap_or_default().to_owned();
    *site.pings.entry(name).or_default() += 1;
    request.success(&json!({ "message": "the ping was received" }))
}

fn list_audit_logs(site: &SiteData, request: &ParsedRequest) -> FakeResponse {
    let time = |name: &str| request.query(name).and_then(timestamp::parse_rfc3339).unwrap_or_default();
    let (start, end) = (time("startTime"), time("endTime"));
    let in_time = |log: &&Value| {
        let created = log["created"].as_str().and_then(timestamp::parse_rfc3339).unwrap_or_default();
        (start..=end).contains(&created)
    };
    let found: Vec<Value> = site.audit_logs.iter().filter(in_time).cloned().collect();
    let token = |log: &Value| log["details"].as_str().unwrap_or_default().to_owned();
    let mut page = paginate::by_token(request, ("pageToken", "limit"), 1000, &found, token);
    page["count"] = json!(found.len());
    request.success(&page)
}
