//! Replaces references to parameters, request bodies, responses and path items by what they refer
//! to. References to schemas stay: each is a type.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::document::{Document, METHODS};

/// The maps of components whose members take the places of the references to them.
const INLINED: [&str; 5] = ["parameters", "requestBodies", "responses", "headers", "pathItems"];

/// The longest chain of references that is followed, so that a loop ends.
const MAX_HOPS: usize = 16;

/// Replaces all references to parts of operations. One that leads nowhere stays, and the preflight
/// reports it with its operation.
pub fn inline(document: &mut Document) {
    // The document is large, and today's has no such reference.
    let before = if has_references(document) { document.root().clone() } else { Value::Null };
    for (_, item) in document.paths_mut().into_iter().flatten() {
        replace_item(&before, item);
        let Some(item) = item.as_object_mut() else { continue };
        parameters(&before, item);
        for method in METHODS {
            if let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) {
                replace_parts(&before, operation);
            }
        }
    }
    if let Some(components) = document.root_mut().get_mut("components").and_then(Value::as_object_mut) {
        components.retain(|name, _| !INLINED.contains(&name.as_str()));
    }
}

fn has_references(document: &Document) -> bool {
    let refers = |value: &Value| value.get("$ref").is_some();
    let any_of = |owner: &Map<String, Value>| {
        let parameters = owner.get("parameters").and_then(Value::as_array);
        let responses = owner.get("responses").and_then(Value::as_object);
        let headers = responses.into_iter().flatten().filter_map(|(_, response)| response.get("headers")?.as_object());
        parameters.into_iter().flatten().any(refers)
            || owner.get("requestBody").is_some_and(refers)
            || responses.into_iter().flatten().any(|(_, response)| refers(response))
            || headers.flatten().any(|(_, header)| refers(header))
    };
    document.paths().any(|(_, item)| {
        let operations = METHODS.into_iter().filter_map(|method| item.get(method)?.as_object());
        item.contains_key("$ref") || any_of(item) || operations.into_iter().any(any_of)
    })
}

/// A path item may have members beside its reference.
fn replace_item(root: &Value, item: &mut Value) {
    let Some(Value::Object(target)) = target(root, item) else { return };
    let mut whole = target.clone();
    let own = item.as_object_mut().map(std::mem::take).unwrap_or_default();
    whole.extend(own.into_iter().filter(|(key, _)| key != "$ref"));
    *item = Value::Object(whole);
}

fn replace_parts(root: &Value, operation: &mut Map<String, Value>) {
    parameters(root, operation);
    if let Some(body) = operation.get_mut("requestBody") {
        replace(root, body);
    }
    for (_, response) in operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten() {
        replace(root, response);
        let headers = response.get_mut("headers").and_then(Value::as_object_mut);
        headers.into_iter().flatten().for_each(|(_, header)| replace(root, header));
    }
}

fn parameters(root: &Value, owner: &mut Map<String, Value>) {
    let parameters = owner.get_mut("parameters").and_then(Value::as_array_mut);
    parameters.into_iter().flatten().for_each(|parameter| replace(root, parameter));
}

fn replace(root: &Value, value: &mut Value) {
    if let Some(target) = target(root, value) {
        *value = target.clone();
    }
}

/// What a value refers to, directly or through others; `None` if it is not a reference, or one that
/// leads nowhere.
fn target<'a>(root: &'a Value, value: &Value) -> Option<&'a Value> {
    let mut reference = value.get("$ref")?.as_str()?;
    for _ in 0..MAX_HOPS {
        let pointer = percent_decode_str(reference.strip_prefix('#')?).decode_utf8().ok()?;
        let target = root.pointer(&pointer).filter(|target| target.is_object())?;
        match target.get("$ref").and_then(Value::as_str) {
            Some(next) => reference = next,
            None => return Some(target),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn inlined(root: Value) -> Value {
        let mut document = Document::new(root);
        inline(&mut document);
        document.root().clone()
    }

    #[test]
    fn parts_take_the_places_of_references_to_them() {
        let size = json!({"name": "size", "in": "query", "schema": {"type": "integer"}});
        let body = json!({"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}});
        let root = inlined(json!({
            "paths": {
                "/a": {
                    "parameters": [{"$ref": "#/components/parameters/Size"}],
                    "post": {
                        "parameters": [{"$ref": "#/components/parameters/Also%20size"}, {"name": "x", "in": "query"}],
                        "requestBody": {"$ref": "#/components/requestBodies/A"},
                        "responses": {"200": {"$ref": "#/components/responses/A"}}
                    }
                },
                "/b": {"$ref": "#/paths/~1a", "get": {}}
            },
            "components": {
                "schemas": {"A": {}},
                "parameters": {"Size": size, "Also size": {"$ref": "#/components/parameters/Size"}},
                "requestBodies": {"A": body},
                "responses": {"A": body}
            }
        }));
        let post = json!({
            "parameters": [size, {"name": "x", "in": "query"}], "requestBody": body, "responses": {"200": body}
        });
        assert_eq!(root["paths"]["/a"], json!({"parameters": [size], "post": post}));
        assert_eq!(root["paths"]["/b"], json!({"parameters": [size], "post": post, "get": {}}));
        assert_eq!(root["components"], json!({"schemas": {"A": {}}}));
    }

    #[test]
    fn a_reference_that_leads_nowhere_stays() {
        let references = json!([
            {"$ref": "#/components/parameters/Gone"}, {"$ref": "other.json#/a"}, {"$ref": "#/components/parameters/Loop"}
        ]);
        let root = inlined(json!({
            "paths": {"/a": {"get": {"parameters": references}}},
            "components": {"parameters": {"Loop": {"$ref": "#/components/parameters/Loop"}}}
        }));
        assert_eq!(root["paths"]["/a"]["get"]["parameters"], references);
    }
}
