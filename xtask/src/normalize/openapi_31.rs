//! OpenAPI 3.1 that 3.0 can say too: types with `null`, lists of types, `const`, bounds that are
//! numbers, and booleans as schemas.

use serde_json::{Map, Value, json};

use crate::document::{Document, walk};

/// The version of the result.
const VERSION: &str = "3.0.3";

/// The type of `null`, which OpenAPI 3.0 says with `nullable`.
const NULL: &str = "null";

/// Rewrites a document of OpenAPI 3.1 as one of 3.0. A document of 3.0 with these keywords is
/// rewritten too.
pub fn convert(document: &mut Document) {
    if let Some(version) = document.root_mut().get_mut("openapi")
        && version.as_str().is_some_and(|version| version.starts_with("3.1."))
    {
        *version = VERSION.into();
    }
    walk::roots_mut(document, |_, schema| flag_to_schema(schema));
    walk::schemas_mut(document, |_, schema| {
        if let Some(schema) = schema.as_object_mut() {
            constant(schema);
            null_alternatives(schema);
            types(schema);
            bounds(schema);
            binary(schema);
        }
    });
    // Parents after their children: a boolean is no object, and so no child of the walk.
    walk::schemas_mut(document, |_, schema| booleans(schema));
}

fn booleans(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        // `false`: an object with the property is invalid.
        properties.retain(|_, property| *property != Value::Bool(false));
        properties.values_mut().for_each(flag_to_schema);
    }
    if let Some(items) = schema.get_mut("items") {
        flag_to_schema(items);
    }
    for keyword in walk::COMBINATORS {
        let parts = schema.get_mut(keyword).and_then(Value::as_array_mut);
        parts.into_iter().flatten().for_each(flag_to_schema);
    }
}

/// `true` takes every value, and `false` none. A tolerant client takes what comes.
fn flag_to_schema(schema: &mut Value) {
    if schema.is_boolean() {
        *schema = json!({});
    }
}

/// `const` becomes an enum of one value. Beside an enum it goes: the values that exist stay.
fn constant(schema: &mut Map<String, Value>) {
    let Some(value) = schema.shift_remove("const") else { return };
    if value.is_null() {
        schema.insert("nullable".to_owned(), true.into());
        return;
    }
    let kind = match &value {
        Value::String(_) => Some("string"),
        Value::Bool(_) => Some("boolean"),
        Value::Number(number) => Some(if number.is_f64() { "number" } else { "integer" }),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    let Some(kind) = kind else { return };
    schema.entry("type").or_insert_with(|| kind.into());
    schema.entry("enum").or_insert_with(|| json!([value]));
}

/// `anyOf: [A, null]` becomes `A` with `nullable`.
fn null_alternatives(schema: &mut Map<String, Value>) {
    for keyword in ["oneOf", "anyOf"] {
        let Some(parts) = schema.get_mut(keyword).and_then(Value::as_array_mut) else { continue };
        let before = parts.len();
        // Children come first, so a `null` is a schema that is nullable and nothing else.
        parts.retain(|part| *part != json!({"nullable": true}));
        if parts.len() == before {
            continue;
        }
        let only = if parts.len() == 1 { parts.pop() } else { None };
        if parts.is_empty() {
            schema.shift_remove(keyword);
        }
        match only {
            // OpenAPI 3.0 ignores what stands beside a reference.
            Some(reference) if reference.get("$ref").is_some() => {
                schema.insert("allOf".to_owned(), json!([reference]));
            }
            Some(Value::Object(only)) => only.into_iter().for_each(|(key, value)| {
                schema.entry(key).or_insert(value);
            }),
            _ => {}
        }
        schema.insert("nullable".to_owned(), true.into());
    }
}

/// A list of types becomes one type, or alternatives.
fn types(schema: &mut Map<String, Value>) {
    let mut types: Vec<String> = match schema.get("type") {
        Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(one)) if one == NULL => vec![NULL.to_owned()],
        _ => return,
    };
    let may_be_null = types.iter().any(|one| one == NULL);
    types.retain(|one| one != NULL);
    types.dedup();
    // A whole number is a number.
    if types.iter().any(|one| one == "number") {
        types.retain(|one| one != "integer");
    }
    if may_be_null {
        schema.insert("nullable".to_owned(), true.into());
    }
    match &types[..] {
        [] => drop(schema.shift_remove("type")),
        [only] => drop(schema.insert("type".to_owned(), only.as_str().into())),
        several => {
            // Alternatives are objects or plain values. A list or an object beside another type is
            // any value, which is kept as it comes.
            let is_plain = several.iter().all(|one| !["array", "object"].contains(&one.as_str()));
            let parts: Vec<Value> = several.iter().map(|one| json!({ "type": one })).collect();
            for keyword in ["type", "format", "items", "properties", "required", "additionalProperties", "enum"] {
                schema.shift_remove(keyword);
            }
            if is_plain {
                schema.insert("anyOf".to_owned(), parts.into());
            }
        }
    }
}

