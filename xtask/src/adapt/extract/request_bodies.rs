//! Request bodies that progenitor cannot express.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::document::Document;

/// Operations, by their Rust names, whose bodies progenitor cannot express.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bodies {
    /// Operations that may be called without a body. Progenitor would require one.
    pub optional: Vec<String>,
    /// Operations that take a multipart form, with the name of the part that holds the file.
    pub multipart: BTreeMap<String, String>,
}

/// Extracts optional and multipart bodies.
pub fn extract(document: &mut Document) -> Bodies {
    let mut bodies = Bodies::default();
    document.for_each_operation_mut(|_, _, operation| {
        let name = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
        if let Some(Value::String(part)) = operation.remove("x-jsm-multipart") {
            bodies.multipart.insert(name, part);
        } else if let Some(body) = operation.get("requestBody") {
            // OpenAPI: a body is optional unless it is marked as required. A raw body may be empty.
            let json = body.get("content").is_some_and(|content| content.get("application/json").is_some());
            if json && body.get("required") != Some(&Value::Bool(true)) {
                bodies.optional.push(name);
            }
        }
    });
    bodies.optional.sort();
    bodies
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bodies_are_optional_unless_required() {
        let mut document = Document::new(json!({"paths": {"/a": {
            "get": {"operationId": "none"},
            "put": {"operationId": "required", "requestBody": {"required": true}},
            "post": {"operationId": "optional", "requestBody": {"content": {"application/json": {}}}},
            "delete": {"operationId": "raw", "requestBody": {"content": {"application/octet-stream": {}}}},
            "patch": {"operationId": "upload", "requestBody": {"required": true}, "x-jsm-multipart": "file"}
        }}}));
        let bodies = extract(&mut document);
        assert_eq!(bodies.optional, ["optional"]);
        assert_eq!(bodies.multipart, BTreeMap::from([("upload".to_owned(), "file".to_owned())]));
        assert!(document.root()["paths"]["/a"]["patch"].get("x-jsm-multipart").is_none());
    }
}
