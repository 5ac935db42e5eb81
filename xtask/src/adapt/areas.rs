//! The areas of operations: those of the overlay, and for new operations what their tags say.
//!
//! An operation without an entry belongs to the area of the others with its tag. A tag that no
//! entry has makes an area of its own. Without a tag an operation is in the area `unsorted`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    document::{Document, Operation},
    model::operation::UNSORTED,
    names::{accessor_type_name, area_key, builder_name},
    overlay::Overlay,
};

/// The key of the area of every operation.
#[derive(Debug, Clone, Default)]
pub struct Areas {
    /// By the labels of operations.
    keys: BTreeMap<String, String>,
}

impl Areas {
    /// Finds the areas of the operations of a document, which have their Rust names.
    pub fn of(document: &Document, overlay: &Overlay) -> Self {
        let operations: Vec<(String, &str)> =
            document.operations().map(|operation| (operation.label(), tag(&operation))).collect();
        let mut by_tag: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
        for (label, tag) in &operations {
            if let Some(area) = overlay.area_of(label) {
                *by_tag.entry(tag).or_default().entry(area).or_default() += 1;
            }
        }
        let is_new = |tag: &str| !by_tag.contains_key(tag);
        let new: BTreeSet<&str> = operations.iter().map(|(_, tag)| *tag).filter(|tag| is_new(tag)).collect();
        let new = new_keys(&new, document, overlay);
        let key = |label: &str, tag: &str| -> String {
            let known = overlay.area_of(label).or_else(|| by_tag.get(tag).filter(|_| !tag.is_empty()).and_then(most));
            known.or_else(|| new.get(tag).map(String::as_str)).unwrap_or(UNSORTED).to_owned()
        };
        Self { keys: operations.iter().map(|(label, tag)| (label.clone(), key(label, tag))).collect() }
    }

    /// The key of the area of an operation, by its label.
    pub fn key(&self, label: &str) -> &str {
        self.keys.get(label).map_or(UNSORTED, String::as_str)
    }
}

/// The document's name for the group of an operation.
pub fn tag<'a>(operation: &Operation<'a>) -> &'a str {
    let tags = operation.value.get("tags").and_then(Value::as_array);
    tags.and_then(|tags| tags.first()).and_then(Value::as_str).unwrap_or_default()
}

/// The area that most operations of a tag have; of several, the first by name.
fn most<'a>(counts: &BTreeMap<&'a str, usize>) -> Option<&'a str> {
    let largest = counts.values().max()?;
    counts.iter().find(|(_, count)| *count == largest).map(|(area, _)| *area)
}

/// The keys of the areas of tags that no entry has. Tags with the same words are one area, which
/// may be one of the overlay.
fn new_keys<'a>(tags: &BTreeSet<&'a str>, document: &Document, overlay: &Overlay) -> BTreeMap<&'a str, String> {
    let builders: BTreeSet<String> = document.operations().map(|operation| builder_name(operation.id())).collect();
    let known: BTreeSet<String> = overlay.area_keys().map(accessor_type_name).collect();
    // The words of an area, by the type of its accessor.
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    let mut keys = BTreeMap::new();
    for tag in tags {
        let Some((words, key)) = area_key(tag) else { continue };
        if overlay.area_keys().any(|known| known == words) {
            keys.insert(*tag, words);
            continue;
        }
        let numbered = (2..).map(|number| format!("{key}-{number}"));
        let is_free = |key: &String| {
            let accessor = accessor_type_name(key);
            let is_own = taken.get(&accessor).is_none_or(|other| *other == words);
            is_own && !known.contains(&accessor) && !builders.contains(&accessor)
        };
        let key = std::iter::once(key.clone()).chain(numbered).find(is_free).unwrap_or_default();
        taken.insert(accessor_type_name(&key), words);
        keys.insert(*tag, key);
    }
    keys
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The areas of operations with these paths and tags, beside two areas of the overlay.
    fn areas(operations: &[(&str, &str)]) -> Vec<String> {
        let mut paths = json!({
            "/known/a": {"get": {"operationId": "list_as", "tags": ["Alert things"]}},
            "/known/b": {"get": {"operationId": "list_bs", "tags": ["Alert things"]}},
            "/known/c": {"get": {"operationId": "list_cs", "tags": ["Alert things"]}},
            "/known/d": {"get": {"operationId": "list_ds", "tags": [""]}}
        });
        for (path, tag) in operations {
            let tags = if tag.is_empty() { json!([]) } else { json!([tag]) };
            paths[path] = json!({"get": {"operationId": path.trim_start_matches('/'), "tags": tags}});
        }
        let entry = |name: &str| json!({"name": name, "summary": "S."});
        let overlay = Overlay::from_value(json!({
            "alerts.yaml": {"title": "A", "summary": "S.", "operations":
                {"GET /known/b": entry("list_bs"), "GET /known/c": entry("list_cs"), "GET /known/d": entry("list_ds")}},
            "teams.yaml": {"title": "T", "summary": "S.", "operations": {"GET /known/a": entry("list_as")}}
        }))
        .expect("overlay");
        let areas = Areas::of(&Document::new(json!({ "paths": paths })), &overlay);
        assert_eq!([areas.key("GET /known/a"), areas.key("GET /known/b")], ["teams", "alerts"]);
        operations.iter().map(|(path, _)| areas.key(&format!("GET {path}")).to_owned()).collect()
    }

    #[test]
    fn a_known_tag_is_an_area_of_the_overlay_and_a_new_one_an_area_of_its_own() {
        let found = areas(&[
            ("/w", "Alert things"),
            ("/v", "Service Catalog"),
            ("/u", ""),
            ("/t", "Teams"),
            ("/s", "service-catalog"),
            ("/r", "Full"),
            ("/q", "★"),
        ]);
        let expected = ["alerts", "service-catalog", "unsorted", "teams", "service-catalog", "full-area", "unsorted"];
        assert_eq!(found, expected);
    }

    #[test]
    fn keys_and_their_accessors_are_unique() {
        let long = "A tag with so many words that nobody could use it as a name";
        let longer = format!("{long} of anything");
        let found = areas(&[("/v", long), ("/u", &longer), ("/get_area", "Get"), ("/s", "b1"), ("/r", "b 1")]);
        let expected =
            ["a-tag-with-so-many-words-that-nobody", "a-tag-with-so-many-words-that-nobody-2", "get-2", "b1-2", "b-1"];
        assert_eq!(found, expected);
    }
}
