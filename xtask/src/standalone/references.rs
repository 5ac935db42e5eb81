//! Plain references: each leads to a named schema, and has nothing beside it.
//!
//! OpenAPI ignores what is beside a reference, and few tools follow a reference into the middle of
//! a schema. So objects, enums and unions get the names that they have in the client, too.

use serde_json::{Map, Value, json};

use crate::{
    adapt::name_inline,
    document::{Document, child, schema_name, walk},
    problem::{Problem, Problems},
};

/// What is beside a reference and says something. It stays, around the reference.
const MEANINGFUL: [&str; 5] = ["default", "deprecated", "nullable", "readOnly", "writeOnly"];

/// Makes all references plain.
pub fn plain(document: &mut Document, problems: &mut Problems) {
    walk::schemas_mut(document, |_, schema| alone(schema));
    name_inline::name_inline(document);
    check(document, "", document.root(), problems);
}

/// Leaves a reference alone, or puts what it stands beside around it.
fn alone(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    let says_something = |key: &str, value: &Value| MEANINGFUL.contains(&key) && *value != Value::Bool(false);
    if let Some(reference) = object.get("$ref").cloned() {
        object.retain(|key, value| says_something(key, value));
        object.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
    }
    if let Some(reference) = object.get("allOf").and_then(only_reference).filter(|_| object.len() == 1) {
        *schema = reference;
    }
}

/// The reference in a list of one.
fn only_reference(list: &Value) -> Option<Value> {
    let [one] = list.as_array()?.as_slice() else { return None };
    one.get("$ref").map(|_| one.clone())
}

/// Reports references that do not lead to a named schema.
fn check(document: &Document, at: &str, value: &Value, problems: &mut Problems) {
    let dangles = |reference: &str| schema_name(reference).is_none_or(|name| document.schema(name).is_none());
    match value {
        Value::Object(object) => {
            if let Some(reference) = reference(object).filter(|reference| dangles(reference)) {
                let message = format!("the reference `{reference}` leads to no schema");
                let help = "repair it in xtask/src/repair/vendor/types.rs";
                problems.push(Problem::new(at, message, help));
            }
            object.iter().for_each(|(key, value)| check(document, &child(at, key), value, problems));
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, value)| check(document, &format!("{at}/{index}"), value, problems));
        }
        _ => {}
    }
}

/// The reference that an object is. A property can be called `$ref` too, and is an object.
fn reference(object: &Map<String, Value>) -> Option<&str> {
    object.get("$ref")?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_plain(schemas: Value) -> (Value, String) {
        let mut document = Document::new(json!({"components": {"schemas": schemas}}));
        let mut problems = Problems::new();
        plain(&mut document, &mut problems);
        (document.root()["components"]["schemas"].clone(), problems.to_string())
    }

    #[test]
    fn nothing_is_beside_a_reference() {
        let to_a = json!({"$ref": "#/components/schemas/A"});
        let (schemas, _) = with_plain(json!({
            "A": {"type": "object"},
            "B": {"properties": {
                "typed": {"$ref": "#/components/schemas/A", "type": "object", "nullable": false},
                "nullable": {"$ref": "#/components/schemas/A", "nullable": true},
                "all": {"allOf": [{"$ref": "#/components/schemas/A"}]}
            }}
        }));
        assert_eq!(schemas["B"]["properties"]["typed"], to_a);
        assert_eq!(schemas["B"]["properties"]["all"], to_a);
        let nullable = &schemas["B"]["properties"]["nullable"];
        let nullable = schema_name(nullable["$ref"].as_str().unwrap_or_default()).map_or(nullable, |name| &schemas[name]);
        assert_eq!(*nullable, json!({"nullable": true, "allOf": [to_a]}));
    }

    #[test]
    fn a_reference_into_a_schema_leads_to_a_name() {
        let (schemas, problems) = with_plain(json!({
            "A": {"properties": {"page": {"type": "object", "properties": {"x": {"type": "string"}}}}},
            "B": {"properties": {"page": {"$ref": "#/components/schemas/A/properties/page"}}}
        }));
        assert_eq!(schemas["A"]["properties"]["page"], json!({"$ref": "#/components/schemas/APage"}));
        assert_eq!(schemas["B"]["properties"]["page"], json!({"$ref": "#/components/schemas/APage"}));
        assert!(!problems.contains("leads to no schema"), "{problems}");
    }

    #[test]
    fn a_reference_to_nothing_is_reported() {
        let (_, problems) = with_plain(json!({"A": {"items": {"$ref": "#/components/schemas/Gone"}}}));
        assert!(
            problems
                .contains("at /components/schemas/A/items: the reference `#/components/schemas/Gone` leads to no schema"),
            "{problems}"
        );
    }
}
