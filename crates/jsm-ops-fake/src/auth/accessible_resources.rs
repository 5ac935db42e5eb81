//! The list of sites that an access token reaches.

use serde_json::{Value, json};

use crate::{
    wire::{error_responses::unauthorized, request::RecordedRequest, response::FakeResponse},
    world::{fake_state::FakeState, registry::FakeSite},
};

/// Handles `GET /oauth/token/accessible-resources`. The flag says whether it was executed.
pub(crate) fn respond(state: &FakeState, request: &RecordedRequest) -> (FakeResponse, bool) {
    let token = request.header("authorization").strip_prefix("Bearer ").unwrap_or_default();
    let Some(principal) = state.grants.principal(token, state.now()) else { return (unauthorized(), false) };
    let scopes: Vec<String> = principal.scopes.iter().filter(|scope| *scope != "offline_access").cloned().collect();
    let reached = state.sites.iter().filter(|site| state.grants.reaches(&principal, &site.id));
    let entries: Vec<Value> = reached.flat_map(|site| entries(site, &scopes)).collect();
    (FakeResponse::json(200, &Value::Array(entries)), true)
}

fn entries(site: &FakeSite, scopes: &[String]) -> Vec<Value> {
    let entry = |scopes: &[String]| {
        let avatar = format!("{}/avatar.png", site.url);
        json!({ "id": site.id, "name": site.name, "url": site.url, "scopes": scopes, "avatarUrl": avatar })
    };
    if !site.listed_twice {
        return vec![entry(scopes)];
    }
    let (first, second) = scopes.split_at(scopes.len() / 2);
    vec![entry(first), entry(second)]
}
