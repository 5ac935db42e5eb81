//! Merges schemas that mean the same into one type.
//!
//! The document repeats enums and small objects wherever they occur, and each would become a type
//! of its own: seven priorities, eight weekdays. The overlay lists which are the same. The
//! generator does not guess: two schemas may be equal by chance, and differ in the next document.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{
    document::{Document, schema_name, schema_reference, walk},
    overlay::EqualSchemas,
    problem::{Problem, Problems},
};

/// Merges schemas under their common names. Returns the new name of each.
pub fn merge(
    document: &mut Document,
    groups: &BTreeMap<String, EqualSchemas>,
    problems: &mut Problems,
) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for (common, EqualSchemas { place, schemas }) in groups {
        if document.schema(common).is_some() && !schemas.contains(common) {
            let message = format!("the document has a schema `{common}`, which is not a member");
            problems.push(Problem::new(place, message, "choose another name in spec/overlay/"));
        }
        for member in schemas {
            if let Some(other) = names.insert(member.clone(), common.clone()) {
                let message = format!("`{member}` is also a member of `{other}`");
                problems.push(Problem::new(format!("{place}/schemas"), message, "leave it in one of them in spec/overlay/"));
            }
        }
    }
    walk::schemas_mut(document, |_, schema| {
        let name = schema.get("$ref").and_then(Value::as_str).and_then(schema_name);
        if let Some(common) = name.and_then(|name| names.get(name)) {
            *schema = schema_reference(common);
        }
    });
    let Some(schemas) = document.schemas_mut() else { return names };
    for (common, group) in groups {
        unite(schemas, common, group, problems);
    }
    names
}

/// Replaces several schemas with one.
fn unite(schemas: &mut Map<String, Value>, common: &str, group: &EqualSchemas, problems: &mut Problems) {
    let mut united: Option<(&str, Value)> = None;
    for member in &group.schemas {
        let Some(schema) = schemas.shift_remove(member) else { continue };
        match &mut united {
            None => united = Some((member, schema)),
            Some((first, known)) => {
                if !add_values(known, &schema) && comparable(known) != comparable(&schema) {
                    let message = format!("`{first}` and `{member}` are not the same");
                    let help = "take one of them out in spec/overlay/, or repair the difference";
                    problems.push(Problem::new(&group.place, message, help));
                }
            }
        }
    }
    if let Some((_, schema)) = united {
        schemas.insert(common.to_owned(), schema);
    }
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
        let place = |name: &str| format!("shared.yaml#/merge/{name}");
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
    fn what_is_not_the_same_is_reported() {
        let (_, problems) = merged(
            json!({"A": {"type": "string"}, "B": {"type": "integer"}, "C": {}}),
            json!({"Ab": ["A", "B"], "C": ["A"]}),
        );
        for part in [
            "`A` and `B` are not the same",
            "the document has a schema `C`, which is not a member",
            "`A` is also a member of `Ab`",
        ] {
            assert!(problems.contains(part), "{part} in {problems}");
        }
    }
}
