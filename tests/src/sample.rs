//! Values made up from schemas: every property set, every list with one element.

use serde_json::{Map, Value, json};

use crate::document::resolve;

/// Nesting at which a schema that holds itself is cut off.
const DEEPEST: usize = 8;

/// A value of a schema.
pub fn sample(schema: &Value) -> Value {
    at_depth(schema, 0)
}

fn at_depth(schema: &Value, depth: usize) -> Value {
    let schema = resolve(schema);
    if let Some(first) = ["oneOf", "anyOf", "allOf"].iter().find_map(|keyword| schema.get(keyword)?.get(0)) {
        return at_depth(first, depth);
    }
    if let Some(first) = schema.get("enum").and_then(|values| values.get(0)) {
        return first.clone();
    }
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    match (text("type"), text("format")) {
        (Some("string"), Some("date-time")) => json!("2026-01-02T03:04:05Z"),
        (Some("string"), _) => json!("a text"),
        (Some("integer"), _) => json!(7),
        // Halves are the same in 32 and 64 bits.
        (Some("number"), _) => json!(1.5),
        (Some("boolean"), _) => json!(true),
        (Some("array"), _) if depth >= DEEPEST => json!([]),
        (Some("array"), _) => json!([at_depth(&schema["items"], depth + 1)]),
        _ => object(schema, depth),
    }
}

fn object(schema: &Value, depth: usize) -> Value {
    let properties = schema.get("properties").and_then(Value::as_object);
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|required| required == name));
    let mut object = Map::new();
    for (name, property) in properties.into_iter().flatten() {
        if depth < DEEPEST || is_required(name) {
            object.insert(name.clone(), at_depth(property, depth + 1));
        }
    }
    let values = schema.get("additionalProperties").filter(|values| values.is_object() && depth < DEEPEST);
    if let Some(values) = values {
        object.insert("a key".to_owned(), at_depth(values, depth + 1));
    } else if properties.is_none_or(Map::is_empty) {
        // An object of which nothing is declared holds anything.
        object.insert("any key".to_owned(), json!("any value"));
    }
    Value::Object(object)
}
