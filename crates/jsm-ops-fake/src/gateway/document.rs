//! The interface, read once from the facts of the document.

use std::sync::LazyLock;

use serde_json::Value;

use crate::gateway::{
    operation_spec::{Content, Operation, QueryParameter},
    path::{Address, Family},
};

/// The facts in `spec/`.
static FACTS: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../../../spec/jsm-ops.json");
    serde_json::from_str(text).unwrap_or_default()
});

static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    let items = members(&FACTS["paths"]);
    items.flat_map(|(path, item)| members(item).filter_map(move |(key, value)| read(path, key, value))).collect()
});

fn members(value: &'static Value) -> impl Iterator<Item = (&'static String, &'static Value)> {
    value.as_object().into_iter().flatten()
}

fn elements(value: &'static Value) -> impl Iterator<Item = &'static Value> {
    value.as_array().into_iter().flatten()
}

/// All operations.
pub(crate) fn operations() -> &'static [Operation] {
    &OPERATIONS
}

/// Follows a reference anywhere into the document.
pub(crate) fn resolve(schema: &'static Value) -> &'static Value {
    let mut resolved = schema;
    // The document is ours and has no reference that leads back to itself; the bound is for the day on which it has.
    for _ in 0..16 {
        let target = resolved.get("$ref").and_then(Value::as_str).map(|reference| reference.trim_start_matches('#'));
        let Some(target) = target.and_then(|target| FACTS.pointer(target)) else { break };
        resolved = target;
    }
    resolved
}

fn read(path: &str, key: &str, value: &'static Value) -> Option<Operation> {
    let method = key.to_ascii_uppercase();
    if !["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str()) {
        return None;
    }
    let comms = path.strip_prefix("/stakeholder-comms/cloudId/{cloudId}/api");
    let (family, relative) = match comms {
        Some(relative) => (Family::StakeholderComms, relative),
        None => (Family::Operations, path.strip_prefix("/api/{cloudId}")?),
    };
    let scopes = elements(&value["security"]).find_map(|scheme| scheme.get("OAuth2"));
    let query = elements(&value["parameters"]).filter(|parameter| parameter["in"] == "query");
    let successes = members(&value["responses"]).filter_map(|(status, answer)| Some((status.parse::<u16>().ok()?, answer)));
    let (status, success) = successes.filter(|(status, _)| (200..300).contains(status)).min_by_key(|(status, _)| *status)?;
    Some(Operation {
        name: format!("{method} {relative}"),
        method,
        family,
        segments: relative.split('/').map(str::to_owned).collect(),
        scopes: scopes.map(|scopes| elements(scopes).filter_map(Value::as_str).map(str::to_owned).collect()),
        query: query.filter_map(parameter).collect(),
        body: content(&value["requestBody"]),
        body_required: value["requestBody"]["required"] == true,
        status,
        success: content(success),
    })
}

fn parameter(value: &'static Value) -> Option<QueryParameter> {
    Some(QueryParameter { name: value["name"].as_str()?, required: value["required"] == true, schema: &value["schema"] })
}

fn content(owner: &'static Value) -> Option<Content> {
    let (media_type, media) = members(&owner["content"]).next()?;
    Some(Content { media_type, schema: &media["schema"] })
}

/// The operation at an address. A segment that is written in a template wins over a parameter in the same place.
pub(crate) fn find(method: &str, address: &Address) -> Option<&'static Operation> {
    let matches = |operation: &&Operation| {
        let same_place = operation.method == method && operation.family == address.family;
        same_place && operation.parameters(&address.relative).is_some()
    };
    operations().iter().filter(matches).max_by_key(|operation| operation.literals())
}
