//! The entries of an overlay, and what the generator reads of them.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    files::{Idempotency, Paging, WriteStateLocation},
    ledger::{Ledger, Tracked},
    stale::{self, Candidates},
};
use crate::{
    document::{Document, Operation, child, template_names},
    moves::Moves,
    names::module_name,
    problem::{Problem, Problems},
};

/// What we know about the document.
#[derive(Debug, Clone, Default)]
pub struct Overlay {
    pub(super) areas: BTreeMap<String, Tracked<Area>>,
    pub(super) operations: BTreeMap<String, Tracked<Entry>>,
    /// The files of the operations.
    pub(super) files: BTreeMap<String, String>,
    pub(super) parameters: BTreeMap<String, Tracked<String>>,
    pub(super) fields: BTreeMap<String, Tracked<String>>,
    pub(super) types: BTreeMap<String, TypeDocs>,
    pub(super) argument_order: BTreeMap<String, Tracked<usize>>,
    pub(super) secrets: BTreeMap<String, Tracked<()>>,
    pub(super) merge: BTreeMap<String, MergeGroup>,
    pub(super) ledger: Ledger,
    /// The keys of entries whose operations moved, by their labels now.
    pub(super) keys: BTreeMap<String, String>,
    /// Whether the document is a part of the one that the overlay is for.
    is_for_part: bool,
}

/// A group of operations that belong together for a reader.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Area {
    /// The heading of the module docs.
    pub title: String,
    /// What the area is for.
    pub summary: String,
    /// What to know before using it.
    pub docs: String,
    /// Rust code: `use` lines, and the body of an asynchronous function with a client `ops`.
    pub example: String,
}

/// Name, docs and behaviour of an operation.
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
    pub(super) max_results: Option<Tracked<u32>>,
    pub(super) parameters: BTreeMap<String, Tracked<String>>,
}

#[derive(Debug, Clone)]
pub(super) struct TypeDocs {
    /// The whole entry, unless it is a part of a merge group.
    pub(super) whole: Option<Tracked<()>>,
    pub(super) summary: Option<Tracked<String>>,
    pub(super) fields: BTreeMap<String, Tracked<String>>,
}

#[derive(Debug, Clone)]
pub(super) struct MergeGroup {
    pub(super) group: Tracked<()>,
    pub(super) members: Vec<(String, Tracked<()>)>,
    /// The file and pointer of the group, for problems.
    pub(super) place: (String, String),
}

/// Schemas that are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EqualSchemas {
    /// The file and pointer of the overlay that say so, for problems.
    pub place: (String, String),
    /// The names of the equal schemas.
    pub schemas: Vec<String>,
}

impl Overlay {
    /// An area by its key.
    pub fn area(&self, key: &str) -> Option<&Area> {
        self.areas.get(key).map(|area| self.ledger.read(area))
    }

    /// The keys of all areas.
    pub fn area_keys(&self) -> impl Iterator<Item = &str> {
        self.areas.keys().map(String::as_str)
    }

    /// The examples by the keys of their areas. This reads nothing.
    pub fn examples(&self) -> impl Iterator<Item = (&str, &str)> {
        self.areas.iter().map(|(key, area)| (key.as_str(), area.peek().example.as_str()))
    }

    /// The keys of the areas that have operations and no example.
    pub fn areas_without_example(&self) -> impl Iterator<Item = &str> {
        let has_operations = |key: &str| self.operations.values().any(|entry| entry.peek().area == key);
        let without = self.areas.iter().filter(move |(key, area)| area.peek().example.is_empty() && has_operations(key));
        without.map(|(key, _)| key.as_str())
    }

    /// The entry of an operation, by method and path after the URLs were rewritten.
    pub fn entry(&self, operation: &Operation<'_>) -> Option<&Entry> {
        self.operations.get(&operation.label()).map(|entry| self.ledger.read(entry))
    }

    /// The key of the area of an operation that has an entry, by its method and path.
    pub fn area_of(&self, label: &str) -> Option<&str> {
        self.operations.get(label).map(|entry| entry.peek().area.as_str())
    }

    /// The file of an operation, for help texts: `spec/overlay/alerts.yaml`, or the directory where
    /// the operation has no entry.
    pub fn file(&self, label: &str) -> String {
        let name = self.files.get(label).map(String::as_str).unwrap_or_default();
        format!("spec/overlay/{name}")
    }

    /// A problem of the entry of an operation, at one of its members.
    pub fn problem(&self, label: &str, member: &str, message: impl Into<String>, help: impl Into<String>) -> Problem {
        let file = self.files.get(label).map(String::as_str).unwrap_or_default();
        let pointer = child(&stale::member("operations", self.key(label)), member);
        Problem::in_overlay(file, pointer, message, help).in_operation(label)
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

    /// Whether there are docs of a parameter of an operation. This reads nothing.
    pub fn describes_parameter(&self, label: &str, name: &str) -> bool {
        let own = self.operations.get(label).is_some_and(|entry| entry.peek().parameters.contains_key(name));
        own || self.parameters.contains_key(name)
    }

    /// Whether there are docs of a type. This reads nothing.
    pub fn describes_type(&self, name: &str) -> bool {
        self.types.contains_key(name)
    }

    /// What a value of a type is.
    pub fn type_summary(&self, name: &str) -> Option<&str> {
        let summary = self.type_docs(name).and_then(|docs| docs.summary.as_ref());
        summary.map(|summary| self.ledger.read(summary).as_str())
    }

    /// The docs of a field of a type.
    pub fn field_docs(&self, type_name: &str, field: &str) -> Option<&str> {
        let own = self.type_docs(type_name).and_then(|docs| docs.fields.get(field));
        own.or_else(|| self.fields.get(field)).map(|docs| self.ledger.read(docs).as_str())
    }

    fn type_docs(&self, name: &str) -> Option<&TypeDocs> {
        let docs = self.types.get(name)?;
        if let Some(whole) = &docs.whole {
            self.ledger.read(whole);
        }
        Some(docs)
    }

    /// Where a required input stands among the arguments of a function: those of the list first, in
    /// its order, then the others by their names.
    pub fn argument_rank<'a>(&self, property: &'a str) -> (usize, &'a str) {
        let listed = self.argument_order.get(property).map(|rank| *self.ledger.read(rank));
        (listed.unwrap_or(usize::MAX), property)
    }

