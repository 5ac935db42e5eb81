//! What a call says, held against the interface.

use serde_json::{Map, Value};

use crate::{
    gateway::{
        document::resolve,
        operation_spec::{Content, Operation, QueryParameter},
        parsed_request::Call,
    },
    wire::{request::Seen, time},
};

/// What is wrong with a call.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// The service would refuse it.
    Refused(String),
    /// The service would ignore it in silence, so the fake refuses it and complains.
    Ignored(String),
}

/// Checks a call.
pub(crate) fn check(call: &Call, seen: &Seen) -> Result<(), Wrong> {
    query(call.operation, &call.query)?;
    body(call, seen)
}

fn query(operation: &Operation, query: &[(String, String)]) -> Result<(), Wrong> {
    for (index, (name, value)) in query.iter().enumerate() {
        let Some(parameter) = operation.query.iter().find(|parameter| parameter.name == name) else {
            return Err(Wrong::Ignored(format!("the query has {name:?}, which is no parameter")));
        };
        let repeated = query[..index].iter().any(|(earlier, _)| earlier == name);
        if repeated && resolve(parameter.schema)["type"] != "array" {
            return Err(Wrong::Ignored(format!("the query has {name:?} twice")));
        }
        query_value(parameter, value)?;
    }
    let missing =
        operation.query.iter().find(|parameter| parameter.required && !query.iter().any(|(n, _)| n == parameter.name));
    missing.map_or(Ok(()), |parameter| Err(Wrong::Refused(format!("the query lacks {:?}", parameter.name))))
}

fn query_value(parameter: &QueryParameter, value: &str) -> Result<(), Wrong> {
    let schema = resolve(parameter.schema);
    let number = value.parse::<i64>();
    let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_i64);
    let good = match schema["type"].as_str() {
        Some("integer") => number.is_ok_and(|number| {
            bound("minimum").is_none_or(|least| number >= least) && bound("maximum").is_none_or(|most| number <= most)
        }),
        Some("boolean") => value == "true" || value == "false",
        Some("string") if schema["format"] == "date-time" => time::parse(value).is_some(),
        Some("string") => schema["enum"].as_array().is_none_or(|values| values.iter().any(|known| known == value)),
        _ => true,
    };
    if good { Ok(()) } else { Err(Wrong::Refused(format!("{} cannot be {value:?}", parameter.name))) }
}

fn body(call: &Call, seen: &Seen) -> Result<(), Wrong> {
    let operation = call.operation;
    let Some(content) = &operation.body else {
        return if seen.body.is_empty() {
            Ok(())
        } else {
            Err(Wrong::Ignored("there is a body where none belongs".to_owned()))
        };
    };
    if seen.body.is_empty() {
        return if operation.body_required { Err(Wrong::Refused("the body is missing".to_owned())) } else { Ok(()) };
    }
    let media_type = seen.header("content-type");
    if media_type.split(';').next().unwrap_or_default().trim() != content.media_type {
        return Err(Wrong::Refused(format!("the body is {media_type:?}, not {}", content.media_type)));
    }
    if content.media_type == "application/json" { json(content, seen) } else { Ok(()) }
}

fn json(content: &Content, seen: &Seen) -> Result<(), Wrong> {
    let value =
        serde_json::from_slice(&seen.body).map_err(|error| Wrong::Refused(format!("the body is no JSON: {error}")))?;
    let schema = resolve(content.schema);
    match (&value, schema["type"].as_str()) {
        (Value::Object(object), Some("object") | None) => fields(object, schema),
        (Value::Array(_), Some("array") | None) => Ok(()),
        (_, expected) => Err(Wrong::Refused(format!("the body is not of the type {expected:?}"))),
    }
}

/// The fields of the body itself. What is in them is left alone: the document errs too often about it.
fn fields(object: &Map<String, Value>, schema: &'static Value) -> Result<(), Wrong> {
    let composed = ["oneOf", "anyOf", "allOf"].iter().any(|keyword| schema.get(keyword).is_some());
    let Some(properties) = schema["properties"].as_object().filter(|_| !composed) else { return Ok(()) };
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    // One schema requires a property that it does not have.
    let missing = required.filter(|name| properties.contains_key(*name)).find(|name| !object.contains_key(*name));
    if let Some(name) = missing {
        return Err(Wrong::Refused(format!("the body lacks {name:?}")));
    }
    let closed = schema.get("additionalProperties").is_none_or(|more| more == false);
    match object.keys().find(|name| closed && !properties.contains_key(*name)) {
        Some(name) => Err(Wrong::Ignored(format!("the body has {name:?}, which is no field"))),
        None => Ok(()),
    }
}
