//! The published document. It is not in the repository, because its examples are Atlassian's text.

use std::{env, fs, path::PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

/// An example of the document.
#[derive(Debug, Clone)]
pub struct Example {
    /// Its place, for messages.
    pub place: String,
    /// The type that it is an example of.
    pub of: Of,
    /// The JSON of the example.
    pub value: Value,
}

/// The type of an example.
#[derive(Debug, Clone)]
pub enum Of {
    /// A value of a named schema.
    Schema(String),
    /// The JSON response of an operation, by its documented method and path.
    Response(String, String),
}

/// The published document from the path in `JSM_OPS_UPSTREAM` or from `shared/upstream` beside the
/// repository, or `None` where it is missing, or is not the one that `spec/` was taken from.
///
/// # Panics
/// The document is missing in CI (`CI` is set), where a skipped test counts as a failed one. It is
/// not JSON.
#[allow(clippy::panic)]
pub fn document() -> Option<Value> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/upstream/jsm-ops.v3.json");
    let path = env::var_os("JSM_OPS_UPSTREAM").map_or_else(beside, PathBuf::from);
    let Ok(bytes) = fs::read(&path) else {
        assert!(env::var_os("CI").is_none(), "the published document is not at {}", path.display());
        eprintln!("skipped: the published document is missing (JSM_OPS_UPSTREAM)");
        return None;
    };
    let sha256: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if !include_str!("../../spec/SOURCE.toml").contains(&sha256) {
        eprintln!("skipped: spec/ was not taken from {}; set JSM_OPS_UPSTREAM to its document", path.display());
        return None;
    }
    let document = serde_json::from_slice(&bytes);
    assert!(document.is_ok(), "the published document is not JSON");
    document.ok()
}

/// All examples of named schemas, of their properties, and of JSON requests and responses.
pub fn examples(document: &Value) -> Vec<Example> {
    let mut found = Vec::new();
    for (name, schema) in object(&document["components"]["schemas"]) {
        of_schema(name, schema, &mut found);
    }
    for (path, item) in object(&document["paths"]) {
        for (method, operation) in object(item) {
            let label = format!("{} {path}", method.to_uppercase());
            let body = &operation["requestBody"]["content"]["application/json"];
            let schema = body["schema"]["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
            if let Some(schema) = schema {
                of_media(&format!("{label} body"), &Of::Schema(schema.to_owned()), body, &mut found);
            }
            for (status, response) in object(&operation["responses"]).filter(|(status, _)| status.starts_with('2')) {
                let of = Of::Response(method.to_uppercase(), path.clone());
                of_media(&format!("{label} {status}"), &of, &response["content"]["application/json"], &mut found);
            }
        }
    }
    found
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// The example of a schema, and the examples of its properties as objects with one property.
fn of_schema(name: &str, schema: &Value, found: &mut Vec<Example>) {
    let mut add = |place: String, value: Value| found.push(Example { place, of: Of::Schema(name.to_owned()), value });
    if let Some(value) = schema.get("example") {
        add(name.to_owned(), value.clone());
    }
    let all_optional = schema.get("required").is_none();
    for (property, node) in object(&schema["properties"]).filter(|_| all_optional) {
        if let Some(value) = node.get("example") {
            add(format!("{name}.{property}"), serde_json::json!({ property: value }));
        }
    }
}

fn of_media(place: &str, of: &Of, media: &Value, found: &mut Vec<Example>) {
    let one = media.get("example").map(|value| (String::new(), value));
    let named = object(&media["examples"]).filter_map(|(name, example)| Some((format!(" {name}"), example.get("value")?)));
    for (name, value) in one.into_iter().chain(named) {
        found.push(Example { place: format!("{place}{name}"), of: of.clone(), value: value.clone() });
    }
}
