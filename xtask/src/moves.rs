//! Finds where known operations went in a new document.
//!
//! Overlay and repairs know operations by method and path. A new version of the document may rename
//! a path parameter, change a method, or move operations below another prefix. Their entries follow
//! them if only one operation can be meant and nothing else is known of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{Document, label};

/// Operations that are at another place than an entry says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moves {
    /// The label of an operation now, by the label that an entry has.
    labels: BTreeMap<String, String>,
}

/// An operation, with its path in a form without the names of parameters.
struct Place<'a> {
    label: String,
    method: &'a str,
    path: &'a str,
    shape: Vec<&'a str>,
}

impl<'a> Place<'a> {
    fn new(method: &'a str, path: &'a str) -> Self {
        let segment = |segment: &'a str| if segment.starts_with('{') && segment.ends_with('}') { "{}" } else { segment };
        Self { label: label(method, path), method, path, shape: path.split('/').skip(1).map(segment).collect() }
    }

    /// Whether only the names of path parameters differ.
    fn has_shape_of(&self, other: &Self) -> bool {
        // Parameters inside of segments, as in `{id}.ics`, are compared by what is around them.
        self.shape.len() == other.shape.len()
            && self.shape.iter().zip(&other.shape).all(|(one, other)| same_shape(one, other))
    }

    /// Whether only the first segments differ.
    fn has_end_of(&self, other: &Self) -> bool {
        let (Some((_, end)), longest) = (self.shape.split_first(), self.shape.len() + 1) else { return false };
        let is_named = end.iter().any(|segment| !segment.contains('{'));
        let rest = other.shape.len().checked_sub(end.len()).and_then(|start| other.shape.get(start..));
        is_named
            && other.shape.len() <= longest
            && rest.is_some_and(|rest| rest.iter().zip(end).all(|(one, other)| same_shape(one, other)))
    }
}

/// Whether two segments differ only in the names of parameters.
fn same_shape(one: &str, other: &str) -> bool {
    fixed_parts(one) == fixed_parts(other)
}

/// What is around the parameters of a segment.
pub fn fixed_parts(segment: &str) -> Vec<String> {
    segment.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest).to_owned()).collect()
}

impl Moves {
    /// Finds the operations of entries that the document does not have.
    pub fn find<'a>(document: &'a Document, entries: impl Iterator<Item = &'a str>) -> Self {
        Self::among(document.operations().map(|operation| (operation.method, operation.path)), entries)
    }

    /// Finds entries among operations, which are pairs of a method in lower case and a path.
    pub fn among<'a>(operations: impl Iterator<Item = (&'a str, &'a str)>, entries: impl Iterator<Item = &'a str>) -> Self {
        let operations: Vec<Place<'_>> = operations.map(|(method, path)| Place::new(method, path)).collect();
        let present: BTreeSet<&str> = operations.iter().map(|operation| operation.label.as_str()).collect();
        let entries: Vec<(String, &str)> = entries
            .filter_map(|entry| entry.split_once(' ').map(|(method, path)| (method.to_ascii_lowercase(), path)))
            .collect();
        let entries: Vec<Place<'_>> = entries.iter().map(|(method, path)| Place::new(method, path)).collect();
        let known: BTreeSet<&str> = entries.iter().map(|entry| entry.label.as_str()).collect();
        let gone: Vec<&Place<'_>> = entries.iter().filter(|entry| !present.contains(entry.label.as_str())).collect();
        let new: Vec<&Place<'_>> = operations.iter().filter(|operation| !known.contains(operation.label.as_str())).collect();
        let mut labels: BTreeMap<String, String> = BTreeMap::new();
        let rules: [fn(&Place<'_>, &Place<'_>) -> bool; 3] = [
            |entry, operation| entry.method == operation.method && entry.has_shape_of(operation),
            |entry, operation| entry.path == operation.path,
            |entry, operation| entry.method == operation.method && entry.has_end_of(operation),
        ];
        for matches in rules {
            let is_free = |place: &Place<'_>, labels: &BTreeMap<String, String>| {
                !labels.contains_key(&place.label) && !labels.values().any(|taken| *taken == place.label)
            };
            let gone: Vec<_> = gone.iter().filter(|entry| is_free(entry, &labels)).collect();
            let new: Vec<_> = new.iter().filter(|operation| is_free(operation, &labels)).collect();
            for entry in &gone {
                let mut candidates = new.iter().filter(|operation| matches(entry, operation));
                let (Some(operation), None) = (candidates.next(), candidates.next()) else { continue };
                // No other entry may mean it too.
                if gone.iter().filter(|entry| matches(entry, operation)).count() == 1 {
                    labels.insert(entry.label.clone(), operation.label.clone());
                }
            }
        }
        Self { labels }
    }

    /// The labels that entries have, and where their operations are now.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.labels.iter().map(|(old, new)| (old.as_str(), new.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn moved(operations: &[&str], entries: &[&str]) -> Vec<(String, String)> {
        let mut paths = json!({});
        for operation in operations {
            let (method, path) = operation.split_once(' ').expect("method and path");
            paths[path][method.to_ascii_lowercase()] = json!({});
        }
        let document = Document::new(json!({ "paths": paths }));
        let moves = Moves::find(&document, entries.iter().copied());
        moves.iter().map(|(old, new)| (old.to_owned(), new.to_owned())).collect()
    }

    fn one(old: &str, new: &str) -> Vec<(String, String)> {
        vec![(old.to_owned(), new.to_owned())]
    }

    #[test]
    fn an_entry_follows_renamed_parameters_a_new_method_and_a_new_prefix() {
        for (old, new) in [
            ("GET /v1/as/{id}", "GET /v1/as/{aId}"),
            ("GET /v1/as/{id}/bs/{bId}.ics", "GET /v1/as/{aId}/bs/{b}.ics"),
            ("GET /v1/as/ping", "POST /v1/as/ping"),
            ("GET /v1/as/{id}", "GET /v2/as/{id}"),
            ("GET /v1/as/{id}", "GET /v1/ops/as/{id}"),
            ("GET /v1/as/{id}", "GET /as/{aId}"),
        ] {
            assert_eq!(moved(&[new], &[old]), one(old, new));
        }
    }

    #[test]
    fn what_is_known_is_not_taken_for_what_is_gone() {
        // One operation of a path is gone, and the other has an entry.
        assert_eq!(moved(&["GET /v1/as"], &["GET /v1/as", "DELETE /v1/as"]), []);
        // A sibling that has an entry of its own.
        assert_eq!(moved(&["GET /v1/as/{id}/notes"], &["GET /v1/as/{id}/notes", "GET /v1/as/{id}/logs"]), []);
        assert_eq!(moved(&["GET /v1/as"], &["GET /v1/as"]), []);
    }

    #[test]
    fn what_may_be_meant_twice_is_not_followed() {
        assert_eq!(moved(&["PUT /v1/as", "PATCH /v1/as"], &["POST /v1/as"]), []);
        assert_eq!(moved(&["PATCH /v1/as"], &["POST /v1/as", "PUT /v1/as"]), []);
        assert_eq!(moved(&["GET /v2/as", "GET /v3/as"], &["GET /v1/as"]), []);
        assert_eq!(moved(&["GET /v2/{id}"], &["GET /v1/{id}"]), [], "nothing but a parameter");
    }
}
