//! Schemas with alternatives, extracted from the document with what tells the alternatives apart.
//!
//! serde takes the first alternative that decodes. Of two objects without required properties that
//! is always the first, and it silently drops the properties of the second. The client chooses an
//! alternative by what only that one declares. That is the JSON type, the values of a shared
//! property such as `type`, or a property of its own. It keeps a value that matches no alternative
//! as it is.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::{
    adapt::member_names,
    document::{Document, Pointer, schema_name},
    model::union::{Alternative, AlternativeKind, Union},
    names::alternative_name,
    problem::{Problem, Problems},
};

/// Extracts all schemas with alternatives; the schemas stay in the document. Alternatives of an
/// unsupported form, and alternatives that nothing distinguishes, are problems.
pub fn extract(document: &Document, sent: &BTreeSet<&str>, problems: &mut Problems) -> Vec<Union> {
    let mut unions = Vec::new();
    for (schema, value) in document.schemas() {
        for keyword in ["oneOf", "anyOf"] {
            let Some(parts) = value.get(keyword).and_then(Value::as_array) else { continue };
            let at = Pointer::Path(&["components", "schemas", schema, keyword]);
            let mut alternatives = Vec::new();
            for (index, part) in parts.iter().enumerate() {
                match alternative_kind(document, part) {
                    Some(kind) => alternatives.push(alternative(schema, kind)),
                    None => problems.push(Problem::new(
                        at.element(index),
                        format!("an alternative of this form is not supported: `{part}`"),
                        "repair the schema, or support the form in xtask/src/adapt/extract/unions.rs",
                    )),
                }
            }
            let mut union = Union { schema: schema.to_owned(), sent: sent.contains(schema), tag: None, alternatives };
            tell_apart(document, &mut union);
            check(&at, &union, problems);
            unions.push(union);
        }
    }
    unions
}

/// Puts the alternatives of every union into an order that does not depend on the document's.
pub fn sort(document: &mut Document) {
    for (_, schema) in document.schemas_mut().into_iter().flatten() {
        for keyword in ["oneOf", "anyOf"] {
            if let Some(parts) = schema.get_mut(keyword).and_then(Value::as_array_mut) {
                parts.sort_by_cached_key(Value::to_string);
            }
        }
    }
}

fn alternative(schema: &str, kind: AlternativeKind) -> Alternative {
    let variant = match &kind {
        AlternativeKind::Object(name) => alternative_name(schema, name),
        AlternativeKind::List(_) => "List".to_owned(),
        AlternativeKind::String => "Text".to_owned(),
        AlternativeKind::Integer => "Integer".to_owned(),
        AlternativeKind::Number => "Number".to_owned(),
        AlternativeKind::Boolean => "Boolean".to_owned(),
    };
    Alternative { variant, kind, tag_values: Vec::new(), own_properties: Vec::new() }
}

fn alternative_kind(document: &Document, part: &Value) -> Option<AlternativeKind> {
    if let Some(name) = part.get("$ref").and_then(Value::as_str).and_then(schema_name) {
        let target = document.schema(name)?;
        let object = target.get("type").and_then(Value::as_str) == Some("object") && target.get("enum").is_none();
        return object.then(|| AlternativeKind::Object(name.to_owned()));
    }
    match part.get("type").and_then(Value::as_str)? {
        "array" => {
            let items = part.get("items")?.get("$ref")?.as_str()?;
            schema_name(items).map(|name| AlternativeKind::List(name.to_owned()))
        }
        "string" if part.get("format").is_none() => Some(AlternativeKind::String),
        "integer" => Some(AlternativeKind::Integer),
        "number" => Some(AlternativeKind::Number),
        "boolean" => Some(AlternativeKind::Boolean),
        _ => None,
    }
}

/// Finds the tag of the objects, and the properties that only one of them has.
fn tell_apart(document: &Document, union: &mut Union) {
    let properties: Vec<Option<&Map<String, Value>>> =
        union.alternatives.iter().map(|one| properties(document, one)).collect();
    let objects: Vec<&Map<String, Value>> = properties.iter().copied().flatten().collect();
    let Some(first) = objects.first().filter(|_| objects.len() > 1) else { return };
    let tag = first.keys().find(|name| {
        let values: Vec<Vec<String>> = objects.iter().map(|object| enum_values(document, object.get(*name))).collect();
        let all: Vec<&String> = values.iter().flatten().collect();
        values.iter().all(|values| !values.is_empty()) && all.iter().collect::<BTreeSet<_>>().len() == all.len()
    });
    for (index, own) in properties.iter().enumerate() {
        let Some(own) = own else { continue };
        let others: Vec<_> =
            properties.iter().enumerate().filter(|(other, _)| *other != index).filter_map(|(_, other)| *other).collect();
        let schema = match &union.alternatives[index].kind {
            AlternativeKind::Object(schema) => document.schema(schema),
            _ => None,
        };
        let own_properties = own.keys().filter(|name| !others.iter().any(|other| other.contains_key(*name)));
        let own_properties = own_properties
            .map(|name| schema.map_or(name.as_str(), |schema| member_names::wire_name(schema, name)).to_owned())
            .collect();
        let alternative = &mut union.alternatives[index];
        alternative.own_properties = own_properties;
        alternative.tag_values = tag.map(|tag| enum_values(document, own.get(tag))).unwrap_or_default();
    }
    union.tag = tag.cloned();
}

