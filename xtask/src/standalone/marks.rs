//! Replaces the marks of this generator with plain OpenAPI.

use serde_json::{Map, Value, json};

use crate::document::{Document, walk};

/// How the names of our marks begin.
const MARKS: &str = "x-jsm-";

/// Says in OpenAPI what the marks mean, and removes them.
pub fn say(document: &mut Document) {
    walk::schemas_mut(document, |_, schema| {
        if schema.get("x-jsm-lenient").is_some_and(|mark| mark == "boolean") {
            *schema = json!({"oneOf": [{"type": "boolean"}, {"type": "string", "enum": ["true", "false"]}]});
        }
        schema.as_object_mut().map(drop_marks);
    });
    document.for_each_operation_mut(|_, _, operation| drop_marks(operation));
}

fn drop_marks(owner: &mut Map<String, Value>) {
    owner.retain(|key, _| !key.starts_with(MARKS));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_openapi() {
        let mut document = Document::new(json!({
            "paths": {"/a": {"get": {"x-jsm-multipart": "file", "x-experimental": true}}},
            "components": {"schemas": {
                "A": {"properties": {"b": {"type": "boolean", "x-jsm-lenient": "boolean"}}},
                "B": {"type": "string", "x-jsm-other": true}
            }}
        }));
        say(&mut document);
        let either = json!({"oneOf": [{"type": "boolean"}, {"type": "string", "enum": ["true", "false"]}]});
        assert_eq!(
            *document.root(),
            json!({
                "paths": {"/a": {"get": {"x-experimental": true}}},
                "components": {"schemas": {"A": {"properties": {"b": either}}, "B": {"type": "string"}}}
            })
        );
    }
}
