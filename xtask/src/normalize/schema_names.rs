//! Names of schemas that Rust cannot have, and names that become the same in Rust.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::{
    document::{Document, Pointer, unescaped},
    names::{checked_type_name, free_schema_name, type_name},
    problem::{Problem, Problems},
};

const SCHEMAS: &str = "#/components/schemas/";

/// Renames schemas whose names are no Rust names, and all but one of those with the same Rust name.
/// A schema that has its own name as its Rust name keeps it, so that a new one does not take it.
/// Returns the names that schemas had, by their new ones.
pub fn rename(document: &mut Document, notes: &mut Problems) -> BTreeMap<String, String> {
    let names: Vec<String> = document.schemas().map(|(name, _)| name.to_owned()).collect();
    let renamed = new_names(&names);
    for (name, new) in &renamed {
        let at = Pointer::Path(&["components", "schemas", name]);
        let message = format!("the schema `{name}` is called `{new}`, because its own name is taken or is not a Rust name");
        notes.push(Problem::new(at, message, format!("use `{new}` in spec/overlay/")));
    }
    if !renamed.is_empty()
        && let Some(schemas) = document.schemas_mut()
    {
        let before = std::mem::take(schemas);
        schemas.extend(before.into_iter().map(|(name, schema)| (renamed.get(&name).cloned().unwrap_or(name), schema)));
    }
    point_to(document.root_mut(), &renamed);
    renamed.into_iter().map(|(name, new)| (new, name)).collect()
}

/// The new names of those schemas that need one.
fn new_names(names: &[String]) -> BTreeMap<String, String> {
    let mut sorted: Vec<&String> = names.iter().collect();
    sorted.sort_by_cached_key(|name| (checked_type_name(name).is_none(), type_name(name) != **name, *name));
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut renamed = BTreeMap::new();
    for name in sorted {
        let valid = checked_type_name(name).filter(|rust_name| !taken.contains(rust_name));
        let rust_name = valid.unwrap_or_else(|| {
            let is_taken = |candidate: &str| taken.contains(candidate) || names.iter().any(|name| name == candidate);
            let new = free_schema_name(name, is_taken);
            renamed.insert(name.clone(), new.clone());
            type_name(&new)
        });
        taken.insert(rust_name);
    }
    renamed
}

/// Points references to the new names. A name may be percent-encoded and escaped in a reference;
/// afterwards it is plain.
fn point_to(value: &mut Value, renamed: &BTreeMap<String, String>) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(reference)) = object.get_mut("$ref") {
                *reference = pointed(reference, renamed).unwrap_or_else(|| std::mem::take(reference));
            }
            Map::values_mut(object).for_each(|value| point_to(value, renamed));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| point_to(value, renamed)),
        _ => {}
    }
}

fn pointed(reference: &str, renamed: &BTreeMap<String, String>) -> Option<String> {
    if renamed.is_empty() && !reference.contains(['%', '~']) {
        return None;
    }
    let rest = reference.strip_prefix(SCHEMAS)?;
    let (token, within) = rest.split_once('/').map_or((rest, String::new()), |(token, rest)| (token, format!("/{rest}")));
    let decoded = unescaped(&percent_decode_str(token).decode_utf8().ok()?);
    let name = renamed.get(&decoded).unwrap_or(&decoded);
    // A name with a slash stays escaped: the preflight reports it as missing.
    (!name.contains('/')).then(|| format!("{SCHEMAS}{name}{within}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn renamed(schemas: Value, reference: &str) -> (Vec<String>, Value, usize) {
        let paths = json!({"/a": {"get": {"parameters": [{"schema": {"$ref": reference}}]}}});
        let mut document = Document::new(json!({"paths": paths, "components": {"schemas": schemas}}));
        let mut notes = Problems::new();
        rename(&mut document, &mut notes);
        let names = document.schemas().map(|(name, _)| name.to_owned()).collect();
        let reference = document.root()["paths"]["/a"]["get"]["parameters"][0]["schema"]["$ref"].clone();
        (names, reference, notes.iter().count())
    }

    #[test]
    fn odd_names_become_rust_names_everywhere() {
        for (name, reference, new) in [
            ("com.x.Foo", "com.x.Foo", "ComXFoo"),
            ("Page«Alert»", "Page%C2%ABAlert%C2%BB", "PageAlert"),
            ("a/b", "a~1b", "AB"),
            ("self", "self", "SelfSchema"),
            ("String", "String", "StringSchema"),
            ("2Fast", "2Fast", "N2fast"),
            ("«»", "%C2%AB%C2%BB", "Schema"),
        ] {
            let (names, to, notes) = renamed(json!({ name: {} }), &format!("{SCHEMAS}{reference}"));
            assert_eq!((names, to, notes), (vec![new.to_owned()], json!(format!("{SCHEMAS}{new}")), 1), "{name}");
        }
    }

    #[test]
    fn of_equal_names_the_exact_one_stays() {
        let (names, _, _) = renamed(json!({"foo_bar": {}, "FooBar": {}, "fooBar2": {}, "Foo.Bar": {}}), "");
        assert_eq!(names, ["FooBar3", "FooBar", "fooBar2", "FooBar4"]);
    }

    #[test]
    fn plain_names_stay_and_references_into_schemas_follow() {
        let (names, to, notes) = renamed(json!({"Alert": {}, "alert_note": {}}), &format!("{SCHEMAS}Alert/properties/a"));
        assert_eq!((names.join(" "), notes), ("Alert alert_note".to_owned(), 0));
        assert_eq!(to, json!(format!("{SCHEMAS}Alert/properties/a")));
        let (_, to, _) = renamed(json!({"x.Y": {"properties": {}}}), &format!("{SCHEMAS}x.Y/properties/a"));
        assert_eq!(to, json!(format!("{SCHEMAS}XY/properties/a")));
    }
}
