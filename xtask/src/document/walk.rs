//! One traversal of all schemas of a document, for the passes that treat every schema alike.

use serde_json::{Map, Value};

use super::{Document, METHODS, child};

/// Keywords whose value is a list of schemas.
pub const COMBINATORS: [&str; 3] = ["oneOf", "anyOf", "allOf"];

/// Calls `visit` with pointer and value of every schema of the document, parents after their children.
///
/// Named schemas come first, then those of parameters, request bodies and responses.
pub fn schemas_mut(document: &mut Document, mut visit: impl FnMut(&str, &mut Value)) {
    roots_mut(document, |pointer, schema| descend_mut(pointer, schema, &mut visit));
}

/// Calls `visit` for the outermost schema of each place that may hold one.
pub fn roots_mut(document: &mut Document, mut visit: impl FnMut(&str, &mut Value)) {
    for (name, schema) in document.schemas_mut().into_iter().flatten() {
        visit(&super::pointer(&["components", "schemas", name]), schema);
    }
    for (path, item) in document.paths_mut().into_iter().flatten() {
        let Some(item) = item.as_object_mut() else { continue };
        let at = super::pointer(&["paths", path]);
        parameters_mut(&at, item, &mut visit);
        for method in METHODS {
            if let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) {
                operation_mut(&child(&at, method), operation, &mut visit);
            }
        }
    }
}

fn operation_mut(at: &str, operation: &mut Map<String, Value>, visit: &mut impl FnMut(&str, &mut Value)) {
    parameters_mut(at, operation, visit);
    if let Some(body) = operation.get_mut("requestBody") {
        content_mut(&child(at, "requestBody"), body, visit);
    }
    let at = child(at, "responses");
    for (status, response) in operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten() {
        content_mut(&child(&at, status), response, visit);
    }
}

fn parameters_mut(at: &str, owner: &mut Map<String, Value>, visit: &mut impl FnMut(&str, &mut Value)) {
    let parameters = owner.get_mut("parameters").and_then(Value::as_array_mut);
    for (index, parameter) in parameters.into_iter().flatten().enumerate() {
        if let Some(schema) = parameter.get_mut("schema") {
            visit(&format!("{at}/parameters/{index}/schema"), schema);
        }
    }
}

fn content_mut(at: &str, owner: &mut Value, visit: &mut impl FnMut(&str, &mut Value)) {
    for (media_type, content) in owner.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten() {
        if let Some(schema) = content.get_mut("schema") {
            visit(&child(&child(&child(at, "content"), media_type), "schema"), schema);
        }
    }
}

fn descend_mut(at: &str, schema: &mut Value, visit: &mut impl FnMut(&str, &mut Value)) {
    children_mut(at, schema, |pointer, part| descend_mut(pointer, part, visit));
    visit(at, schema);
}

/// Calls `visit` with pointer and value of each schema directly below `schema`.
pub fn children_mut(at: &str, schema: &mut Value, mut visit: impl FnMut(&str, &mut Value)) {
    let Some(schema) = schema.as_object_mut() else { return };
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        let at = child(at, "properties");
        for (name, property) in properties {
            visit(&child(&at, name), property);
        }
    }
    for keyword in ["items", "additionalProperties", "not"] {
        if let Some(part) = schema.get_mut(keyword).filter(|part| part.is_object()) {
            visit(&child(at, keyword), part);
        }
    }
    for keyword in COMBINATORS {
        let parts = schema.get_mut(keyword).and_then(Value::as_array_mut);
        for (index, part) in parts.into_iter().flatten().enumerate() {
            visit(&format!("{at}/{keyword}/{index}"), part);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_schema_is_visited_once_children_first() {
        let mut document = Document::new(json!({
            "components": {"schemas": {"A": {"properties": {"b": {"items": {}}}, "oneOf": [{}, {"not": {}}]}}},
            "paths": {"/p": {
                "parameters": [{"schema": {}}],
                "get": {
                    "parameters": [{"schema": {}}],
                    "requestBody": {"content": {"a/b": {"schema": {"additionalProperties": {}}}}},
                    "responses": {"200": {"content": {"a/b": {"schema": {}}}}}
                }
            }}
        }));
        let mut seen = Vec::new();
        schemas_mut(&mut document, |pointer, _| seen.push(pointer.to_owned()));
        assert_eq!(seen, [
            "/components/schemas/A/properties/b/items",
            "/components/schemas/A/properties/b",
            "/components/schemas/A/oneOf/0",
            "/components/schemas/A/oneOf/1/not",
            "/components/schemas/A/oneOf/1",
            "/components/schemas/A",
            "/paths/~1p/parameters/0/schema",
            "/paths/~1p/get/parameters/0/schema",
            "/paths/~1p/get/requestBody/content/a~1b/schema/additionalProperties",
            "/paths/~1p/get/requestBody/content/a~1b/schema",
            "/paths/~1p/get/responses/200/content/a~1b/schema",
        ]);
        for pointer in seen {
            assert!(document.root().pointer(&pointer).is_some(), "{pointer} resolves");
        }
    }
}
