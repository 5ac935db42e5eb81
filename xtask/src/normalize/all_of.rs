//! `allOf`: objects that are put together of references and own properties become one object each.

use serde_json::{Map, Value, json};

use crate::{
    document::{Document, schema_name, walk},
    problem::{Problem, Problems},
};

/// Keywords that say nothing of the type of a value.
const ANNOTATIONS: [&str; 18] = [
    "nullable",
    "deprecated",
    "readOnly",
    "writeOnly",
    "default",
    "discriminator",
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
    "minProperties",
    "maxProperties",
];

/// Keywords of an object that can be put together.
const OBJECT: [&str; 4] = ["type", "properties", "required", "additionalProperties"];

/// Flattens every `allOf` whose parts are objects. A part that only annotates another goes. What
/// has another form stays, and the preflight reports it.
pub fn flatten(document: &mut Document, notes: &mut Problems) {
    let mut any = false;
    walk::schemas_mut(document, |_, schema| {
        any |= schema.get("allOf").and_then(Value::as_array).is_some_and(|parts| !is_plain_reference(schema, parts));
    });
    if !any {
        return;
    }
    let named: Map<String, Value> = document.schemas().map(|(name, schema)| (name.to_owned(), schema.clone())).collect();
    walk::schemas_mut(document, |at, schema| {
        let mut twice = Vec::new();
        if let Some(flat) = flattened(schema, &named, &mut Vec::new(), &mut twice) {
            *schema = flat;
            for name in twice {
                let message = format!("the parts of `allOf` declare `{name}` in two ways; the last one is used");
                notes.push(Problem::new(at, message, "if another one is right, add a repair"));
            }
        }
    });
}

/// Whether a schema is `allOf` one reference and nothing else, as the document writes references.
fn is_plain_reference(schema: &Value, parts: &[Value]) -> bool {
    let members = schema.as_object().into_iter().flatten();
    parts.len() == 1 && parts[0].get("$ref").is_some() && members.into_iter().all(|(key, _)| key == "allOf")
}

/// A schema without its `allOf`; `None` where it has none, or one of an unsupported form.
fn flattened(
    schema: &Value,
    named: &Map<String, Value>,
    within: &mut Vec<String>,
    twice: &mut Vec<String>,
) -> Option<Value> {
    let mut own = schema.as_object()?.clone();
    let Some(Value::Array(mut parts)) = own.shift_remove("allOf") else { return None };
    let declared = parts.len();
    let mut annotations = Map::new();
    parts.retain(|part| match part.as_object() {
        Some(part) if part.keys().all(|key| is_annotation(key)) => {
            annotations.extend(part.clone());
            false
        }
        _ => true,
    });
    let plain_own = own.keys().all(|key| is_annotation(key) || key == "type");
    if let ([only], true) = (&parts[..], plain_own) {
        // One reference stays as it is: the document writes plain references so.
        return match only.get("$ref") {
            Some(_) if declared == 1 => None,
            Some(_) => {
                own.shift_remove("type");
                own.extend(annotations);
                own.insert("allOf".to_owned(), json!([only]));
                Some(Value::Object(own))
            }
            None => {
                let mut whole = only.as_object()?.clone();
                whole.extend(annotations);
                whole.extend(own);
                Some(Value::Object(whole))
            }
        };
    }
    let mut whole = Map::new();
    for part in parts {
        add(&mut whole, &resolved(&part, named, within, twice)?, twice)?;
    }
    add(&mut whole, &Value::Object(own), twice)?;
    whole.extend(annotations);
    whole.insert("type".to_owned(), "object".into());
    Some(Value::Object(whole))
}

fn is_annotation(keyword: &str) -> bool {
    ANNOTATIONS.contains(&keyword) || keyword.starts_with("x-")
}

/// A part without references and `allOf` of its own; `None` for a loop, and for a schema that is
/// missing.
fn resolved(part: &Value, named: &Map<String, Value>, within: &mut Vec<String>, twice: &mut Vec<String>) -> Option<Value> {
    let Some(reference) = part.get("$ref") else {
        return if part.get("allOf").is_some() { flattened(part, named, within, twice) } else { Some(part.clone()) };
    };
    let name = schema_name(reference.as_str()?)?;
    if within.iter().any(|outer| outer == name) {
        return None;
    }
    within.push(name.to_owned());
    let target = named.get(name).and_then(|target| match target.get("allOf").and_then(Value::as_array) {
        // A plain reference.
        Some(parts) if parts.len() == 1 && parts[0].get("$ref").is_some() => resolved(&parts[0], named, within, twice),
        _ => resolved(target, named, within, twice),
    });
    within.pop();
    // What may be null, or is deprecated, is the base alone.
    let mut target = target?.as_object()?.clone();
    target.retain(|key, _| !is_annotation(key));
    Some(Value::Object(target))
}

