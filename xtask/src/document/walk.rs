//! One traversal of all schemas of a document, for the passes that treat every schema alike.

use serde_json::{Map, Value};

use super::{Document, METHODS, Pointer};

/// Keywords whose value is a list of schemas.
pub const COMBINATORS: [&str; 3] = ["oneOf", "anyOf", "allOf"];

/// Calls `visit` with place and value of every schema of the document, parents after their
/// children.
///
/// Named schemas come first, then those of parameters, request bodies and responses.
pub fn schemas_mut(document: &mut Document, mut visit: impl FnMut(&Pointer<'_>, &mut Value)) {
    roots_mut(document, |at, schema| descend_mut(at, schema, &mut visit));
}

/// Calls `visit` for the outermost schema of each place that may hold one.
pub fn roots_mut(document: &mut Document, mut visit: impl FnMut(&Pointer<'_>, &mut Value)) {
    let at = Pointer::Root.member("components");
    for (name, schema) in document.schemas_mut().into_iter().flatten() {
        visit(&at.member("schemas").member(name), schema);
    }
    let at = Pointer::Root.member("paths");
    for (path, item) in document.paths_mut().into_iter().flatten() {
        let Some(item) = item.as_object_mut() else { continue };
        let at = at.member(path);
        parameters_mut(&at, item, &mut visit);
        for method in METHODS {
            if let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) {
                operation_mut(&at.member(method), operation, &mut visit);
            }
        }
    }
}

fn operation_mut(at: &Pointer<'_>, operation: &mut Map<String, Value>, visit: &mut impl FnMut(&Pointer<'_>, &mut Value)) {
    parameters_mut(at, operation, visit);
    if let Some(body) = operation.get_mut("requestBody") {
        content_mut(&at.member("requestBody"), body, visit);
    }
    let at = at.member("responses");
    for (status, response) in operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten() {
        content_mut(&at.member(status), response, visit);
    }
}

fn parameters_mut(at: &Pointer<'_>, owner: &mut Map<String, Value>, visit: &mut impl FnMut(&Pointer<'_>, &mut Value)) {
    let at = at.member("parameters");
    let parameters = owner.get_mut("parameters").and_then(Value::as_array_mut);
    for (index, parameter) in parameters.into_iter().flatten().enumerate() {
        if let Some(schema) = parameter.get_mut("schema") {
            visit(&at.element(index).member("schema"), schema);
        }
    }
}

fn content_mut(at: &Pointer<'_>, owner: &mut Value, visit: &mut impl FnMut(&Pointer<'_>, &mut Value)) {
    let at = at.member("content");
    for (media_type, content) in owner.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten() {
        if let Some(schema) = content.get_mut("schema") {
            visit(&at.member(media_type).member("schema"), schema);
        }
    }
}

fn descend_mut(at: &Pointer<'_>, schema: &mut Value, visit: &mut impl FnMut(&Pointer<'_>, &mut Value)) {
    children_mut(at, schema, |at, part| descend_mut(at, part, visit));
    visit(at, schema);
}

/// Calls `visit` with place and value of each schema directly below `schema`.
pub fn children_mut(at: &Pointer<'_>, schema: &mut Value, mut visit: impl FnMut(&Pointer<'_>, &mut Value)) {
    let Some(schema) = schema.as_object_mut() else { return };
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        let at = at.member("properties");
        for (name, property) in properties {
            visit(&at.member(name), property);
        }
    }
    for keyword in ["items", "additionalProperties", "not"] {
        if let Some(part) = schema.get_mut(keyword).filter(|part| part.is_object()) {
            visit(&at.member(keyword), part);
        }
    }
    for keyword in COMBINATORS {
        let at = at.member(keyword);
        let parts = schema.get_mut(keyword).and_then(Value::as_array_mut);
        for (index, part) in parts.into_iter().flatten().enumerate() {
            visit(&at.element(index), part);
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
        schemas_mut(&mut document, |at, _| seen.push(at.to_string()));
        assert_eq!(
            seen,
            [
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
            ]
        );
        for pointer in seen {
            assert!(document.root().pointer(&pointer).is_some(), "{pointer} resolves");
        }
    }
}
