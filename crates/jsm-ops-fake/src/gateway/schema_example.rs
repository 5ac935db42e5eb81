//! Example responses, made from the schema of the success, for operations without a simulation.

use serde_json::{Map, Value, json};

use crate::{
    gateway::{document::resolve, operation_spec::OperationSpec},
    wire::response::FakeResponse,
};

/// The depth from which arrays are empty and optional fields are missing.
const MAX_DEPTH: usize = 6;

/// Returns an example of the success of an operation.
pub(crate) fn respond(operation: &OperationSpec) -> FakeResponse {
    match &operation.success {
        None => FakeResponse::empty(operation.status),
        Some(body) if body.is_json() => {
            let json = without_next(value(body.schema, 0)).to_string();
            FakeResponse::text(operation.status, body.media_type, json)
        }
        Some(body) if body.media_type == "text/calendar" => {
            FakeResponse::text(operation.status, body.media_type, "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
        }
        Some(body) => FakeResponse::text(operation.status, body.media_type, "text"),
    }
}

/// Removes the link to the next page. With it, a client would request pages without end.
fn without_next(mut value: Value) -> Value {
    let links = value.get_mut("links").and_then(Value::as_object_mut);
    links.and_then(|links| links.shift_remove("next"));
    value
}

fn value(schema: &'static Value, depth: usize) -> Value {
    let schema = resolve(schema);
    let alternative = ["oneOf", "anyOf", "allOf"].iter().find_map(|keyword| schema.get(keyword)?.get(0));
    if let Some(alternative) = alternative {
        return value(alternative, depth);
    }
    if let Some(first) = schema.get("enum").and_then(|values| values.get(0)) {
        return first.clone();
    }
    let keyword = |key: &str| schema.get(key).and_then(Value::as_str);
    match (keyword("type"), keyword("format")) {
        (Some("string"), Some("date-time")) => json!("2027-01-01T00:00:00Z"),
        (Some("string"), Some("int64")) => json!("1"),
        (Some("string"), _) => json!("text"),
        (Some("integer"), _) => json!(1),
        (Some("number"), _) => json!(1.5),
        (Some("boolean"), _) => json!(true),
        (Some("array"), _) if depth >= MAX_DEPTH => json!([]),
        (Some("array"), _) => json!([value(&schema["items"], depth + 1)]),
        _ => object(schema, depth),
    }
}

fn object(schema: &'static Value, depth: usize) -> Value {
    let required = |name: &str| schema["required"].as_array().is_some_and(|names| names.iter().any(|known| known == name));
    let properties = schema["properties"].as_object().into_iter().flatten();
    let kept = properties.filter(|(name, _)| depth < MAX_DEPTH || required(name));
    Value::Object(kept.map(|(name, property)| (name.clone(), value(property, depth + 1))).collect::<Map<_, _>>())
}
