//! The operations, read once from the facts of the published document.

use std::sync::LazyLock;

use serde_json::Value;

use crate::gateway::{
    gateway_path::{AddressFamily, GatewayPath},
    operation_spec::{BodySpec, OperationSpec, QueryParameterSpec, shape},
};

/// The most references that [`resolve`] follows, in case the document has a circular one.
const MAX_REFERENCES: usize = 16;

static FACTS: LazyLock<Value> = LazyLock::new(|| {
    let json = include_str!("../../../../spec/jsm-ops.json");
    serde_json::from_str(json).unwrap_or_default()
});

static OPERATIONS: LazyLock<Vec<OperationSpec>> = LazyLock::new(|| {
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
pub(crate) fn operations() -> &'static [OperationSpec] {
    &OPERATIONS
}

/// Returns the operation of a method and a path. The most specific path template wins.
pub(crate) fn find(method: &str, path: &GatewayPath) -> Option<&'static OperationSpec> {
    let matches = |operation: &&OperationSpec| {
        let same_family = operation.method == method && operation.family == path.family;
        same_family && operation.match_path(&path.relative).is_some()
    };
    operations().iter().filter(matches).max_by_key(|operation| operation.specificity())
}

/// Follows the references of a schema.
pub(crate) fn resolve(schema: &'static Value) -> &'static Value {
    let mut resolved = schema;
    for _ in 0..MAX_REFERENCES {
        let target = resolved.get("$ref").and_then(Value::as_str).map(|reference| reference.trim_start_matches('#'));
        let Some(target) = target.and_then(|target| FACTS.pointer(target)) else { break };
        resolved = target;
    }
    resolved
}

fn read(path: &str, key: &str, value: &'static Value) -> Option<OperationSpec> {
    let method = key.to_ascii_uppercase();
    if !["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str()) {
        return None;
    }
    let comms = path.strip_prefix("/stakeholder-comms/cloudId/{cloudId}/api");
    let (family, relative) = match comms {
        Some(relative) => (AddressFamily::StakeholderComms, relative),
        None => (AddressFamily::Operations, path.strip_prefix("/api/{cloudId}")?),
    };
    let scopes = elements(&value["security"]).find_map(|scheme| scheme.get("OAuth2"));
    let query = elements(&value["parameters"]).filter(|parameter| parameter["in"] == "query");
    let statuses =
        members(&value["responses"]).filter_map(|(status, response)| Some((status.parse::<u16>().ok()?, response)));
    let (status, success) = statuses.filter(|(status, _)| (200..300).contains(status)).min_by_key(|(status, _)| *status)?;
    Some(OperationSpec {
        shape: shape(&format!("{method} {relative}")),
        name: format!("{method} {relative}"),
        method,
        family,
        segments: relative.split('/').map(str::to_owned).collect(),
        scopes: scopes.map(|scopes| elements(scopes).filter_map(Value::as_str).map(str::to_owned).collect()),
        query: query.filter_map(query_parameter).collect(),
        body: body(&value["requestBody"]),
        body_required: value["requestBody"]["required"] == true,
        status,
        success: body(success),
    })
}

fn query_parameter(value: &'static Value) -> Option<QueryParameterSpec> {
    Some(QueryParameterSpec { name: value["name"].as_str()?, required: value["required"] == true, schema: &value["schema"] })
}

fn body(owner: &'static Value) -> Option<BodySpec> {
    let (media_type, media) = members(&owner["content"]).next()?;
    Some(BodySpec { media_type, schema: &media["schema"] })
}
