//! From the value of an overlay to its sections.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Area, Entry, Overlay};
use crate::{
    document::{child, load},
    names::is_rust_name,
    problem::{Problem, Problems},
};

/// Reads all sections; every entry that is wrong is reported.
pub fn overlay(value: Value) -> Result<Overlay, Problems> {
    let Value::Object(sections) = value else {
        let message = format!("expected `areas` and `operations`, found {}", load::kind(&value));
        return Err(Problem::new("", message, "see spec/overlay.yaml for the form").into());
    };
    let mut reader = Reader { sections, problems: Problems::new() };
    let overlay = Overlay {
        areas: reader.required("areas"),
        operations: reader.required("operations"),
        parameters: reader.map("parameters"),
        fields: reader.map("fields"),
        types: reader.map("types"),
        argument_order: reader.list("argument_order"),
        secrets: reader.list("secrets"),
        merge: reader.map("merge"),
    };
    let Reader { sections, mut problems } = reader;
    for key in sections.keys() {
        let help = "see spec/overlay.yaml for the sections of an overlay";
        problems.push(Problem::new(child("", key), format!("`{key}` is no section of an overlay"), help));
    }
    check_areas(&overlay.areas, &mut problems);
    check_operations(&overlay, &mut problems);
    problems.into_result()?;
    Ok(overlay)
}

struct Reader {
    sections: Map<String, Value>,
    problems: Problems,
}

impl Reader {
    fn required<T: DeserializeOwned>(&mut self, name: &str) -> BTreeMap<String, T> {
        if !self.sections.contains_key(name) {
            let message = format!("the section `{name}` is missing or no map");
            self.problems.push(Problem::new(child("", name), message, "see spec/overlay.yaml for the form"));
        }
        self.map(name)
    }

    fn map<T: DeserializeOwned>(&mut self, name: &str) -> BTreeMap<String, T> {
        let at = child("", name);
        let entries = match self.sections.remove(name) {
            None => return BTreeMap::new(),
            Some(Value::Object(entries)) => entries,
            Some(_) => {
                let message = format!("the section `{name}` is missing or no map");
                self.problems.push(Problem::new(at, message, "see spec/overlay.yaml for the form"));
                return BTreeMap::new();
            }
        };
        let mut read = BTreeMap::new();
        for (key, value) in entries {
            if let Some(entry) = self.value(&child(&at, &key), value) {
                read.insert(key, entry);
            }
        }
        read
    }

    fn list(&mut self, name: &str) -> Vec<String> {
        let value = self.sections.remove(name);
        value.and_then(|value| self.value(&child("", name), value)).unwrap_or_default()
    }

    fn value<T: DeserializeOwned>(&mut self, at: &str, value: Value) -> Option<T> {
        match serde_json::from_value(value) {
            Ok(entry) => Some(entry),
            Err(error) => {
                self.problems.push(Problem::new(at, error.to_string(), "correct the entry in spec/overlay.yaml"));
                None
            }
        }
    }
}

/// The keys of areas become names of features and modules.
fn check_areas(areas: &BTreeMap<String, Area>, problems: &mut Problems) {
    for key in areas.keys().filter(|key| !is_rust_name(&key.replace('-', "_"))) {
        let help = "use lower-case words with hyphens between";
        problems.push(Problem::new(child("/areas", key), format!("`{key}` gives no name of a module"), help));
    }
}

fn check_operations(overlay: &Overlay, problems: &mut Problems) {
    let mut taken: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for (key, entry) in &overlay.operations {
        let at = child("/operations", key);
        let Entry { name, area, follow, .. } = entry;
        let method = entry.method.as_deref().unwrap_or(name);
        for (member, name) in [("name", name.as_str()), ("method", method)] {
            if !is_rust_name(name) {
                let help = "use snake_case that is no Rust keyword";
                problems.push(Problem::new(child(&at, member), format!("`{name}` is no Rust name"), help));
            }
        }
        if let Some(first) = taken.insert((area, method), key) {
            let message = format!("`{first}` and `{key}` come to one method `{method}` of the area `{area}`");
            problems.push(Problem::new(child(&at, "method"), message, "give each a method of its own"));
        }
        if !overlay.areas.contains_key(area) {
            let help = "name one of the keys of `areas`, or add the area";
            problems.push(Problem::new(child(&at, "area"), format!("there is no area `{area}`"), help));
        }
        let Some(follow) = follow else { continue };
        if overlay.entry_named(follow).is_none_or(|entry| entry.outcome.is_none()) {
            let message = format!("no operation `{follow}` says by its `outcome` how a queued write ended");
            problems.push(Problem::new(child(&at, "follow"), message, "name one that does, or give it an `outcome`"));
        }
    }
}
