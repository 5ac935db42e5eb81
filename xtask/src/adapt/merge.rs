//! Merges schemas that mean the same into one type.
//!
//! The document repeats enums and small objects wherever they occur, and each would become a type
//! of its own: seven priorities, eight weekdays. The overlay lists which are the same. The
//! generator does not guess: two schemas may be equal by chance, and differ in the next document.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    document::{Document, Pointer, schema_name, schema_reference, walk},
    overlay::EqualSchemas,
    problem::{Problem, Problems},
};

/// Merges schemas under their common names. Returns the new name of each.
///
/// A schema that differs from the others of its group, in a way that one type cannot have both,
/// keeps a type of its own.
pub fn merge(
    document: &mut Document,
    groups: &BTreeMap<String, EqualSchemas>,
    problems: &mut Problems,
) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for (common, EqualSchemas { place: (file, at), schemas }) in groups {
        if document.schema(common).is_some() && !schemas.contains(common) {
            let message = format!("the document has a schema `{common}`, which is not a member");
            problems.push(Problem::in_overlay(file, at, message, format!("choose another name in spec/overlay/{file}")));
            continue;
        }
        for member in schemas {
            if let Some(other) = names.get(member) {
                let message = format!("`{member}` is also a member of `{other}`");
                let help = format!("leave it in one of them in spec/overlay/{file}");
                problems.push(Problem::in_overlay(file, format!("{at}/schemas"), message, help));
            } else {
                names.insert(member.clone(), common.clone());
            }
        }
    }
    // A member that keeps its own type may make a member of another group differ.
    let united = loop {
        let mut united = BTreeMap::new();
        let mut different = Vec::new();
        for (common, group) in groups {
            let members = group.schemas.iter().filter(|member| names.get(*member) == Some(common));
            let members = members.filter_map(|member| Some((member, renamed(document.schema(member)?, &names))));
            if let Some(schema) = unite(members, |first, member| different.push((group, first.clone(), member.clone()))) {
                united.insert(common.clone(), schema);
            }
        }
        if different.is_empty() {
            break united;
        }
        for (EqualSchemas { place: (file, at), .. }, first, member) in different {
            let message = format!("`{first}` and `{member}` are not the same any more; `{member}` has a type of its own");
            let help = format!("take `{member}` out in spec/overlay/{file}, or repair the difference");
            problems.push(Problem::in_overlay(file, format!("{at}/schemas"), message, help));
            names.remove(&member);
        }
    };
    for (common, (differing, _)) in &united {
        let Some(EqualSchemas { place: (file, at), .. }) = groups.get(common) else { continue };
        for member in differing {
            let message =
                format!("`{member}` differs from the other members of `{common}`, which has what all of them have");
            let help =
                format!("take `{member}` out in spec/overlay/{file} if it is another type now, or repair the difference");
            problems.push(Problem::in_overlay(file, format!("{at}/schemas"), message, help));
        }
    }
    walk::schemas_mut(document, |_, schema| rename(schema, &names));
    let Some(schemas) = document.schemas_mut() else { return names };
    schemas.retain(|name, _| !names.contains_key(name));
    schemas.extend(united.into_iter().map(|(common, (_, schema))| (common, schema)));
    names
}

/// Lets a reference name the common type.
fn rename(schema: &mut Value, names: &BTreeMap<String, String>) {
    let name = schema.get("$ref").and_then(Value::as_str).and_then(schema_name);
    if let Some(common) = name.and_then(|name| names.get(name)) {
        *schema = schema_reference(common);
    }
}

/// A schema in which references name the common types.
fn renamed(schema: &Value, names: &BTreeMap<String, String>) -> Value {
    let mut schema = schema.clone();
    walk::children_mut(&Pointer::Root, &mut schema, |at, part| rename_all(at, part, names));
    schema
}

fn rename_all(at: &Pointer<'_>, schema: &mut Value, names: &BTreeMap<String, String>) {
    rename(schema, names);
    walk::children_mut(at, schema, |at, part| rename_all(at, part, names));
}

/// One schema for several, with the names of those that differ from the first. `separate` is called
/// for each that cannot be united with the first.
fn unite<'a>(
    mut members: impl Iterator<Item = (&'a String, Value)>,
    mut separate: impl FnMut(&String, &String),
) -> Option<(Vec<String>, Value)> {
    let (first, first_schema) = members.next()?;
    let mut known = first_schema.clone();
    let mut differing = Vec::new();
    for (member, schema) in members {
        if add_values(&mut known, &schema) || comparable(&first_schema) == comparable(&schema) {
            continue;
        }
        if add_alternatives(&mut known, &schema) {
            differing.push(member.clone());
        } else {
            separate(first, member);
        }
    }
    Some((differing, known))
}

