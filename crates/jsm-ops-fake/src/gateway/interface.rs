//! The interface, read from the facts of the document once.

use std::sync::LazyLock;

use serde_json::Value;

use crate::gateway::address::{Address, Family};

/// One operation.
#[derive(Debug)]
pub(crate) struct Operation {
    /// Method and path template: `GET /v1/alerts/{id}`.
    pub name: String,
    /// The method.
    pub method: String,
    /// The family of its path.
    pub family: Family,
    /// The segments of its path template.
    pub segments: Vec<String>,
    /// The scopes that a 3LO token needs, all of them; `None` where no 3LO token opens it.
    pub scopes: Option<Vec<String>>,
}

/// The facts in `spec/`.
static FACTS: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../../../spec/jsm-ops.json");
    serde_json::from_str(text).unwrap_or_default()
});

static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    let paths = FACTS["paths"].as_object().into_iter().flatten();
    paths
        .flat_map(|(path, item)| item.as_object().into_iter().flatten().filter_map(|(key, value)| read(path, key, value)))
        .collect()
});

/// All operations.
pub(crate) fn operations() -> &'static [Operation] {
    &OPERATIONS
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
    let security = value["security"].as_array().into_iter().flatten();
    let scopes = security.filter_map(|scheme| scheme.get("OAuth2")?.as_array()).next();
    Some(Operation {
        name: format!("{method} {relative}"),
        method,
        family,
        segments: relative.split('/').map(str::to_owned).collect(),
        scopes: scopes.map(|scopes| scopes.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
    })
}

/// The operation at an address. A segment that is written in a template wins over a parameter in the same place.
pub(crate) fn find(method: &str, address: &Address) -> Option<&'static Operation> {
    let segments: Vec<&str> = address.relative.split('/').collect();
    let matches = |operation: &&Operation| {
        let same_place = operation.method == method && operation.family == address.family;
        let pairs = operation.segments.iter().zip(&segments);
        let fits = |(template, segment): (&String, &&str)| {
            if is_parameter(template) { !segment.is_empty() } else { template == segment }
        };
        same_place && operation.segments.len() == segments.len() && pairs.into_iter().all(fits)
    };
    let parameters =
        |operation: &&Operation| operation.segments.iter().map(|segment| is_parameter(segment)).collect::<Vec<_>>();
    operations().iter().filter(matches).min_by_key(parameters)
}

fn is_parameter(segment: &str) -> bool {
    segment.starts_with('{')
}
