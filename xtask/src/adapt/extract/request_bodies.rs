//! Request bodies that progenitor cannot express.

use std::collections::BTreeMap;

use serde_json::Value;

use super::multipart;
use crate::{
    document::{Document, Pointer, label},
    model::operation::FormPart,
    problem::Problems,
};

/// Operations, by their Rust names, whose bodies progenitor cannot express.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bodies {
    /// Operations that may be called without a body. Progenitor would require one.
    pub optional: Vec<String>,
    /// Operations that take a multipart form, with its parts.
    pub multipart: BTreeMap<String, Vec<FormPart>>,
}

/// Extracts optional and multipart bodies. `notes` receives parts of forms that are left out.
pub fn extract(document: &mut Document, notes: &mut Problems) -> Bodies {
    let mut bodies = Bodies::default();
    let schemas = document.schemas().map(|(name, schema)| (name.to_owned(), schema.clone())).collect();
    document.for_each_operation_mut(|path, method, operation| {
        let name = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
        let Some(body) = operation.get_mut("requestBody") else { return };
        let at = Pointer::Path(&["paths", path, method, "requestBody"]);
        if let Some(parts) = multipart::take(&at, &label(method, path), body, &schemas, notes) {
            bodies.multipart.insert(name, parts);
        } else {
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
            "patch": {"operationId": "upload", "requestBody": {"required": true, "content": {"multipart/form-data": {"schema": {
                "properties": {"file": {"type": "string", "format": "binary"}}
            }}}}}
        }}}));
        let bodies = extract(&mut document, &mut Problems::new());
        assert_eq!(bodies.optional, ["optional"]);
        assert_eq!(bodies.multipart.keys().collect::<Vec<_>>(), ["upload"]);
        assert_eq!(bodies.multipart["upload"][0].name, "file");
    }
}