/// A bound that is a number becomes the limit with a flag.
fn bounds(schema: &mut Map<String, Value>) {
    for (bound, limit) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if let Some(number) = schema.get(bound).filter(|bound| bound.is_number()).cloned() {
            schema.insert(limit.to_owned(), number);
            schema.insert(bound.to_owned(), true.into());
        }
    }
}

/// Bytes are a string with a media type in 3.1, and a format in 3.0.
fn binary(schema: &mut Map<String, Value>) {
    let media_type = schema.shift_remove("contentMediaType");
    let encoding = schema.shift_remove("contentEncoding");
    if media_type.is_some() && encoding.is_none() {
        schema.entry("type").or_insert_with(|| "string".into());
        schema.entry("format").or_insert_with(|| "binary".into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::schema_reference;

    fn converted(schema: Value) -> Value {
        let mut document = Document::new(json!({"openapi": "3.1.0", "paths": {}, "components": {"schemas": {"A": schema}}}));
        convert(&mut document);
        assert_eq!(document.root()["openapi"], "3.0.3");
        document.root()["components"]["schemas"]["A"].clone()
    }

    #[test]
    fn null_among_types_is_nullable() {
        assert_eq!(converted(json!({"type": ["string", "null"]})), json!({"type": "string", "nullable": true}));
        assert_eq!(converted(json!({"type": ["string"]})), json!({"type": "string"}));
        assert_eq!(converted(json!({"type": "null"})), json!({"nullable": true}));
        let other = schema_reference("B");
        assert_eq!(converted(json!({"anyOf": [other, {"type": "null"}]})), json!({"allOf": [other], "nullable": true}));
        assert_eq!(
            converted(json!({"oneOf": [{"type": "string", "enum": ["a"]}, {"type": "null"}]})),
            json!({"type": "string", "enum": ["a"], "nullable": true})
        );
        assert_eq!(
            converted(json!({"oneOf": [other, {"type": "null"}, {"type": "string"}]})),
            json!({"oneOf": [other, {"type": "string"}], "nullable": true})
        );
    }

    #[test]
    fn several_types_are_alternatives() {
        assert_eq!(
            converted(json!({"type": ["integer", "string", "null"], "format": "int32"})),
            json!({"anyOf": [{"type": "integer"}, {"type": "string"}], "nullable": true})
        );
        assert_eq!(converted(json!({"type": ["string", "array"], "items": {"type": "string"}})), json!({}));
        assert_eq!(converted(json!({"type": ["integer", "number"]})), json!({"type": "number"}));
    }

    #[test]
    fn a_constant_is_an_enum_of_one_value() {
        assert_eq!(converted(json!({"const": "a"})), json!({"type": "string", "enum": ["a"]}));
        assert_eq!(converted(json!({"const": 2})), json!({"type": "integer", "enum": [2]}));
        let known = json!({"type": "string", "enum": ["a", "b"]});
        assert_eq!(converted(json!({"type": "string", "enum": ["a", "b"], "const": "a"})), known);
    }

    #[test]
    fn bounds_booleans_and_bytes_have_the_form_of_3_0() {
        assert_eq!(converted(json!({"exclusiveMinimum": 1})), json!({"minimum": 1, "exclusiveMinimum": true}));
        assert_eq!(
            converted(json!({"properties": {"a": true, "b": false}, "items": true, "additionalProperties": false})),
            json!({"properties": {"a": {}}, "items": {}, "additionalProperties": false})
        );
        assert_eq!(converted(json!({"contentMediaType": "image/png"})), json!({"type": "string", "format": "binary"}));
        let coded = json!({"type": "string", "contentMediaType": "image/png", "contentEncoding": "base64"});
        assert_eq!(converted(coded), json!({"type": "string"}));
    }

    #[test]
    fn a_document_of_3_0_stays() {
        let root = json!({"openapi": "3.0.1", "components": {"schemas": {"A": {
            "type": "integer", "exclusiveMinimum": true, "minimum": 1, "nullable": true
        }}}});
        let mut document = Document::new(root.clone());
        convert(&mut document);
        assert_eq!(*document.root(), root);
    }
}
