//! The operations that read alerts.

use serde_json::json;

use crate::{
    gateway::{paginate, parsed_request::ParsedRequest},
    wire::{error_responses::alert_error, response::FakeResponse},
    world::{
        alert::{Alert, AlertState},
        site_data::SiteData,
    },
};

/// The largest sum of offset and size that the service accepts.
const MAX_RESULTS: usize = 20_000;

/// Handles the operations that read alerts. `None` for other operations.
pub(crate) fn respond(site: &mut SiteData, request: &ParsedRequest) -> Option<FakeResponse> {
    match request.operation.shape.as_str() {
        "GET /v1/alerts" => Some(list(site, request)),
        "GET /v1/alerts/{}" => Some(get(request, site.alert(request.first()).map(|alert| &*alert))),
        "GET /v1/alerts/alias" => {
            let alias = request.query("alias").unwrap_or_default();
            Some(get(request, site.alert_by_alias(alias).map(|alert| &*alert)))
        }
        _ => None,
    }
}

fn get(request: &ParsedRequest, alert: Option<&Alert>) -> FakeResponse {
    alert.map_or_else(|| alert_error(404, "Alert not found"), |alert| request.success(&alert.to_json(request.now)))
}

fn list(site: &SiteData, request: &ParsedRequest) -> FakeResponse {
    if request.count("offset", 0).saturating_add(request.count("size", 20)) > MAX_RESULTS {
        return alert_error(400, "The sum of offset and size is over 20000");
    }
    let status = request.query("query").and_then(searched_status);
    let (from, to) = (request.number("from").unwrap_or(i64::MIN), request.number("to").unwrap_or(i64::MAX));
    let matches = |alert: &&Alert| {
        let in_time = (from..=to).contains(&alert.created);
        // In a search, `open` means every alert that is not closed.
        let has_status = match status {
            None => true,
            Some("open") => alert.state != AlertState::Closed,
            Some(status) => alert.status(request.now) == status,
        };
        in_time && has_status
    };
    let mut found: Vec<&Alert> = site.alerts.values().filter(matches).collect();
    match request.query("sort") {
        Some("priority") => found.sort_by(|one, other| other.priority.cmp(&one.priority)),
        Some("lastOccurredAt") => found.sort_by_key(|alert| alert.occurred),
        _ => {}
    }
    if request.query("order") != Some("asc") {
        found.reverse();
    }
    let mut page = paginate::by_offset(request, &found, 20, |alert| alert.to_item(request.now));
    page["count"] = json!(found.len());
    request.success(&page)
}

/// Returns the status of a query `status: open`. Any other query matches all alerts.
fn searched_status(query: &str) -> Option<&str> {
    let (field, value) = query.split_once(':')?;
    let status = value.trim();
    let known = ["open", "acked", "snoozed", "closed"].contains(&status);
    (field.trim() == "status" && known).then_some(status)
}
