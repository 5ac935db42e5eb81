//! `spec/overlay.yaml`: our own names and words for the operations of the document.
//!
//! Entries are keyed by method and path as they stand after the addresses were rewritten (`GET /v1/alerts`), which no
//! renaming of operation ids or tags by the vendor can move.

mod entry;
mod read;

use std::{collections::BTreeMap, fs, io, path::Path};

use serde_json::Value;

pub use self::entry::{Area, Entry, Outcome, Paging, Retry, TypeWords};
use crate::{
    document::{Document, Operation, child, load},
    problem::{Problem, Problems},
};

/// What we say about the document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlay {
    areas: BTreeMap<String, Area>,
    operations: BTreeMap<String, Entry>,
    parameters: BTreeMap<String, String>,
    fields: BTreeMap<String, String>,
    types: BTreeMap<String, TypeWords>,
    argument_order: Vec<String>,
    secrets: Vec<String>,
    merge: BTreeMap<String, Vec<String>>,
}

/// Why an overlay cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OverlayError {
    /// Not readable.
    #[error("cannot read the overlay {path}: {source}\n    help: check the path that was given to --overlay")]
    Io {
        /// The file, as it was given.
        path: String,
        /// The reason of the system.
        source: io::Error,
    },
    /// Not YAML; the reason holds line and column.
    #[error("the overlay {path} is not valid YAML: {source}\n    help: correct it there")]
    Yaml {
        /// The file, as it was given.
        path: String,
        /// The parser's words, with line and column.
        source: serde_yaml::Error,
    },
    /// Readable, but not an overlay.
    #[error("the overlay has {0}")]
    Content(Problems),
}

impl Overlay {
    /// Reads an overlay from a file.
    pub fn file(path: &Path) -> Result<Self, OverlayError> {
        let name = || path.display().to_string();
        let text = fs::read_to_string(path).map_err(|source| OverlayError::Io { path: name(), source })?;
        let value = load::yaml(&text).map_err(|source| OverlayError::Yaml { path: name(), source })?;
        Self::from_value(value).map_err(OverlayError::Content)
    }

    /// Reads an overlay from its value; every entry that is wrong is reported.
    pub fn from_value(value: Value) -> Result<Self, Problems> {
        read::overlay(value)
    }

    /// The areas by key.
    pub fn areas(&self) -> &BTreeMap<String, Area> {
        &self.areas
    }

    /// The entry of an operation, by method and path as they stand after the addresses were rewritten.
    pub fn entry(&self, operation: &Operation<'_>) -> Option<&Entry> {
        self.operations.get(&operation.label())
    }

    /// An entry by the Rust name of its operation.
    pub fn entry_named(&self, name: &str) -> Option<&Entry> {
        self.operations.values().find(|entry| entry.name == name)
    }

    /// Our words for a parameter of an operation.
    pub fn parameter_words<'a>(&'a self, entry: Option<&'a Entry>, name: &str) -> Option<&'a str> {
        let own = entry.and_then(|entry| entry.parameters.get(name));
        own.or_else(|| self.parameters.get(name)).map(String::as_str)
    }

    /// Our words for a type; a merged type has those of its first member that has any.
    pub fn type_words(&self, name: &str) -> Option<&TypeWords> {
        let members = || self.merge.get(name).into_iter().flatten();
        self.types.get(name).or_else(|| members().find_map(|member| self.types.get(member)))
    }

    /// Our words for a field of a type.
    pub fn field_words(&self, type_name: &str, field: &str) -> Option<&str> {
        let own = self.type_words(type_name).and_then(|words| words.fields.get(field));
        own.or_else(|| self.fields.get(field)).map(String::as_str)
    }

    /// Where among the arguments of a function a required property stands: those that are listed first, in the order of the
    /// list, then the others by their names.
    pub fn argument_rank<'a>(&self, property: &'a str) -> (usize, &'a str) {
        let listed = self.argument_order.iter().position(|known| known == property);
        (listed.unwrap_or(self.argument_order.len()), property)
    }

    /// The properties whose values must not be seen, as `Schema.property`.
    pub fn secrets(&self) -> &[String] {
        &self.secrets
    }

    /// Finds the secrets that are no property of any schema of an adapted document.
    pub fn check_secrets(&self, document: &Document, problems: &mut Problems) {
        for (index, secret) in self.secrets.iter().enumerate() {
            let known = secret.split_once('.').is_some_and(|(schema, property)| {
                let properties = document.schema(schema).and_then(|schema| schema.get("properties"));
                properties.is_some_and(|properties| properties.get(property).is_some())
            });
            if !known {
                let at = child("/secrets", &index.to_string());
                let help = "correct it in spec/overlay.yaml, or remove it: a value that is not found is not hidden";
                problems.push(Problem::new(at, format!("`{secret}` is no property of a schema"), help));
            }
        }
    }

    /// Schemas that are the same, by the name that they have together.
    pub fn merge(&self) -> &BTreeMap<String, Vec<String>> {
        &self.merge
    }

    /// Finds the entries that match no operation of a document whose addresses were rewritten.
    pub fn check(&self, document: &Document, problems: &mut Problems) {
        let labels: Vec<String> = document.operations().map(|operation| operation.label()).collect();
        for key in self.operations.keys().filter(|key| !labels.contains(key)) {
            let candidates: Vec<&str> = labels.iter().map(String::as_str).collect();
            let help = match similar::get_close_matches(key.as_str(), &candidates, 1, 0.8).first() {
                Some(near) => format!("correct the key in spec/overlay.yaml; the nearest operation is `{near}`"),
                None => "remove the entry from spec/overlay.yaml: the operation is gone".to_owned(),
            };
            let message = format!("the overlay entry `{key}` matches no operation of the document");
            problems.push(Problem::new(child("/operations", key), message, help));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn overlay(operations: Value) -> Result<Overlay, Problems> {
        Overlay::from_value(json!({"areas": {"alerts": {"title": "Alerts", "summary": "S."}}, "operations": operations}))
    }

    #[test]
    fn every_wrong_entry_is_reported() {
        let problems = overlay(json!({
            "GET /a": {"name": "fn", "area": "alerts", "summary": "S."},
            "GET /b": {"name": "list_b", "area": "alert", "summary": "S."},
            "GET /c": {"nam": "list_c", "area": "alerts", "summary": "S."},
        }))
        .expect_err("problems");
        let text = problems.to_string();
        for part in ["`fn` is no Rust name", "no area `alert`", "unknown field `nam`", "/operations/GET ~1c"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn an_entry_without_an_operation_names_the_nearest_one() {
        let overlay =
            overlay(json!({"GET /v1/alertz": {"name": "list_alerts", "area": "alerts", "summary": "S."}})).expect("overlay");
        let document = Document::new(json!({"paths": {"/v1/alerts": {"get": {}}}}));
        let mut problems = Problems::new();
        overlay.check(&document, &mut problems);
        let text = problems.to_string();
        assert!(text.contains("nearest operation is `GET /v1/alerts`"), "{text}");
    }
}
