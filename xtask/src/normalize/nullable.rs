//! Schemas that may be `null` as a whole: the properties that refer to them may be.
//!
//! A Rust type has no value for `null`. The field around it has one.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::document::{Document, schema_name, walk};

/// Moves `nullable` from named schemas to the properties that refer to them. A parameter is never
/// `null`: one without a value is not sent.
pub fn move_to_properties(document: &mut Document) {
    let named = take_from_named(document);
    if !named.is_empty() {
        walk::schemas_mut(document, |_, schema| {
            let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
            for (_, property) in properties.into_iter().flatten() {
                let name = property.get("$ref").and_then(Value::as_str).and_then(schema_name);
                if name.is_some_and(|name| named.contains(name)) {
                    *property = json!({"allOf": [property.take()], "nullable": true});
                }
            }
        });
    }
    walk::roots_mut(document, |at, schema| {
        if at.to_string().contains("/parameters/") {
            schema.as_object_mut().map(|schema| schema.shift_remove("nullable"));
        }
    });
}

fn take_from_named(document: &mut Document) -> BTreeSet<String> {
    let schemas = document.schemas_mut().into_iter().flatten();
    let nullable = schemas.filter_map(|(name, schema)| {
        let flag = schema.as_object_mut()?.shift_remove("nullable")?;
        (flag == Value::Bool(true)).then(|| name.clone())
    });
    nullable.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::schema_reference;

    #[test]
    fn properties_are_null_where_their_schema_is() {
        let mut document = Document::new(json!({
            "paths": {"/a": {"get": {"parameters": [{"name": "a", "schema": {"type": "string", "nullable": true}}]}}},
            "components": {"schemas": {
                "A": {"type": "string", "nullable": true},
                "B": {"properties": {"a": schema_reference("A"), "b": schema_reference("B")}}
            }}
        }));
        move_to_properties(&mut document);
        assert_eq!(
            document.root()["components"]["schemas"],
            json!({
                "A": {"type": "string"},
                "B": {"properties": {"a": {"allOf": [schema_reference("A")], "nullable": true}, "b": schema_reference("B")}}
            })
        );
        assert_eq!(document.root()["paths"]["/a"]["get"]["parameters"][0]["schema"], json!({"type": "string"}));
    }
}
