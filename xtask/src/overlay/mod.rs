//! `spec/overlay/`: our own names, docs, and knowledge about the operations of the document.
//!
//! Operations are keyed by method and path as they stand after the addresses were rewritten (`GET /v1/alerts`), which no
//! renaming of operation ids or tags by the vendor can change. A run that leaves an entry unread fails: see [`ledger`].

pub mod example;
pub mod files;
mod ledger;
mod read;
mod stale;

use std::{
    collections::BTreeMap,
    error::Error,
    io,
    path::{Path, PathBuf},
};

use serde_json::Value;

pub use self::{
    files::{Idempotency, Paging, WriteStateLocation},
    read::SCHEMA,
};
use self::{
    ledger::{Ledger, Tracked},
    read::Files,
};
use crate::{
    document::{Document, Operation},
    problem::Problems,
};

/// What we know about the document.
#[derive(Debug, Clone, Default)]
pub struct Overlay {
    areas: BTreeMap<String, Tracked<Area>>,
    operations: BTreeMap<String, Tracked<Entry>>,
    /// The files of the operations.
    files: BTreeMap<String, String>,
    parameters: BTreeMap<String, Tracked<String>>,
    fields: BTreeMap<String, Tracked<String>>,
    types: BTreeMap<String, TypeDocs>,
    argument_order: BTreeMap<String, Tracked<usize>>,
    secrets: BTreeMap<String, Tracked<()>>,
    merge: BTreeMap<String, MergeGroup>,
    ledger: Ledger,
}

/// A group of operations that belong together for a reader.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Area {
    /// The heading.
    pub title: String,
    /// What the area is for.
    pub summary: String,
    /// What to know before using it.
    pub docs: String,
    /// Rust code: `use` lines, and the body of an asynchronous function with a client `ops`.
    pub example: String,
}

/// An operation.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The Rust name, unique among all operations.
    pub name: String,
    /// The name of the method on the accessor of its area, where it is not the name.
    pub method: Option<String>,
    /// The key of its area.
    pub area: String,
    /// What it does, in a sentence or two.
    pub summary: String,
    /// When to use it and what to know.
    pub docs: String,
    /// Whether a request whose response was lost may be sent again.
    pub idempotency: Idempotency,
    /// How the next page is requested.
    pub paging: Option<Paging>,
    /// The name of the operation that returns the state of a queued write.
    pub status_operation: Option<String>,
    /// Where the response of a status operation has the state.
    pub write_state: Option<WriteStateLocation>,
    max_results: Option<Tracked<u32>>,
    parameters: BTreeMap<String, Tracked<String>>,
}

#[derive(Debug, Clone)]
struct TypeDocs {
    summary: Option<Tracked<String>>,
    fields: BTreeMap<String, Tracked<String>>,
}

#[derive(Debug, Clone)]
struct MergeGroup {
    group: Tracked<()>,
    members: Vec<(String, Tracked<()>)>,
    /// The place of the group, for problems.
    pointer: String,
}

/// Schemas that are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EqualSchemas {
    /// Where the overlay says so, for problems.
    pub place: String,
    /// Their names.
    pub schemas: Vec<String>,
}

/// Why an overlay cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OverlayError {
    /// A file or the directory cannot be read.
    #[error("cannot read the overlay {}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The reason of the system.
        source: io::Error,
    },
    /// A file is not YAML.
    #[error("the overlay {} is not valid YAML", path.display())]
    Yaml {
        /// The file.
        path: PathBuf,
        /// The reason of the parser, with line and column.
        source: serde_yaml::Error,
    },
    /// The files are readable, and entries in them are invalid.
    #[error("the overlay {} has {problems}", path.display())]
    Content {
        /// The directory.
        path: PathBuf,
        /// The invalid entries.
        problems: Problems,
    },
}

impl OverlayError {
    /// The error with its cause and with what to do.
    pub fn report(&self) -> String {
        let help = match self {
            Self::Io { .. } => "\n    help: give --overlay the directory of the overlay",
            Self::Yaml { .. } => "\n    help: correct the file",
            Self::Content { .. } => "",
        };
        let cause = self.source().map(|source| format!(": {source}")).unwrap_or_default();
        format!("{self}{cause}{help}")
    }
}

impl Overlay {
    /// Reads an overlay from its directory.
    ///
    /// # Errors
    /// Files that cannot be read, and all entries that are invalid.
    pub fn directory(path: &Path) -> Result<Self, OverlayError> {
        let files = Files::read(path)?;
        read::overlay(files).map_err(|problems| OverlayError::Content { path: path.to_owned(), problems })
    }

    /// Reads an overlay from the values of its YAML files, by their names.
    ///
    /// # Errors
    /// All entries that are invalid.
    pub fn from_value(value: Value) -> Result<Self, Problems> {
        let yaml = match value {
            Value::Object(files) => files.into_iter().collect(),
            _ => BTreeMap::new(),
        };
        read::overlay(Files { yaml, ..Files::default() })
    }