fn properties<'a>(document: &'a Document, alternative: &Alternative) -> Option<&'a Map<String, Value>> {
    let AlternativeKind::Object(name) = &alternative.kind else { return None };
    document.schema(name)?.get("properties")?.as_object()
}

/// The values of an enum behind a reference.
fn enum_values(document: &Document, property: Option<&Value>) -> Vec<String> {
    let name = property.and_then(|property| property.get("$ref")).and_then(Value::as_str).and_then(schema_name);
    let target = name.and_then(|name| document.schema(name));
    let values = target.and_then(|target| target.get("enum")).and_then(Value::as_array).into_iter().flatten();
    values.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Reports alternatives that nothing distinguishes, and those with the same name.
fn check(at: &Pointer<'_>, union: &Union, problems: &mut Problems) {
    for (index, alternative) in union.alternatives.iter().enumerate() {
        let at = at.element(index);
        let others = || union.alternatives.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, other)| other);
        if others().any(|other| other.variant == alternative.variant) {
            let message = format!("two alternatives of `{}` have the variant name `{}`", union.schema, alternative.variant);
            problems.push(Problem::new(at, message, "drop one of them in a repair: they are the same"));
        }
        let alone = others().all(|other| other.kind.json_type() != alternative.kind.json_type());
        if !alone && alternative.tag_values.is_empty() && alternative.own_properties.is_empty() {
            let message = format!(
                "no property distinguishes the alternative `{}` of `{}` from the others",
                alternative.variant, union.schema
            );
            let help = "declare in a repair what the service sends (xtask/src/repair/vendor/unions.rs)";
            problems.push(Problem::new(at, message, help));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::schema_reference;

    fn extracted(schemas: Value) -> Result<Vec<Union>, Problems> {
        let mut problems = Problems::new();
        let unions = extract(&Document::new(json!({"components": {"schemas": schemas}})), &BTreeSet::new(), &mut problems);
        problems.into_result().map(|()| unions)
    }

    #[test]
    fn a_tag_tells_objects_apart() {
        let unions = extracted(json!({
            "U": {"oneOf": [schema_reference("A"), schema_reference("B")]},
            "A": {"type": "object", "properties": {"type": schema_reference("AType"), "x": {}}},
            "B": {"type": "object", "properties": {"type": schema_reference("BType"), "x": {}}},
            "AType": {"type": "string", "enum": ["a", "aa"]},
            "BType": {"type": "string", "enum": ["b"]}
        }))
        .expect("union");
        assert_eq!(unions[0].tag.as_deref(), Some("type"));
        assert_eq!(unions[0].alternatives[0].tag_values, ["a", "aa"]);
        assert_eq!(unions[0].alternatives[1].tag_values, ["b"]);
    }

    #[test]
    fn a_property_of_its_own_tells_objects_apart() {
        let unions = extracted(json!({
            "OnCall": {"oneOf": [schema_reference("OnCallUsers"), schema_reference("Rest")]},
            "OnCallUsers": {"type": "object", "properties": {"users": {}, "next": {}}},
            "Rest": {"type": "object", "properties": {"participants": {}, "next": {}}}
        }))
        .expect("union");
        assert_eq!(unions[0].tag, None);
        assert_eq!(unions[0].alternatives[0].variant, "Users");
        assert_eq!(unions[0].alternatives[0].own_properties, ["users"]);
        assert_eq!(unions[0].alternatives[1].own_properties, ["participants"]);
    }

    #[test]
    fn json_types_tell_apart() {
        let unions = extracted(json!({
            "U": {"oneOf": [schema_reference("A"), {"type": "string"}, {"type": "array", "items": schema_reference("A")}, {"type": "integer"}]},
            "A": {"type": "object"}
        }))
        .expect("union");
        let kinds: Vec<_> = unions[0].alternatives.iter().map(|one| one.kind.clone()).collect();
        assert_eq!(
            kinds,
            [
                AlternativeKind::Object("A".to_owned()),
                AlternativeKind::String,
                AlternativeKind::List("A".to_owned()),
                AlternativeKind::Integer
            ]
        );
    }

    #[test]
    fn what_cannot_be_told_apart_is_reported() {
        let text = extracted(json!({
            "U": {"oneOf": [schema_reference("A"), schema_reference("B"), {"type": "integer"}, {"type": "number"}, {"not": {}}]},
            "A": {"type": "object", "properties": {"x": {}}},
            "B": {"type": "object", "properties": {"x": {}}}
        }))
        .expect_err("problems")
        .to_string();
        assert!(text.contains("5 problems"), "{text}");
        assert!(text.contains("no property distinguishes the alternative `A` of `U` from the others"), "{text}");
        assert!(text.contains("/oneOf/4: an alternative of this form is not supported"), "{text}");
    }
}
