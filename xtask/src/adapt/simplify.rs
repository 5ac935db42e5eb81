//! Schemas reduced to what a tolerant client needs: types and names.
//!
//! A client that enforces bounds rejects what the service accepts. A client that sends defaults
//! overwrites values that the caller did not set. [`crate::preflight`] allows what is left.

use serde_json::{Map, Value, json};

use crate::document::{Document, walk};

/// Keywords that constrain or describe values without changing their type.
const DROPPED: [&str; 21] = [
    "default",
    "title",
    "description",
    "example",
    "multipleOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "readOnly",
    "writeOnly",
    "deprecated",
    // Alternatives are told apart by what they declare; beside properties it says nothing of them.
    "discriminator",
];

/// Formats that choose a Rust type. All others are dropped. `float` is dropped because its values
/// do not fit into 32 bits without loss, and 64 bits cost nothing.
const FORMATS: [(&str, &str); 5] =
    [("string", "date-time"), ("string", "binary"), ("integer", "int32"), ("integer", "int64"), ("number", "double")];

/// Reduces all schemas of a document.
pub fn simplify(document: &mut Document) {
    walk::schemas_mut(document, |_, schema| simplify_one(schema));
    walk::schemas_mut(document, |_, schema| {
        if let Some(schema) = schema.as_object_mut().filter(|schema| schema.contains_key("$ref")) {
            schema.retain(|keyword, _| keyword == "$ref");
        }
    });
}

fn simplify_one(schema: &mut Value) {
    let nullable = schema.get("nullable") == Some(&Value::Bool(true));
    if let Some(reference) = schema.get("$ref").filter(|reference| reference.is_string()) {
        // OpenAPI 3.0: members beside `$ref` are ignored. The object around it reads `nullable`.
        *schema = if nullable { json!({ "$ref": reference, "nullable": true }) } else { json!({ "$ref": reference }) };
        return;
    }
    if let Some(only) = only_part(schema) {
        *schema = only;
        if let Some(schema) = schema.as_object_mut().filter(|_| nullable) {
            schema.insert("nullable".to_owned(), true.into());
        }
        return;
    }
    let Some(schema) = schema.as_object_mut() else { return };
    for keyword in DROPPED {
        schema.remove(keyword);
    }
    if walk::COMBINATORS.iter().any(|keyword| schema.contains_key(*keyword)) {
        // `type: object` beside the alternatives adds nothing.
        schema.remove("type");
    }
    let kind = schema.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let known = schema.get("format").and_then(Value::as_str).is_some_and(|format| FORMATS.contains(&(&kind, format)));
    if !known {
        schema.remove("format");
    }
    match kind.as_str() {
        "object" | "" => simplify_object(schema),
        "array" => drop(schema.entry("items").or_insert_with(|| json!({}))),
        _ => {}
    }
    if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        values.retain(|value| !value.is_null());
    }
}

/// The only schema of an `allOf`, which the document uses for a plain reference.
fn only_part(schema: &mut Value) -> Option<Value> {
    let parts = schema.get_mut("allOf")?.as_array_mut()?;
    if parts.len() == 1 { parts.pop() } else { None }
}

fn simplify_object(schema: &mut Map<String, Value>) {
    if schema.get("properties").and_then(Value::as_object).is_some_and(Map::is_empty) {
        // No declared property: a map of anything keeps all members.
        schema.remove("properties");
    }
    match schema.get("additionalProperties") {
        // A service that adds a field must not break its clients.
        Some(Value::Bool(false)) => drop(schema.remove("additionalProperties")),
        // Beside properties, typify keeps further ones only under a schema.
        Some(Value::Bool(true)) if schema.contains_key("properties") => {
            schema.insert("additionalProperties".to_owned(), json!({}));
        }
        _ => {}
    }
    let mut optional = Vec::new();
    for (name, property) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        if property.as_object_mut().and_then(|property| property.remove("nullable")) == Some(Value::Bool(true)) {
            optional.push(name.clone());
        }
    }
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        // A property that may be null may be missing too.
        required.retain(|name| !optional.iter().any(|optional| name == optional));
        if required.is_empty() {
            schema.remove("required");
        }
    }
    if schema.contains_key("properties") {
        schema.insert("type".to_owned(), "object".into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn simplified(mut schema: Value) -> Value {
        simplify_one(&mut schema);
        schema
    }

    #[test]
    fn bounds_and_defaults_go() {
        let schema = json!({"type": "integer", "format": "int32", "minimum": 1, "maximum": 9, "default": 3});
        assert_eq!(simplified(schema), json!({"type": "integer", "format": "int32"}));
    }

    #[test]
    fn a_format_that_chooses_no_type_goes() {
        assert_eq!(simplified(json!({"type": "string", "format": "int64"})), json!({"type": "string"}));
        assert_eq!(simplified(json!({"type": "number", "format": "float"})), json!({"type": "number"}));
        assert_eq!(
            simplified(json!({"type": "string", "format": "date-time"})),
            json!({"type": "string", "format": "date-time"})
        );
    }

    #[test]
    fn references_stand_alone() {
        assert_eq!(simplified(json!({"$ref": "#/x", "type": "object"})), json!({"$ref": "#/x"}));
        assert_eq!(simplified(json!({"allOf": [{"$ref": "#/x"}]})), json!({"$ref": "#/x"}));
        assert_eq!(simplified(json!({"type": "object", "oneOf": [{}, {}]})), json!({"oneOf": [{}, {}]}));
    }

    #[test]
    fn what_may_be_null_is_not_required() {
        let schema = json!({
            "required": ["a", "b"],
            "properties": {"a": {"type": "string", "nullable": true}, "b": {"type": "string", "nullable": false}}
        });
        let expected = json!({
            "type": "object", "required": ["b"],
            "properties": {"a": {"type": "string"}, "b": {"type": "string"}}
        });
        assert_eq!(simplified(schema), expected);
    }

    #[test]
    fn what_refers_to_a_type_may_be_null_too() {
        let reference = json!({"$ref": "#/components/schemas/B"});
        let property = json!({"allOf": [reference], "nullable": true});
        let mut document = Document::new(json!({"components": {"schemas": {
            "A": {"required": ["b"], "properties": {"b": property}}, "C": {"type": "array", "items": property}
        }}}));
        simplify(&mut document);
        let schemas = &document.root()["components"]["schemas"];
        assert_eq!(schemas["A"], json!({"type": "object", "properties": {"b": reference}}));
        assert_eq!(schemas["C"]["items"], reference);
    }

    #[test]
    fn objects_stay_open() {
        assert_eq!(simplified(json!({"type": "object", "properties": {}})), json!({"type": "object"}));
        assert_eq!(simplified(json!({"type": "object", "additionalProperties": false})), json!({"type": "object"}));
        assert_eq!(simplified(json!({"type": "array"})), json!({"type": "array", "items": {}}));
        assert_eq!(
            simplified(json!({"properties": {"a": {}}, "additionalProperties": true})),
            json!({"type": "object", "properties": {"a": {}}, "additionalProperties": {}})
        );
    }

    #[test]
    fn null_is_no_value_of_an_enum() {
        assert_eq!(simplified(json!({"type": "string", "enum": ["a", null]})), json!({"type": "string", "enum": ["a"]}));
    }
}