    /// An area by its key.
    pub fn area(&self, key: &str) -> Option<&Area> {
        self.areas.get(key).map(|area| self.ledger.read(area))
    }

    /// The keys of all areas.
    pub fn area_keys(&self) -> impl Iterator<Item = &str> {
        self.areas.keys().map(String::as_str)
    }

    /// The entry of an operation, by method and path as they stand after the addresses were rewritten.
    pub fn entry(&self, operation: &Operation<'_>) -> Option<&Entry> {
        self.operations.get(&operation.label()).map(|entry| self.ledger.read(entry))
    }

    /// How many items an operation lists at all, where it pages by offset.
    pub fn max_results(&self, entry: &Entry) -> Option<u32> {
        let count = entry.max_results.as_ref().filter(|_| entry.paging == Some(Paging::Offset));
        count.map(|count| *self.ledger.read(count))
    }

    /// The docs of a parameter of an operation.
    pub fn parameter_docs<'a>(&'a self, entry: Option<&'a Entry>, name: &str) -> Option<&'a str> {
        let own = entry.and_then(|entry| entry.parameters.get(name));
        own.or_else(|| self.parameters.get(name)).map(|docs| self.ledger.read(docs).as_str())
    }

    /// What a value of a type is.
    pub fn type_summary(&self, name: &str) -> Option<&str> {
        let summary = self.types.get(name).and_then(|docs| docs.summary.as_ref());
        summary.map(|summary| self.ledger.read(summary).as_str())
    }

    /// The docs of a field of a type.
    pub fn field_docs(&self, type_name: &str, field: &str) -> Option<&str> {
        let own = self.types.get(type_name).and_then(|docs| docs.fields.get(field));
        own.or_else(|| self.fields.get(field)).map(|docs| self.ledger.read(docs).as_str())
    }

    /// Where a required input stands among the arguments of a function: those of the list first, in its order, then the
    /// others by their names.
    pub fn argument_rank<'a>(&self, property: &'a str) -> (usize, &'a str) {
        let listed = self.argument_order.get(property).map(|rank| *self.ledger.read(rank));
        (listed.unwrap_or(usize::MAX), property)
    }

    /// Whether the values of a property must not be printed.
    pub fn is_secret(&self, schema: &str, property: &str) -> bool {
        let secret = self.secrets.get(&format!("{schema}.{property}"));
        secret.map(|secret| self.ledger.read(secret)).is_some()
    }

    /// Schemas that are the same, by the name of the type that they become. Schemas that the document does not have are left
    /// out.
    pub fn merge_groups(&self, document: &Document) -> BTreeMap<String, EqualSchemas> {
        let groups = self.merge.iter().filter_map(|(name, group)| {
            let present = group.members.iter().filter(|(schema, _)| document.schema(schema).is_some());
            let present: Vec<String> =
                present.map(|(schema, member)| (schema.clone(), self.ledger.read(member)).0).collect();
            if present.is_empty() {
                return None;
            }
            self.ledger.read(&group.group);
            Some((name.clone(), EqualSchemas { place: group.pointer.clone(), schemas: present }))
        });
        groups.collect()
    }

    /// The entries that nothing has read. A run that is complete has read each that is of use.
    pub fn stale(&self, document: &Document) -> Problems {
        let operations: Vec<String> = document.operations().map(|operation| operation.label()).collect();
        stale::problems(self.ledger.unread(), &operations)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn overlay(operations: Value) -> Result<Overlay, Problems> {
        Overlay::from_value(json!({"alerts.yaml": {"title": "Alerts", "summary": "S.", "operations": operations}}))
    }

    #[test]
    fn every_invalid_entry_is_reported() {
        let problems = overlay(json!({
            "GET /a": {"name": "fn", "summary": "S."},
            "GET /b": {"name": "list_b", "summary": "S.", "status_operation": "get_b"},
            "GET /c": {"nam": "list_c", "summary": "S."},
        }))
        .expect_err("problems");
        let text = problems.to_string();
        for part in [
            "`fn` is not a valid Rust name",
            "no operation `get_b` has a `write_state`",
            "unknown field `nam`",
            "alerts.yaml#/operations/GET ~1c",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn an_entry_without_an_operation_names_the_nearest_one() {
        let overlay = overlay(json!({
            "GET /v1/alertz": {"name": "list_alerts", "summary": "S.", "parameters": {"size": "Not reported besides."}}
        }))
        .expect("overlay");
        let document = Document::new(json!({"paths": {"/v1/alerts": {"get": {}}}}));
        overlay.area("alerts");
        let problems = overlay.stale(&document);
        assert_eq!(problems.iter().count(), 1);
        let text = problems.to_string();
        assert!(text.contains("nearest operation is `GET /v1/alerts`"), "{text}");
    }

    #[test]
    fn a_copy_has_read_nothing() {
        let overlay = overlay(json!({})).expect("overlay");
        overlay.area("alerts");
        let document = Document::new(json!({}));
        assert!(overlay.stale(&document).is_empty());
        assert_eq!(overlay.clone().stale(&document).iter().count(), 1);
    }
}
