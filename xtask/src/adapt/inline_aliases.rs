//! Replaces references to plain values with the values.
//!
//! typify makes a wrapper type of every named string, list or map, which callers would have to
//! unwrap. The names stay as type aliases.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    document::{Document, Pointer, schema_name, walk},
    model::rust_type::RustType,
    problem::{Problem, Problems},
};

/// Replaces references to plain schemas. Returns their types by their names.
pub fn inline(document: &mut Document, problems: &mut Problems) -> BTreeMap<String, RustType> {
    let plain: BTreeMap<String, Value> = document
        .schemas()
        .filter(|(_, schema)| is_plain(schema))
        .map(|(name, schema)| (name.to_owned(), schema.clone()))
        .collect();
    let mut resolved = BTreeMap::new();
    for name in plain.keys() {
        match resolve(&plain, &plain[name], &mut vec![name]) {
            Some(schema) => drop(resolved.insert(name.clone(), schema)),
            // The preflight reports loops of references.
            None if plain[name].get("$ref").is_some() => {}
            None => {
                let message = format!("the schema `{name}` is a list or map of itself");
                problems.push(Problem::new(
                    Pointer::Path(&["components", "schemas", name]),
                    message,
                    "break the loop in a repair",
                ));
            }
        }
    }
    walk::schemas_mut(document, |_, schema| {
        let name = schema.get("$ref").and_then(Value::as_str).and_then(schema_name);
        if let Some(target) = name.and_then(|name| resolved.get(name)) {
            *schema = target.clone();
        }
    });
    if let Some(schemas) = document.schemas_mut() {
        schemas.retain(|name, _| !resolved.contains_key(name));
    }
    resolved.into_iter().map(|(name, schema)| (name, RustType::of(&schema))).collect()
}

/// Whether a schema is a plain value.
fn is_plain(schema: &Value) -> bool {
    let Some(object) = schema.as_object() else { return false };
    let kind = object.get("type").and_then(Value::as_str);
    object.keys().all(|keyword| ["type", "format", "items", "additionalProperties", "$ref"].contains(&keyword.as_str()))
        // The preflight reports arrays without `items`, and unknown types.
        && (kind != Some("array") || object.contains_key("items"))
        && kind.is_none_or(|kind| ["string", "integer", "number", "boolean", "array", "object"].contains(&kind))
}

/// A schema with its references to plain values replaced; `None` for a loop.
fn resolve<'a>(plain: &'a BTreeMap<String, Value>, schema: &'a Value, within: &mut Vec<&'a str>) -> Option<Value> {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(schema_name) {
        let Some(target) = plain.get(name) else { return Some(schema.clone()) };
        if within.contains(&name) {
            return None;
        }
        within.push(name);
        let resolved = resolve(plain, target, within);
        within.pop();
        return resolved;
    }
    let mut resolved = schema.clone();
    for keyword in ["items", "additionalProperties"] {
        let Some(part) = schema.get(keyword).filter(|part| part.is_object()) else { continue };
        resolved[keyword] = resolve(plain, part, within)?;
    }
    Some(resolved)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::schema_reference;

    fn inlined(schemas: Value) -> (Value, BTreeMap<String, RustType>, String) {
        let mut document = Document::new(json!({"openapi": "3.0.1", "components": {"schemas": schemas}}));
        let mut problems = Problems::new();
        let plain = inline(&mut document, &mut problems);
        (document.root()["components"]["schemas"].clone(), plain, problems.to_string())
    }

    #[test]
    fn plain_values_take_the_places_of_their_names() {
        let (schemas, plain, _) = inlined(json!({
            "Thing": {"type": "object", "properties": {"alias": schema_reference("Alias"), "tags": schema_reference("Tags")}},
            "Alias": {"type": "string"},
            "Tags": {"type": "array", "items": schema_reference("Alias")},
            "Things": {"type": "array", "items": schema_reference("Thing")},
            "Kind": {"type": "string", "enum": ["x"]}
        }));
        assert_eq!(
            schemas,
            json!({
                "Thing": {"type": "object", "properties": {
                    "alias": {"type": "string"}, "tags": {"type": "array", "items": {"type": "string"}}
                }},
                "Kind": {"type": "string", "enum": ["x"]}
            })
        );
        assert_eq!(plain.keys().collect::<Vec<_>>(), ["Alias", "Tags", "Things"]);
        assert_eq!(plain["Things"], RustType::List(Box::new(RustType::Named("Thing".to_owned()))));
    }

    #[test]
    fn a_list_of_itself_is_reported() {
        let (schemas, _, problems) = inlined(json!({"A": {"type": "array", "items": schema_reference("A")}}));
        assert!(problems.contains("`A` is a list or map of itself"), "{problems}");
        assert!(schemas.get("A").is_some());
    }
}
