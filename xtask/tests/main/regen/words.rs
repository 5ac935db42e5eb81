//! Our words: none is missing, and none is left over from a document of yesterday.

use std::{collections::BTreeSet, fs};

use serde_json::{Map, Value};

use crate::support::{document, workspace};

fn overlay() -> Value {
    let text = fs::read_to_string(workspace().join("spec/overlay.yaml")).expect("the overlay is readable");
    serde_yaml::from_str(&text).expect("the overlay is YAML")
}

/// The facts that the last run listed.
fn interface() -> Map<String, Value> {
    let text = fs::read_to_string(workspace().join("generated/interface.json")).expect("the interface is readable");
    serde_json::from_str(&text).expect("the interface is JSON")
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

#[test]
fn every_word_of_the_glossaries_has_a_place() {
    let (overlay, interface) = (overlay(), interface());
    let fields: BTreeSet<&str> = interface.keys().filter_map(|key| key.rsplit_once('.').map(|(_, field)| field)).collect();
    // The file of the upload, which is not a field of any type.
    let stray: Vec<_> =
        keys(&overlay["fields"]).into_iter().filter(|word| !fields.contains(word) && *word != "file").collect();
    assert_eq!(stray, [""; 0], "words for fields that nothing has");
    let parameters: BTreeSet<&str> = interface
        .keys()
        .filter_map(|key| key.split_once(" query ").or(key.split_once(" path ")))
        .map(|(_, name)| name)
        .collect();
    let stray: Vec<_> = keys(&overlay["parameters"]).into_iter().filter(|word| !parameters.contains(word)).collect();
    assert_eq!(stray, [""; 0], "words for parameters that nothing has");
    let missing: Vec<_> = parameters.difference(&keys(&overlay["parameters"])).copied().collect();
    assert_eq!(missing, [""; 0], "parameters without words");
}

#[test]
fn every_type_has_words_and_no_other() {
    let (overlay, interface, root) = (overlay(), interface(), document::root());
    let words = keys(&overlay["types"]);
    let merged = overlay["merge"].as_object().expect("groups");
    let members: BTreeSet<&str> =
        merged.values().flat_map(|group| group.as_array().into_iter().flatten()).filter_map(Value::as_str).collect();
    let types: BTreeSet<&str> = interface.keys().filter_map(|key| key.strip_prefix("type ")).collect();
    let declared = keys(&root["components"]["schemas"]);
    let stray: Vec<_> = words
        .iter()
        .filter(|name| !types.contains(*name) && !members.contains(*name) && !declared.contains(*name))
        .collect();
    assert_eq!(stray, [&""; 0], "words for types that are gone");
    let has_words = |name: &str| {
        words.contains(name)
            || merged
                .get(name)
                .and_then(Value::as_array)
                .is_some_and(|group| group.iter().filter_map(Value::as_str).any(|member| words.contains(member)))
    };
    let missing: Vec<_> = types.iter().filter(|name| !has_words(name)).collect();
    assert_eq!(missing, [&""; 0], "types without words");
}

#[test]
fn every_operation_is_judged() {
    let overlay = overlay();
    let operations = overlay["operations"].as_object().expect("operations");
    assert_eq!(operations.len(), 240);
    for (label, entry) in operations {
        for member in ["name", "method", "area", "summary", "retry"] {
            assert!(entry[member].as_str().is_some_and(|text| !text.is_empty()), "`{label}` has no `{member}`");
        }
    }
    for (key, area) in overlay["areas"].as_object().expect("areas") {
        for member in ["doc", "example"] {
            assert!(area[member].is_string(), "the area `{key}` has no `{member}`");
        }
    }
}
