//! The list of sites that a token reaches.

use serde_json::{Value, json};

use crate::{
    wire::{error_responses::unauthorized, request::Seen, response::Answer},
    world::{registry::Site, state::State},
};

/// `GET /oauth/token/accessible-resources`, and whether it was answered with sites.
pub(crate) fn answer(state: &State, seen: &Seen) -> (Answer, bool) {
    let token = seen.header("authorization").strip_prefix("Bearer ").unwrap_or_default();
    let Some(bearer) = state.grants.bearer(token, state.now()) else { return (unauthorized(), false) };
    let scopes: Vec<String> = bearer.scopes.iter().filter(|scope| *scope != "offline_access").cloned().collect();
    let reached = state.sites.iter().filter(|site| state.grants.reaches(&bearer, &site.id));
    let entries: Vec<Value> = reached.flat_map(|site| entries(site, &scopes)).collect();
    (Answer::json(200, &Value::Array(entries)), true)
}

fn entries(site: &Site, scopes: &[String]) -> Vec<Value> {
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
