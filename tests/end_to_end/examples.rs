//! The examples of the published document keep every value when they are decoded and encoded again.

use jsm_ops_api::operations::OPERATIONS;
use jsm_ops_tests::{
    document::{operations, resolve},
    upstream::{self, Example, Of},
};
use serde_json::Value;

use crate::round_trips;

/// Errors of the examples themselves.
const WRONG: [(&str, &str); 3] = [
    // The service assigns ids to steps; the request that creates one has no id.
    ("NotificationRuleRequest.steps[0].id", "is lost"),
    // No operation declares a response of this schema; errors keep the body as it is.
    ("AlertErrorResponse.took", "is lost"),
    ("AlertErrorResponse.requestId", "is lost"),
];

#[test]
fn the_examples_of_the_document_survive_a_round_trip() {
    let Some(document) = upstream::document() else { return };
    let examples = upstream::examples(&document);
    let mut lost = Vec::new();
    for example in &examples {
        match through(example) {
            Ok(after) => compare(&example.place, &example.value, &after, &mut lost),
            Err(error) => lost.push(format!("{} does not decode: {error}", example.place)),
        }
    }
    let (known, unknown): (Vec<String>, Vec<String>) =
        lost.into_iter().partition(|loss| WRONG.iter().any(|(place, what)| loss.starts_with(&format!("{place} {what}"))));
    assert!(unknown.is_empty(), "{} losses in {} examples:\n{}", unknown.len(), examples.len(), unknown.join("\n"));
    assert_eq!(known.len(), WRONG.len(), "the document still gets these wrong: {known:?}");
    // The document has 406 examples. Examples of parameters, and of properties of schemas with
    // required properties, are not complete values.
    assert_eq!(examples.len(), 304);
}

