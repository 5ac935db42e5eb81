//! The examples of the published document, decoded into the generated types and encoded again: nothing of them may get lost.

use jsm_ops_api::operations::OPERATIONS;
use jsm_ops_tests::{
    document::operations,
    upstream::{self, Example, Of},
};
use serde_json::Value;

use crate::round_trips;

/// What the document's examples themselves get wrong.
const WRONG: [(&str, &str); 3] = [
    // Steps get their ids when they are created: the request that creates one alone has none.
    ("NotificationRuleRequest.steps[0].id", "is lost"),
    // The schema of an error that no operation answers; errors are handed over as they come.
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
    // 406 examples stand in the document; those of parameters and of properties of schemas with required ones are not whole values.
    assert_eq!(examples.len(), 304);
}

#[test]
fn an_unknown_field_does_no_harm() {
    let Some(document) = upstream::document() else { return };
    for mut example in upstream::examples(&document) {
        if let Some(object) = example.value.as_object_mut() {
            object.insert("aFieldOfTomorrow".to_owned(), Value::Bool(true));
        }
        through(&example).unwrap_or_else(|error| panic!("{} with an unknown field: {error}", example.place));
    }
}

/// The example through the type that it is one of.
fn through(example: &Example) -> Result<Value, serde_json::Error> {
    let value = example.value.clone();
    let result = match &example.of {
        Of::Schema(name) => round_trips::schema(name, value),
        Of::Answer(method, path) => {
            let operation =
                operations().into_iter().find(|operation| operation.method == method && operation.documented == path);
            let relative = operation.expect("an operation of the document").relative();
            let row = OPERATIONS.iter().find(|row| row.method == method && row.path == relative);
            round_trips::answer(row.expect("the table is the document").id, value)
        }
    };
    result.unwrap_or_else(|| panic!("{} has a type", example.place))
}

/// Finds what `after` lacks of `before`, or has otherwise.
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

/// Whether two plain values are the same: numbers by their value, and booleans whichever way they are written.
fn is_same(before: &Value, after: &Value) -> bool {
    let same_number = before.as_f64().is_some_and(|number| after.as_f64() == Some(number));
    let same_boolean = after.is_boolean() && before.as_str() == Some(after.to_string().as_str());
    before == after || same_number || same_boolean
}

/// Whether a value says the same as its absence.
fn means_none(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}