    /// Whether the values of a property must not be printed.
    pub fn is_secret(&self, schema: &str, property: &str) -> bool {
        let secret = self.secrets.get(&format!("{schema}.{property}"));
        secret.map(|secret| self.ledger.read(secret)).is_some()
    }

    /// Schemas that are the same, by the name of the type that they become. Schemas that the
    /// document does not have are left out.
    pub fn merge_groups(&self, document: &Document) -> BTreeMap<String, EqualSchemas> {
        let groups = self.merge.iter().filter_map(|(name, group)| {
            let present = group.members.iter().filter(|(schema, _)| document.schema(schema).is_some());
            let present: Vec<String> =
                present.map(|(schema, member)| (schema.clone(), self.ledger.read(member)).0).collect();
            if present.is_empty() {
                return None;
            }
            self.ledger.read(&group.group);
            Some((name.clone(), EqualSchemas { place: group.place.clone(), schemas: present }))
        });
        groups.collect()
    }

    /// The methods and paths of all operations that have an entry.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.operations.keys().map(String::as_str)
    }

    /// The key of an entry in its file, by the label of its operation.
    fn key<'a>(&'a self, label: &'a str) -> &'a str {
        self.keys.get(label).map_or(label, String::as_str)
    }

    /// What to do about entries whose operations moved.
    pub fn moved<'a>(&'a self, moves: &'a Moves) -> impl Iterator<Item = Problem> + 'a {
        moves.iter().map(|(old, new)| {
            let file = self.files.get(old).map(String::as_str).unwrap_or_default();
            let message = format!("the operation is `{new}` now, and its entry follows it");
            let help =
                format!("rename the key to `{new}` in spec/overlay/{file}, and the operation in repairs that name it");
            Problem::in_overlay(file, stale::member("operations", old), message, help).in_operation(old)
        })
    }

    /// Lets entries follow operations that moved. Docs of path parameters follow their names.
    #[must_use]
    pub fn follow(mut self, moves: &Moves) -> Self {
        for (old, new) in moves.iter() {
            let Some(entry) = self.operations.remove(old) else { continue };
            let names: BTreeMap<&str, &str> = template_names(old).into_iter().zip(template_names(new)).collect();
            let entry = entry.map(|mut entry| {
                let parameters = std::mem::take(&mut entry.parameters).into_iter();
                let renamed = |name: String| names.get(name.as_str()).map_or(name.clone(), |new| (*new).to_owned());
                entry.parameters = parameters.map(|(name, docs)| (renamed(name), docs)).collect();
                entry
            });
            if let Some(file) = self.files.remove(old) {
                self.files.insert(new.to_owned(), file);
            }
            self.keys.insert(new.to_owned(), old.to_owned());
            self.operations.insert(new.to_owned(), entry);
        }
        self
    }

    /// Whether the document is a part of the one that the overlay is for.
    pub fn is_for_part(&self) -> bool {
        self.is_for_part
    }

    /// Whether a call such as `ops.alerts().list()` is of one of these operations.
    pub fn is_method_of(&self, call: &str, labels: &BTreeSet<String>) -> bool {
        let entries = labels.iter().filter_map(|label| self.operations.get(label)).map(Tracked::peek);
        let method = |entry: &Entry| entry.method.clone().unwrap_or_else(|| entry.name.clone());
        let calls = entries.map(|entry| format!("ops.{}().{}", module_name(&entry.area), method(entry)));
        calls.into_iter().any(|begin| call.starts_with(&begin))
    }

    /// The overlay for a part of the document, where unread entries are not a problem.
    #[must_use]
    pub fn for_part(self) -> Self {
        Self { is_for_part: true, ..self }
    }

    /// The entries that nothing has read. A run that is complete has read each that is of use.
    ///
    /// `is_left_out` says whether an operation or a schema is left out of the crate for another
    /// reason.
    pub fn stale(&self, document: &Document, is_left_out: impl Fn(&str) -> bool) -> Problems {
        if self.is_for_part {
            return Problems::new();
        }
        let labels = document.operations().map(|operation| operation.label());
        let operations = labels.filter(|label| !self.operations.contains_key(label)).collect();
        let undocumented = document.schemas().map(|(name, _)| name).filter(|name| !self.types.contains_key(*name));
        let candidates = Candidates { operations, types: undocumented.map(str::to_owned).collect() };
        stale::problems(self.ledger.unread(), &candidates, is_left_out)
    }
}
