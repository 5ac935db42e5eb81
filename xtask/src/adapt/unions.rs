//! Schemas with alternatives, lifted out of the document with what tells the alternatives apart.
//!
//! serde's way, the first alternative that decodes, takes the first of two objects without required properties for everything
//! and drops the rest in silence. Here an alternative is chosen by what it declares and the others do not: the JSON type, the
//! values of a shared property such as `type`, or a property of its own. A value that no alternative claims is kept raw.

use std::collections::BTreeSet;

use heck::ToPascalCase;
use serde_json::{Map, Value};

use super::enums::UNKNOWN;
use crate::{
    document::{Document, child, pointer, schema_name},
    problem::{Problem, Problems},
};

/// A schema with alternatives, under its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Union {
    /// The name of the schema.
    pub schema: String,
    /// The property whose value may tell objects apart.
    pub tag: Option<String>,
    /// The alternatives in the order of the document.
    pub alternatives: Vec<Alternative>,
}

/// One alternative of a union.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// The name of its variant.
    pub variant: String,
    /// What it is.
    pub holds: Holds,
    /// Values of the tag that only this alternative has.
    pub tag_values: Vec<String>,
    /// Properties that only this alternative has.
    pub own_properties: Vec<String>,
}

/// What an alternative is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holds {
    /// A named schema that is an object.
    Object(String),
    /// A list of a named schema.
    List(String),
    /// A string.
    Text,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// A boolean.
    Boolean,
}

impl Holds {
    /// The JSON type by which it can be told from the others; numbers of both kinds are one type.
    fn json_type(&self) -> &'static str {
        match self {
            Self::Object(_) => "object",
            Self::List(_) => "array",
            Self::Text => "string",
            Self::Integer | Self::Number => "number",
            Self::Boolean => "boolean",
        }
    }
}

/// Finds all schemas with alternatives; the schemas stay where they are. Alternatives of a form that has no code, or that
/// nothing tells apart, are problems.
pub fn lift(document: &Document, problems: &mut Problems) -> Vec<Union> {
    let mut unions = Vec::new();
    for (schema, value) in document.schemas() {
        for keyword in ["oneOf", "anyOf"] {
            let Some(parts) = value.get(keyword).and_then(Value::as_array) else { continue };
            let at = pointer(&["components", "schemas", schema, keyword]);
            let mut alternatives = Vec::new();
            for (index, part) in parts.iter().enumerate() {
                match holds(document, part) {
                    Some(holds) => alternatives.push(alternative(schema, holds)),
                    None => problems.push(Problem::new(
                        format!("{at}/{index}"),
                        format!("an alternative of this form is not supported: `{part}`"),
                        "teach xtask/src/adapt/unions.rs the form, or repair the schema",
                    )),
                }
            }
            let mut union = Union { schema: schema.to_owned(), tag: None, alternatives };
            tell_apart(document, &mut union);
            check(&at, &union, problems);
            unions.push(union);
        }
    }
    unions
}

fn alternative(schema: &str, holds: Holds) -> Alternative {
    let variant = match &holds {
        Holds::Object(name) => short_name(schema, name),
        Holds::List(_) => "List".to_owned(),
        Holds::Text => "Text".to_owned(),
        Holds::Integer => "Integer".to_owned(),
        Holds::Number => "Number".to_owned(),
        Holds::Boolean => "Boolean".to_owned(),
    };
    Alternative { variant, holds, tag_values: Vec::new(), own_properties: Vec::new() }
}

/// The name of a schema without the words that it shares with the name of the union.
fn short_name(union: &str, name: &str) -> String {
    let whole = name.to_pascal_case();
    let short = match whole.strip_prefix(&union.to_pascal_case()) {
        Some(rest) if rest.chars().next().is_some_and(char::is_alphabetic) => rest.to_owned(),
        _ => whole,
    };
    // That name is the one of the variant for everything else.
    if short == UNKNOWN { format!("{short}Value") } else { short }
}