/// Adds an object to another; `None` if it is not one.
fn add(whole: &mut Map<String, Value>, part: &Value, twice: &mut Vec<String>) -> Option<()> {
    let part = part.as_object()?;
    let is_object = part.get("type").is_none_or(|kind| kind == "object");
    if !is_object || !part.keys().all(|key| is_annotation(key) || OBJECT.contains(&key.as_str())) {
        return None;
    }
    for (key, value) in part {
        match (key.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                let known = whole.entry("properties").or_insert_with(|| json!({})).as_object_mut()?;
                for (name, property) in properties {
                    if known.get(name).is_some_and(|before| !is_same(before, property)) {
                        twice.push(name.clone());
                    }
                    known.insert(name.clone(), property.clone());
                }
            }
            ("required", Value::Array(names)) => {
                let known = whole.entry("required").or_insert_with(|| json!([])).as_array_mut()?;
                names.iter().for_each(|name| {
                    if !known.contains(name) {
                        known.push(name.clone());
                    }
                });
            }
            _ => drop(whole.insert(key.clone(), value.clone())),
        }
    }
    Some(())
}

/// Whether two schemas have the same type.
fn is_same(left: &Value, right: &Value) -> bool {
    let typed = |schema: &Value| {
        let mut schema = schema.as_object().cloned().unwrap_or_default();
        schema.retain(|key, _| !is_annotation(key));
        schema
    };
    typed(left) == typed(right)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::schema_reference;

    fn flat(schema: Value) -> (Value, Vec<String>) {
        let mut document = Document::new(json!({"components": {"schemas": {
            "Base": {"type": "object", "required": ["id"], "discriminator": {"propertyName": "id"}, "properties": {
                "id": {"type": "string"}, "at": {"type": "string", "format": "date-time"}
            }},
            "Named": {"allOf": [schema_reference("Base"), {"properties": {"name": {"type": "string"}}}]},
            "Loop": {"allOf": [schema_reference("Loop"), {"properties": {}}]},
            "Word": {"type": "string"},
            "A": schema
        }}}));
        let mut notes = Problems::new();
        flatten(&mut document, &mut notes);
        let messages = notes.iter().map(|note| note.message.clone()).collect();
        (document.root()["components"]["schemas"]["A"].clone(), messages)
    }

    #[test]
    fn a_reference_and_an_object_are_one_object() {
        let own = json!({"type": "object", "required": ["note"], "properties": {"note": {"type": "string"}}});
        let (flat, notes) =
            flat(json!({"allOf": [schema_reference("Named"), own], "properties": {"x": {}}, "nullable": true}));
        assert_eq!(
            flat,
            json!({"type": "object", "nullable": true, "required": ["id", "note"], "properties": {
                "id": {"type": "string"}, "at": {"type": "string", "format": "date-time"}, "name": {"type": "string"},
                "note": {"type": "string"}, "x": {}
            }})
        );
        assert!(notes.is_empty(), "{notes:?}");
    }

    #[test]
    fn the_last_declaration_of_a_property_is_used_and_reported() {
        let (flat, notes) = flat(json!({"allOf": [
            schema_reference("Base"), {"properties": {"id": {"type": "string", "maxLength": 9}, "at": {"type": "string"}}}
        ]}));
        assert_eq!(flat["properties"]["at"], json!({"type": "string"}));
        assert_eq!(notes, ["the parts of `allOf` declare `at` in two ways; the last one is used"]);
    }

    #[test]
    fn a_part_that_annotates_goes() {
        let only = json!({"allOf": [schema_reference("Word")], "nullable": true});
        assert_eq!(flat(only.clone()).0, only);
        assert_eq!(flat(json!({"allOf": [schema_reference("Word"), {"nullable": true}]})).0, only);
        assert_eq!(
            flat(json!({"allOf": [{"type": "string"}, {"maxLength": 3}]})).0,
            json!({"type": "string", "maxLength": 3})
        );
    }

    #[test]
    fn other_forms_stay() {
        for schema in [
            json!({"allOf": [schema_reference("Word"), {"properties": {}}]}),
            json!({"allOf": [schema_reference("Gone"), {"properties": {}}]}),
            json!({"allOf": [schema_reference("Loop"), {"properties": {}}]}),
            json!({"allOf": [schema_reference("Base"), {"oneOf": [{}, {}]}]}),
        ] {
            assert_eq!(flat(schema.clone()).0, schema);
        }
    }
}
