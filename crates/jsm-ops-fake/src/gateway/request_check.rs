//! The check of a request against the specification of its operation.

use serde_json::{Map, Value};

use crate::{
    gateway::{
        document::resolve,
        operation_spec::{BodySpec, OperationSpec, QueryParameterSpec},
        parsed_request::ParsedRequest,
    },
    wire::{request::RecordedRequest, timestamp},
};

/// The reason why a request is invalid.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum InvalidRequest {
    /// The service rejects such a request.
    Rejected(String),
    /// The service ignores such input. The fake rejects it and reports a violation.
    Ignored(String),
}

/// Checks the query and the body of a request.
pub(crate) fn check(request: &ParsedRequest, recorded: &RecordedRequest) -> Result<(), InvalidRequest> {
    check_query(request.operation, &request.query)?;
    check_body(request.operation, recorded)
}

fn check_query(operation: &OperationSpec, query: &[(String, String)]) -> Result<(), InvalidRequest> {
    for (index, (name, value)) in query.iter().enumerate() {
        let Some(parameter) = operation.query.iter().find(|parameter| parameter.name == name) else {
            return Err(InvalidRequest::Ignored(format!("unknown query parameter {name:?}")));
        };
        let repeated = query[..index].iter().any(|(earlier, _)| earlier == name);
        if repeated && resolve(parameter.schema)["type"] != "array" {
            return Err(InvalidRequest::Ignored(format!("the query parameter {name:?} is repeated")));
        }
        check_query_value(parameter, value)?;
    }
    let is_missing =
        |parameter: &&QueryParameterSpec| parameter.required && !query.iter().any(|(name, _)| name == parameter.name);
    match operation.query.iter().find(is_missing) {
        Some(parameter) => Err(InvalidRequest::Rejected(format!("the query parameter {:?} is missing", parameter.name))),
        None => Ok(()),
    }
}

fn check_query_value(parameter: &QueryParameterSpec, value: &str) -> Result<(), InvalidRequest> {
    let schema = resolve(parameter.schema);
    let number = value.parse::<i64>();
    let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_i64);
    let valid = match schema["type"].as_str() {
        Some("integer") => number.is_ok_and(|number| {
            bound("minimum").is_none_or(|minimum| number >= minimum)
                && bound("maximum").is_none_or(|maximum| number <= maximum)
        }),
        Some("boolean") => value == "true" || value == "false",
        Some("string") if schema["format"] == "date-time" => timestamp::parse_rfc3339(value).is_some(),
        Some("string") => schema["enum"].as_array().is_none_or(|values| values.iter().any(|known| known == value)),
        _ => true,
    };
    if valid {
        Ok(())
    } else {
        Err(InvalidRequest::Rejected(format!("invalid value {value:?} of the query parameter {:?}", parameter.name)))
    }
}

fn check_body(operation: &OperationSpec, recorded: &RecordedRequest) -> Result<(), InvalidRequest> {
    match (&operation.body, recorded.body.is_empty()) {
        (None, true) => Ok(()),
        (None, false) => Err(InvalidRequest::Ignored("the operation has no body, but the request has one".to_owned())),
        (Some(_), true) if operation.body_required => Err(InvalidRequest::Rejected("the body is missing".to_owned())),
        (Some(_), true) => Ok(()),
        (Some(spec), false) => {
            let media_type = recorded.media_type();
            if media_type != spec.media_type {
                let problem = format!("the media type of the body must be {}, not {media_type:?}", spec.media_type);
                return Err(InvalidRequest::Rejected(problem));
            }
            if spec.is_json() { check_json(spec, recorded) } else { Ok(()) }
        }
    }
}

fn check_json(spec: &BodySpec, recorded: &RecordedRequest) -> Result<(), InvalidRequest> {
    let invalid = |error| InvalidRequest::Rejected(format!("the body is not valid JSON: {error}"));
    let value = recorded.parse_json().map_err(invalid)?;
    let schema = resolve(spec.schema);
    match (&value, schema["type"].as_str()) {
        (Value::Object(object), Some("object") | None) => check_fields(object, schema),
        (Value::Array(_), Some("array") | None) => Ok(()),
        (_, expected) => Err(InvalidRequest::Rejected(format!("the type of the body must be {expected:?}"))),
    }
}

/// Checks the fields of the body, but not their values: the document has too many errors there.
fn check_fields(object: &Map<String, Value>, schema: &'static Value) -> Result<(), InvalidRequest> {
    let composed = ["oneOf", "anyOf", "allOf"].iter().any(|keyword| schema.get(keyword).is_some());
    let Some(properties) = schema["properties"].as_object().filter(|_| !composed) else { return Ok(()) };
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    // One schema requires a property that it does not have.
    let missing = required.filter(|name| properties.contains_key(*name)).find(|name| !object.contains_key(*name));
    if let Some(name) = missing {
        return Err(InvalidRequest::Rejected(format!("the field {name:?} of the body is missing")));
    }
    let closed = schema.get("additionalProperties").is_none_or(|more| more == false);
    match object.keys().find(|name| closed && !properties.contains_key(*name)) {
        Some(name) => Err(InvalidRequest::Ignored(format!("unknown field {name:?} of the body"))),
        None => Ok(()),
    }
}
