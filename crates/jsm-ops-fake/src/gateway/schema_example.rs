//! Answers made up from the schema of the success, for operations that the fake does not play.

use serde_json::{Map, Value, json};

use crate::{
    gateway::{document::resolve, operation_spec::Operation},
    wire::response::Answer,
};

/// Nesting at which lists and optional fields end.
const DEEPEST: usize = 6;

/// The answer of an operation.
pub(crate) fn answer(operation: &Operation) -> Answer {
    match &operation.success {
        None => Answer::empty(operation.status),
        Some(content) if content.media_type == "application/json" => {
            Answer::json(operation.status, &without_next(value(content.schema, 0)))
        }
        Some(content) => Answer::text(operation.status, content.media_type, "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
    }
}

/// One page is all there is: a made-up link to the next one would lead a client in circles.
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
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    match (text("type"), text("format")) {
        (Some("string"), Some("date-time")) => json!("2027-01-01T00:00:00Z"),
        (Some("string"), Some("int64")) => json!("1"),
        (Some("string"), _) => json!("text"),
        (Some("integer"), _) => json!(1),
        (Some("number"), _) => json!(1.5),
        (Some("boolean"), _) => json!(true),
        (Some("array"), _) if depth >= DEEPEST => json!([]),
        (Some("array"), _) => json!([value(&schema["items"], depth + 1)]),
        _ => object(schema, depth),
    }
}

fn object(schema: &'static Value, depth: usize) -> Value {
    let required = |name: &str| schema["required"].as_array().is_some_and(|names| names.iter().any(|known| known == name));
    let properties = schema["properties"].as_object().into_iter().flatten();
    let kept = properties.filter(|(name, _)| depth < DEEPEST || required(name));
    Value::Object(kept.map(|(name, property)| (name.clone(), value(property, depth + 1))).collect::<Map<_, _>>())
}