/// Decodes and encodes every example once for each change, and compares the result with the input.
fn each_changed(change: impl Fn(&Schema<'_>) -> Option<Value>) -> usize {
    let Some(document) = upstream::document() else { return usize::MAX };
    let mut lost = Vec::new();
    let mut changed = 0;
    for example in upstream::examples(&document) {
        for (at, value) in variations(&document, &example, &change) {
            let mut example = Example { place: format!("{} with {value} at {at}", example.place), ..example.clone() };
            *example.value.pointer_mut(&at).expect("a place in the example") = value;
            changed += 1;
            match through(&example) {
                Ok(after) => compare(&example.place, &example.value, &after, &mut lost),
                Err(error) => lost.push(format!("{} does not decode: {error}", example.place)),
            }
        }
    }
    // A changed example has the known losses too.
    lost.retain(|loss| {
        !WRONG.iter().any(|(place, what)| loss.contains(&place[place.find('.').unwrap_or(0)..]) && loss.contains(what))
    });
    assert!(lost.is_empty(), "{} losses in {changed} variations:\n{}", lost.len(), lost.join("\n"));
    changed
}

#[test]
fn every_optional_field_may_be_null() {
    let changed = each_changed(|schema| (!schema.required).then_some(Value::Null));
    assert!(changed > 1100, "{changed} variations");
}

#[test]
fn every_enum_may_have_a_value_of_tomorrow() {
    let changed = each_changed(|schema| schema.value.get("enum").map(|_| "a-value-of-tomorrow".into()));
    assert!(changed > 100, "{changed} variations");
}

#[test]
fn every_optional_date_may_be_empty() {
    let changed = each_changed(|schema| {
        let is_date = schema.value.get("format").is_some_and(|format| format == "date-time");
        (is_date && !schema.required).then(|| "".into())
    });
    assert!(changed > 60, "{changed} variations");
}

#[test]
fn an_unknown_field_is_accepted_in_every_object() {
    let Some(document) = upstream::document() else { return };
    let (mut objects, mut lost) = (0, Vec::new());
    for example in upstream::examples(&document) {
        let before = through(&example).expect("the example decodes");
        let mut changed = example.clone();
        objects += add_a_field(&mut changed.value);
        match through(&changed) {
            // A map keeps the added field, which is correct.
            Ok(after) => compare(&example.place, &before, &after, &mut lost),
            Err(error) => lost.push(format!("{} with an unknown field: {error}", example.place)),
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
    assert!(objects > 600, "{objects} objects");
}

/// Adds a field to every object inside a value, and returns the number of objects.
fn add_a_field(value: &mut Value) -> usize {
    match value {
        Value::Object(members) => {
            let inside: usize = members.iter_mut().map(|(_, member)| add_a_field(member)).sum();
            members.insert("aFieldOfTomorrow".to_owned(), Value::Bool(true));
            inside + 1
        }
        Value::Array(items) => items.iter_mut().map(add_a_field).sum(),
        _ => 0,
    }
}

/// The document's description of a place in an example.
struct Schema<'a> {
    /// The schema, with its references resolved.
    value: &'a Value,
    /// Whether the place is a required property, or not a property.
    required: bool,
}

/// The places, as JSON pointers, for which `change` returns another value, with that value.
fn variations(document: &Value, example: &Example, change: &impl Fn(&Schema<'_>) -> Option<Value>) -> Vec<(String, Value)> {
    let schema = match &example.of {
        Of::Schema(name) => &document["components"]["schemas"][name],
        Of::Response(method, path) => {
            let responses = document["paths"][path][method.to_lowercase()]["responses"].as_object().into_iter().flatten();
            let success = responses.filter(|(status, _)| status.starts_with('2')).map(|(_, response)| response).next();
            &success.expect("a response")["content"]["application/json"]["schema"]
        }
    };
    let mut found = Vec::new();
    vary(document, schema, &example.value, "", true, &mut |at, schema| {
        found.extend(change(schema).map(|value| (at.to_owned(), value)))
    });
    found.dedup();
    found
}

/// Calls `visit` for every place of a value that a schema describes. It tries all alternatives,
/// because at least one of them describes the value.
fn vary(
    document: &Value,
    schema: &Value,
    value: &Value,
    at: &str,
    required: bool,
    visit: &mut impl FnMut(&str, &Schema<'_>),
) {
    let schema = resolve(document, schema);
    for alternative in ["oneOf", "anyOf", "allOf"].iter().filter_map(|keyword| schema.get(keyword)?.as_array()).flatten() {
        vary(document, alternative, value, at, required, visit);
    }
    if !at.is_empty() {
        visit(at, &Schema { value: schema, required });
    }
    if let (Some(items), Some(elements)) = (schema.get("items"), value.as_array()) {
        for (index, element) in elements.iter().enumerate() {
            vary(document, items, element, &format!("{at}/{index}"), true, visit);
        }
    }
    let names = schema.get("required").and_then(Value::as_array);
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let Some(member) = value.get(name) else { continue };
        let required = names.is_some_and(|names| names.iter().any(|required| required == name));
        vary(document, property, member, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), required, visit);
    }
}

/// Decodes an example into its type and encodes it again.
fn through(example: &Example) -> Result<Value, serde_json::Error> {
    let value = example.value.clone();
    let result = match &example.of {
        Of::Schema(name) => round_trips::schema(name, value),
        Of::Response(method, path) => {
            let operation =
                operations().into_iter().find(|operation| operation.method == method && operation.documented == path);
            let relative = operation.expect("an operation of the document").relative();
            let row = OPERATIONS.iter().find(|row| row.method == method && row.path == relative);
            round_trips::response(row.expect("the table is the document").id, value)
        }
    };
    result.unwrap_or_else(|| panic!("{} has a type", example.place))
}

/// Collects the values of `before` that are missing or different in `after`.
fn compare(place: &str, before: &Value, after: &Value, lost: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (key, value) in before {
                match after.get(key) {
                    Some(kept) => compare(&format!("{place}.{key}"), value, kept, lost),
                    None if means_none(value) => {}
                    None => lost.push(format!("{place}.{key} is lost: {value}")),
                }
            }
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (index, (before, after)) in before.iter().zip(after).enumerate() {
                compare(&format!("{place}[{index}]"), before, after, lost);
            }
        }
        _ if is_same(before, after) => {}
        _ => lost.push(format!("{place} became {after}: {before}")),
    }
}

/// Whether two plain values are equal: numbers by value, booleans also as strings.
fn is_same(before: &Value, after: &Value) -> bool {
    let same_number = before.as_f64().is_some_and(|number| after.as_f64() == Some(number));
    let same_boolean = after.is_boolean() && before.as_str() == Some(after.to_string().as_str());
    before == after || same_number || same_boolean
}

/// Whether a value means the same as its absence.
fn means_none(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}