fn holds(document: &Document, part: &Value) -> Option<Holds> {
    if let Some(name) = part.get("$ref").and_then(Value::as_str).and_then(schema_name) {
        let target = document.schema(name)?;
        let object = target.get("type").and_then(Value::as_str) == Some("object") && target.get("enum").is_none();
        return object.then(|| Holds::Object(name.to_owned()));
    }
    match part.get("type").and_then(Value::as_str)? {
        "array" => {
            let items = part.get("items")?.get("$ref")?.as_str()?;
            schema_name(items).map(|name| Holds::List(name.to_owned()))
        }
        "string" if part.get("format").is_none() => Some(Holds::Text),
        "integer" => Some(Holds::Integer),
        "number" => Some(Holds::Number),
        "boolean" => Some(Holds::Boolean),
        _ => None,
    }
}

/// Finds the tag of the objects and the properties that each has for itself.
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
        let alternative = &mut union.alternatives[index];
        alternative.own_properties =
            own.keys().filter(|name| !others.iter().any(|other| other.contains_key(*name))).cloned().collect();
        alternative.tag_values = tag.map(|tag| enum_values(document, own.get(tag))).unwrap_or_default();
    }
    union.tag = tag.cloned();
}

fn properties<'a>(document: &'a Document, alternative: &Alternative) -> Option<&'a Map<String, Value>> {
    let Holds::Object(name) = &alternative.holds else { return None };
    document.schema(name)?.get("properties")?.as_object()
}

/// The values of an enum that stands behind a reference.
fn enum_values(document: &Document, property: Option<&Value>) -> Vec<String> {
    let name = property.and_then(|property| property.get("$ref")).and_then(Value::as_str).and_then(schema_name);
    let target = name.and_then(|name| document.schema(name));
    let values = target.and_then(|target| target.get("enum")).and_then(Value::as_array).into_iter().flatten();
    values.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Reports alternatives that nothing tells apart, or that would have one name.
fn check(at: &str, union: &Union, problems: &mut Problems) {
    for (index, alternative) in union.alternatives.iter().enumerate() {
        let at = child(at, &index.to_string());
        let others = || union.alternatives.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, other)| other);
        if others().any(|other| other.variant == alternative.variant) {
            let message = format!("two alternatives of `{}` come to one variant `{}`", union.schema, alternative.variant);
            problems.push(Problem::new(&at, message, "repair the union: the alternatives are the same"));
        }
        let alone = others().all(|other| other.holds.json_type() != alternative.holds.json_type());
        if !alone && alternative.tag_values.is_empty() && alternative.own_properties.is_empty() {
            let message =
                format!("nothing tells the alternative `{}` of `{}` from the others", alternative.variant, union.schema);
            let help = "say in a repair what the service sends (xtask/src/repair/vendor/unions.rs)";
            problems.push(Problem::new(at, message, help));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::schema_reference;

    fn lifted(schemas: Value) -> Result<Vec<Union>, Problems> {
        let mut problems = Problems::new();
        let unions = lift(&Document::new(json!({"components": {"schemas": schemas}})), &mut problems);
        problems.into_result().map(|()| unions)
    }

    #[test]
    fn a_tag_tells_objects_apart() {
        let unions = lifted(json!({
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
        let unions = lifted(json!({
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
        let unions = lifted(json!({
            "U": {"oneOf": [schema_reference("A"), {"type": "string"}, {"type": "array", "items": schema_reference("A")}, {"type": "integer"}]},
            "A": {"type": "object"}
        }))
        .expect("union");
        let holds: Vec<_> = unions[0].alternatives.iter().map(|one| one.holds.clone()).collect();
        assert_eq!(holds, [Holds::Object("A".to_owned()), Holds::Text, Holds::List("A".to_owned()), Holds::Integer]);
    }

    #[test]
    fn what_cannot_be_told_apart_is_reported() {
        let text = lifted(json!({
            "U": {"oneOf": [schema_reference("A"), schema_reference("B"), {"type": "integer"}, {"type": "number"}, {"not": {}}]},
            "A": {"type": "object", "properties": {"x": {}}},
            "B": {"type": "object", "properties": {"x": {}}}
        }))
        .expect_err("problems")
        .to_string();
        assert!(text.contains("5 problems"), "{text}");
        assert!(text.contains("nothing tells the alternative `A` of `U` from the others"), "{text}");
        assert!(text.contains("/oneOf/4: an alternative of this form is not supported"), "{text}");
    }
}
