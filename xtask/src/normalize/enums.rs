//! Enums of numbers and booleans become plain numbers and booleans: a client keeps values that the
//! document does not list, and names for numbers would be made up.

use serde_json::{Map, Value};

use crate::document::{Document, walk};

/// Removes every list of values that are not strings. `null` in a list says that there may be no
/// value.
pub fn of_strings_alone(document: &mut Document) {
    walk::schemas_mut(document, |_, schema| {
        if let Some(schema) = schema.as_object_mut() {
            one_enum(schema);
        }
    });
}

fn one_enum(schema: &mut Map<String, Value>) {
    let Some(values) = schema.get("enum").and_then(Value::as_array) else { return };
    let kind = schema.get("type").and_then(Value::as_str);
    let has_type = kind.is_some();
    let is_of_strings = values.iter().any(Value::is_string)
        && values.iter().all(|value| value.is_string() || value.is_null())
        && matches!(kind, Some("string") | None);
    if is_of_strings {
        return;
    }
    let inferred = inferred_type(values);
    let nullable = values.iter().any(Value::is_null);
    schema.shift_remove("enum");
    // A default is one of the values.
    schema.shift_remove("default");
    if let Some(inferred) = inferred.filter(|_| !has_type) {
        schema.insert("type".to_owned(), inferred.into());
    }
    if nullable {
        schema.insert("nullable".to_owned(), true.into());
    }
}

/// The type of a list of values; `None` where they have several.
fn inferred_type(values: &[Value]) -> Option<&'static str> {
    let mut types = values.iter().filter(|value| !value.is_null()).map(|value| match value {
        Value::Bool(_) => Some("boolean"),
        Value::Number(number) if number.is_f64() => Some("number"),
        Value::Number(_) => Some("integer"),
        Value::String(_) => Some("string"),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    });
    let first = types.next()??;
    types.all(|kind| kind == Some(first)).then_some(first)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plain(schema: Value) -> Value {
        let mut document = Document::new(json!({"components": {"schemas": {"A": schema}}}));
        of_strings_alone(&mut document);
        document.root()["components"]["schemas"]["A"].clone()
    }

    #[test]
    fn numbers_and_booleans_are_plain() {
        assert_eq!(plain(json!({"type": "integer", "enum": [1, 2], "default": 1})), json!({"type": "integer"}));
        assert_eq!(plain(json!({"enum": [1.5, 2.5]})), json!({"type": "number"}));
        assert_eq!(plain(json!({"enum": [true, null]})), json!({"type": "boolean", "nullable": true}));
    }

    #[test]
    fn values_of_several_types_are_of_any_type() {
        assert_eq!(plain(json!({"enum": [1, "a"]})), json!({}));
        assert_eq!(plain(json!({"type": "string", "enum": ["a", 1]})), json!({"type": "string"}));
        assert_eq!(plain(json!({"type": "integer", "enum": ["1", "2"]})), json!({"type": "integer"}));
    }

    #[test]
    fn strings_stay_an_enum() {
        for schema in [json!({"enum": ["a"]}), json!({"type": "string", "enum": ["a", null]})] {
            assert_eq!(plain(schema.clone()), schema);
        }
    }
}
