//! Required properties that a schema does not declare.

use serde_json::Value;

use crate::{
    document::{Document, walk},
    problem::{Problem, Problems},
};

/// Removes the names of properties that are required but not declared: a value of such a type has
/// them among its unknown properties, if at all.
pub fn declared_only(document: &mut Document, notes: &mut Problems) {
    walk::schemas_mut(document, |at, schema| {
        let Some(schema) = schema.as_object_mut() else { return };
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
        let is_undeclared = |name: &Value| name.as_str().is_some_and(|name| !properties.contains_key(name));
        let required = schema.get("required").and_then(Value::as_array);
        let undeclared: Vec<Value> = required.into_iter().flatten().filter(|name| is_undeclared(name)).cloned().collect();
        for name in &undeclared {
            notes.push(Problem::new(
                at.member("required"),
                format!("the property `{name}` is required but not declared; it is ignored"),
                "declare it in a repair if requests need it",
            ));
        }
        if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
            required.retain(|name| !undeclared.contains(name));
            if required.is_empty() {
                schema.shift_remove("required");
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn undeclared_names_go_and_are_named() {
        let mut document = Document::new(json!({"components": {"schemas": {
            "A": {"properties": {"x": {}}, "required": ["x", "y"]},
            "B": {"properties": {"x": {}}, "required": ["y"]}
        }}}));
        let mut notes = Problems::new();
        declared_only(&mut document, &mut notes);
        let schemas = &document.root()["components"]["schemas"];
        assert_eq!(schemas["A"], json!({"properties": {"x": {}}, "required": ["x"]}));
        assert_eq!(schemas["B"], json!({"properties": {"x": {}}}));
        let places: Vec<&str> = notes.iter().map(|note| note.pointer.as_str()).collect();
        assert_eq!(places, ["/components/schemas/A/required", "/components/schemas/B/required"]);
    }
}
