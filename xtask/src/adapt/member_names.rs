//! Names of properties and parameters that Rust cannot have, and names that become the same in
//! Rust.
//!
//! typify and progenitor make Rust names of the names in the document. So this pass gives those of
//! one object, or of one operation, names that become different Rust names, and marks each with its
//! name on the wire.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::{
    document::{Document, METHODS, Pointer, walk},
    names::{checked_field_name, checked_parameter_name, free_member_name},
    problem::{Problem, Problems},
};

/// The mark of an object: the wire names of renamed properties, by their new names. The mark of a
/// parameter: its wire name.
pub const MARK: &str = "x-jsm-wire-name";

/// Renames properties and parameters, and reports their new names. Parameters of paths stay: the
/// template has their names.
pub fn rename(document: &mut Document, notes: &mut Problems) {
    walk::schemas_mut(document, |at, schema| {
        if let Some(schema) = schema.as_object_mut() {
            rename_properties(at, schema, notes);
        }
    });
    for (path, item) in document.paths_mut().into_iter().flatten() {
        let Some(item) = item.as_object_mut() else { continue };
        let shared: BTreeSet<String> = parameters(item).filter_map(rust_name).collect();
        for method in METHODS {
            if let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) {
                let at = Pointer::Path(&["paths", path, method]);
                rename_parameters(&at, operation, shared.clone(), notes);
            }
        }
    }
}

/// The name on the wire of a property of an object.
pub fn wire_name<'a>(object: &'a Value, property: &'a str) -> &'a str {
    object.get(MARK).and_then(|names| names.get(property)).and_then(Value::as_str).unwrap_or(property)
}

fn rename_properties(at: &Pointer<'_>, schema: &mut Map<String, Value>, notes: &mut Problems) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    let mut names: Vec<&String> = properties.keys().collect();
    // `createdAt`, as the document writes names, comes before `created_at`.
    names.sort_by_cached_key(|name| (checked_field_name(name).is_none(), (*name).clone()));
    let mut taken = BTreeSet::new();
    let mut wire_names = Map::new();
    for name in names {
        match checked_field_name(name) {
            Some(rust_name) if !taken.contains(&rust_name) => drop(taken.insert(rust_name)),
            _ => {
                let is_taken = |candidate: &str| taken.contains(candidate) || properties.contains_key(candidate);
                let new = free_member_name(name, is_taken);
                taken.insert(new.clone());
                wire_names.insert(new, name.as_str().into());
            }
        }
    }
    if wire_names.is_empty() {
        return;
    }
    let new_name = |name: &str| wire_names.iter().find(|(_, wire)| *wire == name).map(|(new, _)| new.clone());
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        let before = std::mem::take(properties);
        properties.extend(before.into_iter().map(|(name, property)| (new_name(&name).unwrap_or(name), property)));
    }
    for required in schema.get_mut("required").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(new) = required.as_str().and_then(new_name) {
            *required = new.into();
        }
    }
    for (new, wire) in &wire_names {
        let wire = wire.as_str().unwrap_or_default();
        let at = at.member("properties");
        notes.push(note(at.member(wire), "property", wire, new));
    }
    schema.insert(MARK.to_owned(), wire_names.into());
}

fn rename_parameters(
    at: &Pointer<'_>,
    operation: &mut Map<String, Value>,
    mut taken: BTreeSet<String>,
    notes: &mut Problems,
) {
    if operation.contains_key("requestBody") {
        taken.insert("body".to_owned());
    }
    let in_path = |parameter: &Value| parameter.get("in").is_some_and(|place| place == "path");
    taken.extend(parameters(operation).filter(|parameter| in_path(parameter)).filter_map(rust_name));
    let list = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for (index, parameter) in list.into_iter().flatten().enumerate().filter(|(_, parameter)| !in_path(parameter)) {
        let Some(name) = parameter.get("name").and_then(Value::as_str).map(str::to_owned) else { continue };
        match checked_parameter_name(&name) {
            Some(rust_name) if taken.insert(rust_name.clone()) => {}
            _ => {
                let new = free_member_name(&name, |candidate| taken.contains(candidate));
                notes.push(note(at.member("parameters").element(index), "parameter", &name, &new));
                taken.insert(new.clone());
                parameter[MARK] = name.into();
                parameter["name"] = new.into();
            }
        }
    }
}

fn note(at: Pointer<'_>, kind: &str, wire: &str, new: &str) -> Problem {
    let message = format!("the {kind} `{wire}` is called `{new}`, because its own name is taken or is not a Rust name");
    Problem::new(at, message, "for a better name, add a rule to xtask/src/names.rs")
}

fn parameters(owner: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    owner.get("parameters").and_then(Value::as_array).into_iter().flatten()
}

fn rust_name(parameter: &Value) -> Option<String> {
    checked_parameter_name(parameter.get("name")?.as_str()?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn renamed(root: Value) -> (Value, Vec<String>) {
        let mut document = Document::new(root);
        let mut notes = Problems::new();
        rename(&mut document, &mut notes);
        (document.root().clone(), notes.iter().map(|note| format!("{} {}", note.pointer, note.message)).collect())
    }

    #[test]
    fn properties_get_names_that_rust_has() {
        let schema = json!({"required": ["createdAt", "1"], "properties": {
            "createdAt": {"type": "integer"}, "created_at": {"type": "string"}, "1": {}, "%": {}, "type": {}
        }});
        let (root, notes) = renamed(json!({"components": {"schemas": {"A": schema}}}));
        assert_eq!(
            root["components"]["schemas"]["A"],
            json!({
                "required": ["createdAt", "n1"],
                "properties": {"createdAt": {"type": "integer"}, "created_at2": {"type": "string"}, "n1": {}, "field": {}, "type": {}},
                MARK: {"created_at2": "created_at", "field": "%", "n1": "1"}
            })
        );
        assert_eq!(notes.len(), 3);
        assert!(notes[2].starts_with("/components/schemas/A/properties/1 the property `1` is called `n1`"), "{notes:?}");
        assert_eq!(wire_name(&root["components"]["schemas"]["A"], "n1"), "1");
        assert_eq!(wire_name(&root["components"]["schemas"]["A"], "type"), "type");
    }

    #[test]
    fn parameters_do_not_take_names_of_others() {
        let parameter = |name: &str, place: &str| json!({"name": name, "in": place});
        let (root, _) = renamed(json!({"paths": {"/a/{id}": {
            "parameters": [parameter("id", "path")],
            "post": {"requestBody": {}, "parameters": [
                parameter("ID", "header"), parameter("body", "query"), parameter("size", "query"), parameter("header_map", "query")
            ]}
        }}}));
        let names: Vec<_> = root["paths"]["/a/{id}"]["post"]["parameters"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|parameter| (parameter["name"].as_str().expect("a name"), parameter.get(MARK).and_then(Value::as_str)))
            .collect();
        assert_eq!(
            names,
            [("id2", Some("ID")), ("body2", Some("body")), ("size", None), ("header_map2", Some("header_map"))]
        );
    }

    #[test]
    fn plain_names_stay() {
        let root = json!({
            "paths": {"/a": {"get": {"parameters": [{"name": "pageSize", "in": "query"}]}}},
            "components": {"schemas": {"A": {"properties": {"createdAt": {}, "type": {}}}}}
        });
        assert_eq!(renamed(root.clone()), (root, Vec::new()));
    }
}
