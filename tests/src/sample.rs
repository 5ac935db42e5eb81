//! Values made up from schemas, within their bounds: every property is set, every list has one
//! element.

use serde_json::{Map, Value, json};

use crate::document::{FACTS, resolve};

/// The depth at which recursive schemas end.
const MAX_DEPTH: usize = 8;

/// A matching string for every pattern of the document.
const PATTERNS: [(&str, &str); 1] = [("^public_\\w+$", "public_text")];

/// A value of a schema of the facts.
pub fn sample(schema: &Value) -> Value {
    sample_of(&FACTS, schema)
}

/// A value of a schema of any document.
pub fn sample_of(root: &Value, schema: &Value) -> Value {
    at_depth(root, schema, 0)
}

fn at_depth(root: &Value, schema: &Value, depth: usize) -> Value {
    let schema = resolve(root, schema);
    if let Some(first) = ["oneOf", "anyOf", "allOf"].iter().find_map(|keyword| schema.get(keyword)?.get(0)) {
        return at_depth(root, first, depth);
    }
    if let Some(first) = schema.get("enum").and_then(|values| values.get(0)) {
        return first.clone();
    }
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    match (text("type"), text("format")) {
        (Some("string"), Some("date-time")) => json!("2026-01-02T03:04:05Z"),
        (Some("string"), _) => json!(matching(text("pattern"))),
        (Some("integer"), _) => json!(within(schema, 7.0) as i64),
        // Halves are exact in 32 and 64 bits.
        (Some("number"), _) => json!(within(schema, 1.5)),
        (Some("boolean"), _) => json!(true),
        (Some("array"), _) if depth >= MAX_DEPTH => json!([]),
        (Some("array"), _) => json!([at_depth(root, &schema["items"], depth + 1)]),
        _ => object(root, schema, depth),
    }
}

/// A string that matches a pattern. For an unknown pattern it is any string, which a validator of
/// patterns rejects.
fn matching(pattern: Option<&str>) -> &'static str {
    PATTERNS.iter().find(|(known, _)| Some(*known) == pattern).map_or("a text", |(_, text)| text)
}

/// The number within the bounds of a schema that is nearest to another.
fn within(schema: &Value, wanted: f64) -> f64 {
    let bound = |key| schema.get(key).and_then(Value::as_f64);
    wanted.max(bound("minimum").unwrap_or(f64::MIN)).min(bound("maximum").unwrap_or(f64::MAX))
}

fn object(root: &Value, schema: &Value, depth: usize) -> Value {
    let properties = schema.get("properties").and_then(Value::as_object);
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|required| required == name));
    let mut object = Map::new();
    for (name, property) in properties.into_iter().flatten() {
        if depth < MAX_DEPTH || is_required(name) {
            object.insert(name.clone(), at_depth(root, property, depth + 1));
        }
    }
    let values = schema.get("additionalProperties").filter(|values| values.is_object() && depth < MAX_DEPTH);
    if let Some(values) = values {
        object.insert("a key".to_owned(), at_depth(root, values, depth + 1));
    } else if properties.is_none_or(Map::is_empty) {
        // An object without declared properties allows any.
        object.insert("any key".to_owned(), json!("any value"));
    }
    Value::Object(object)
}
