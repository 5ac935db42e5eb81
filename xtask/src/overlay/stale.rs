//! What is reported of an entry that nothing reads.

use heck::ToPascalCase;

use crate::{
    document::child,
    problem::{Problem, Problems},
};

/// An entry of the overlay: where it is, and what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// The file, as its name in the directory of the overlay.
    pub file: String,
    /// The JSON pointer of the entry in the file.
    pub pointer: String,
    /// What it is for.
    pub purpose: Purpose,
}

/// What an entry is for, which decides why it can be stale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// The docs of an area.
    Area(String),
    /// The example of an area that has no file.
    ExampleWithoutArea(String),
    /// An operation, by method and path, and its Rust name.
    Operation(String, String),
    /// The docs of a parameter of one operation.
    OperationParameter(String, String),
    /// How many items an operation lists at all.
    MaxResults(String),
    /// The docs of a parameter of any operation.
    Parameter(String),
    /// The docs of a field of any type.
    Field(String),
    /// The docs of a type, or its summary alone.
    Type(String),
    /// The docs of a type that has docs in another place.
    TypeTwice(String, String),
    /// The docs of a field of one type.
    TypeField(String, String),
    /// The place of a property among the arguments.
    Argument(String),
    /// A property that must not be printed.
    Secret(String),
    /// Schemas that become one type.
    MergeGroup(String),
    /// One of these schemas.
    MergeMember(String),
}

/// The names that an entry with a typo may mean.
pub struct Candidates {
    /// The operations of the document without an entry.
    pub operations: Vec<String>,
    /// The types without an entry.
    pub types: Vec<String>,
}

impl Stale {
    /// An entry of a file.
    pub fn new(file: &str, pointer: impl Into<String>, purpose: Purpose) -> Self {
        Self { file: file.to_owned(), pointer: pointer.into(), purpose }
    }

    /// The problem to report, with the nearest name.
    fn problem(&self, candidates: &Candidates) -> Problem {
        let file = &self.file;
        let (message, help) = match &self.purpose {
            Purpose::Area(key) => (
                format!("the area `{key}` has no operation"),
                format!("remove spec/overlay/{file}, or add the operations that belong to the area"),
            ),
            Purpose::ExampleWithoutArea(key) => (
                format!("the area `{key}` of this example is missing"),
                format!("rename spec/overlay/{file} after an area, or remove it"),
            ),
            Purpose::Operation(label, _) => {
                let help = match nearest(label, &candidates.operations) {
                    Some(near) => {
                        format!("correct the key in spec/overlay/{file}; the nearest operation without an entry is `{near}`")
                    }
                    None => format!("remove the entry from spec/overlay/{file}: the operation is gone"),
                };
                (format!("the overlay entry `{label}` matches no operation of the document"), help)
            }
            Purpose::OperationParameter(label, name) => (
                format!("`{label}` has no parameter `{name}`"),
                format!("correct the name in spec/overlay/{file}, or remove the entry"),
            ),
            Purpose::MaxResults(label) => (
                format!("`{label}` does not page by offset, and `max_results` has no effect without that"),
                format!("remove `max_results` from spec/overlay/{file}, or correct `paging`"),
            ),
            Purpose::Parameter(name) => (
                format!("no operation uses these docs of the parameter `{name}`"),
                format!(
                    "remove the entry from spec/overlay/{file}: the parameter is gone, or each operation has its own docs"
                ),
            ),
            Purpose::Field(name) => (
                format!("no type uses these docs of the field `{name}`"),
                format!("remove the entry from spec/overlay/{file}: the field is gone, or each type has its own docs"),
            ),
            Purpose::Type(name) => (
                format!("no type uses these docs of `{name}`"),
                match nearest(name, &candidates.types) {
                    Some(near) => {
                        format!("correct the name in spec/overlay/{file}; the nearest type without docs is `{near}`")
                    }
                    None => format!(
                        "remove the entry from spec/overlay/{file}: the schema is gone, is merged, or has no type of its own"
                    ),
                },
            ),
            Purpose::TypeTwice(name, other) => (
                format!("`{name}` has docs in {other} as well, and those are used"),
                format!("remove the entry from spec/overlay/{file}"),
            ),
            Purpose::TypeField(name, field) => (
                format!("the type `{name}` has no field `{field}`"),
                format!("correct the name in spec/overlay/{file}, or remove the entry"),
            ),
            Purpose::Argument(name) => (
                format!("no function takes `{name}` and another required input, so its place has no effect"),
                format!("remove the entry from spec/overlay/{file}: the input is gone, optional, or alone"),
            ),
            Purpose::Secret(name) => (
                format!("`{name}` is not a property of a schema"),
                format!("correct it in spec/overlay/{file}, or remove it: a value that is not found is not hidden"),
            ),
            Purpose::MergeGroup(name) => (
                format!("the document has no schema of the group `{name}`"),
                format!("remove the group from spec/overlay/{file}: its schemas are gone or have other names"),
            ),
            Purpose::MergeMember(name) => (
                format!("the schema `{name}` is missing"),
                format!("remove it from spec/overlay/{file}: the schema is gone or has another name"),
            ),
        };
        Problem::in_overlay(file, &self.pointer, message, help)
    }
}

/// The problems of all entries that nothing has read.
///
/// Schemas without a name of their own are named after their operation. If the key of an operation
/// has a slip, their docs are unread for that reason alone and are not reported.
pub fn problems<'a>(
    unread: impl Iterator<Item = &'a Stale> + Clone,
    candidates: &Candidates,
    is_left_out: impl Fn(&str) -> bool,
) -> Problems {
    let misspelt = unread.clone().filter_map(|entry| match &entry.purpose {
        Purpose::Operation(label, name) => nearest(label, &candidates.operations).map(|_| name.to_pascal_case()),
        _ => None,
    });
    let misspelt: Vec<String> = misspelt.collect();
    let mut problems = Problems::new();
    for entry in unread {
        let schema = match &entry.purpose {
            Purpose::Type(name) | Purpose::TypeField(name, _) | Purpose::MergeMember(name) => name,
            Purpose::Operation(label, _) if is_left_out(label) => continue,
            Purpose::Secret(name) => name.split('.').next().unwrap_or_default(),
            _ => "",
        };
        if !schema.is_empty() && is_left_out(schema) {
            continue;
        }
        if !misspelt.iter().any(|prefix| schema.starts_with(prefix)) {
            problems.push(entry.problem(candidates));
        }
    }
    problems
}

fn nearest<'a>(name: &str, candidates: &'a [String]) -> Option<&'a str> {
    let candidates: Vec<&str> = candidates.iter().map(String::as_str).collect();
    similar::get_close_matches(name, &candidates, 1, 0.8).first().copied()
}

/// The pointer of a member of a section.
pub fn member(section: &str, key: &str) -> String {
    child(&child("", section), key)
}