/// Adds the alternatives of one union to another; `false` where anything else differs.
fn add_alternatives(known: &mut Value, schema: &Value) -> bool {
    for keyword in ["oneOf", "anyOf"] {
        let (Some(alternatives), Some(more)) = (list(known, keyword), list(schema, keyword)) else { continue };
        let added: Vec<Value> = more.iter().filter(|part| !alternatives.contains(part)).cloned().collect();
        let all = [alternatives.clone(), added].concat();
        let mut same = schema.clone();
        same[keyword] = Value::Array(alternatives.clone());
        if comparable(&same) == comparable(known) {
            known[keyword] = Value::Array(all);
            return true;
        }
    }
    false
}

fn list<'a>(schema: &'a Value, keyword: &str) -> Option<&'a Vec<Value>> {
    schema.get(keyword)?.as_array()
}

/// Adds the values of one enum to another; `false` where they are not both enums.
fn add_values(known: &mut Value, schema: &Value) -> bool {
    let known = known.get_mut("enum").and_then(Value::as_array_mut);
    let (Some(known), Some(values)) = (known, schema.get("enum").and_then(Value::as_array)) else { return false };
    for value in values {
        if !known.contains(value) {
            known.push(value.clone());
        }
    }
    true
}

/// A schema in a form in which the order of its required properties does not matter.
fn comparable(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.sort_by(|left, right| left.as_str().cmp(&right.as_str()));
    }
    schema
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn merged(schemas: Value, groups: Value) -> (Value, String) {
        let mut document = Document::new(json!({"openapi": "3.0.1", "components": {"schemas": schemas}}));
        let groups: BTreeMap<String, Vec<String>> = serde_json::from_value(groups).expect("groups");
        let place = |name: &str| ("shared.yaml".to_owned(), format!("/merge/{name}"));
        let groups = groups
            .into_iter()
            .map(|(name, schemas)| (name.clone(), EqualSchemas { place: place(&name), schemas }))
            .collect();
        let mut problems = Problems::new();
        merge(&mut document, &groups, &mut problems);
        (document.root()["components"]["schemas"].clone(), problems.to_string())
    }

    #[test]
    fn equal_schemas_become_one_and_values_are_united() {
        let (schemas, problems) = merged(
            json!({
                "A": {"required": ["x", "y"], "properties": {"x": schema_reference("ADay")}},
                "B": {"required": ["y", "x"], "properties": {"x": schema_reference("BDay")}},
                "ADay": {"type": "string", "enum": ["mon"]},
                "BDay": {"type": "string", "enum": ["mon", "tue"]},
                "C": {"items": schema_reference("B")}
            }),
            json!({"A": ["A", "B"], "Day": ["ADay", "BDay"]}),
        );
        assert_eq!(
            schemas,
            json!({
                "C": {"items": schema_reference("A")},
                "A": {"required": ["x", "y"], "properties": {"x": schema_reference("Day")}},
                "Day": {"type": "string", "enum": ["mon", "tue"]}
            }),
            "{problems}"
        );
    }

    #[test]
    fn what_is_not_the_same_is_reported_and_keeps_its_type() {
        let (schemas, problems) = merged(
            json!({"A": {"type": "string"}, "B": {"type": "integer"}, "C": {"items": schema_reference("B")}}),
            json!({"Ab": ["A", "B"], "C": ["A"], "Second": ["A"]}),
        );
        assert_eq!(
            schemas,
            json!({"B": {"type": "integer"}, "C": {"items": schema_reference("B")}, "Ab": {"type": "string"}})
        );
        for part in [
            "at shared.yaml#/merge/Ab/schemas: `A` and `B` are not the same any more",
            "at shared.yaml#/merge/C: the document has a schema `C`, which is not a member",
            "at shared.yaml#/merge/Second/schemas: `A` is also a member of `Ab`",
        ] {
            assert!(problems.contains(part), "{part} in {problems}");
        }
    }

    #[test]
    fn a_member_that_keeps_its_type_makes_what_refers_to_it_differ() {
        let day = |name: &str| json!({"properties": {"day": schema_reference(name)}});
        let (schemas, problems) = merged(
            json!({"A": day("ADay"), "B": day("BDay"), "ADay": {"type": "string"}, "BDay": {"type": "integer"}}),
            json!({"Ab": ["A", "B"], "Day": ["ADay", "BDay"]}),
        );
        assert_eq!(
            schemas,
            json!({"B": day("BDay"), "BDay": {"type": "integer"}, "Ab": day("Day"), "Day": {"type": "string"}}),
            "{problems}"
        );
    }

    #[test]
    fn alternatives_are_united_and_the_member_that_differs_is_named() {
        let [a, b, c] = ["A", "B", "C"].map(schema_reference);
        let (schemas, problems) = merged(
            json!({"One": {"oneOf": [a, b]}, "Other": {"oneOf": [c, a, b]}, "Equal": {"oneOf": [a, b]}}),
            json!({"Any": ["One", "Other", "Equal"]}),
        );
        assert_eq!(schemas, json!({"Any": {"oneOf": [a, b, c]}}), "{problems}");
        assert!(problems.contains("`Other` differs from the other members of `Any`"), "{problems}");
    }
}
