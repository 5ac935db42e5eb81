//! Which operations are new, changed, gone and newly deprecated.

use std::collections::{BTreeMap, BTreeSet};

use super::markdown::{name, signature};
use crate::{
    model::{
        operation::{FormPart, OperationModel, Parameter, PartContent, RequestBody, ResponseBody},
        rust_type::RustType,
    },
    moves::Moves,
    names::type_name,
    pipeline::Output,
};

/// What happened to operations. Each list has the order of the documents.
#[derive(Debug, Default)]
pub struct OperationChanges<'a> {
    /// Operations that are new.
    pub new: Vec<&'a OperationModel>,
    /// Operations that are different now, and how.
    pub changed: Vec<(&'a OperationModel, Vec<Difference>)>,
    /// Operations that are gone.
    pub gone: Vec<&'a OperationModel>,
    /// Known operations that are deprecated now.
    pub deprecated: Vec<&'a OperationModel>,
    /// Methods and paths of operations that the generator leaves out now.
    pub left_out: Vec<&'a str>,
}

/// The difference of the Rust name.
const NAME: &str = "name";

/// One difference of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What is different.
    what: &'static str,
    /// Its name, where there are several.
    name: Option<String>,
    /// What it was, where there is more to say than its name; `None` if it is new.
    was: Option<String>,
    /// What it is, where there is more to say than its name; `None` if it is gone.
    is: Option<String>,
}

impl Difference {
    /// The Rust name that the operation had, if that is the difference.
    pub fn old_name(&self) -> Option<&str> {
        self.was.as_deref().filter(|_| self.what == NAME)
    }

    /// The difference in Markdown.
    pub fn markdown(&self) -> String {
        let what = self.name.as_ref().map_or_else(|| self.what.to_owned(), |of| format!("{} {}", self.what, name(of)));
        match (&self.was, &self.is) {
            (None, None) => what,
            (None, Some(is)) if is.is_empty() => format!("{what}: new"),
            (Some(was), None) if was.is_empty() => format!("{what}: gone"),
            (None, Some(is)) => format!("{what}: new, {}", signature(is)),
            (Some(was), None) => format!("{what}: gone, was {}", signature(was)),
            (Some(was), Some(is)) => format!("{what}: {} → {}", signature(was), signature(is)),
        }
    }
}

impl<'a> OperationChanges<'a> {
    /// Compares the operations of two runs. One that moved is the same operation.
    pub fn of(old: &'a Output, new: &'a Output) -> Self {
        let methods: Vec<String> = new.operations.iter().map(|one| one.method.to_ascii_lowercase()).collect();
        let places = methods.iter().zip(&new.operations).map(|(method, one)| (method.as_str(), one.path.as_str()));
        let known: Vec<String> = old.operations.iter().map(OperationModel::label).collect();
        let moves = Moves::among(places, known.iter().map(String::as_str));
        let moved: BTreeMap<&str, &str> = moves.iter().collect();
        let now: BTreeMap<String, &OperationModel> = new.operations.iter().map(|one| (one.label(), one)).collect();
        let (mut changes, mut found) = (Self::default(), BTreeSet::new());
        for (before, label) in old.operations.iter().zip(&known) {
            let label = moved.get(label.as_str()).copied().unwrap_or(label);
            let Some(after) = now.get(label) else {
                changes.gone.push(before);
                continue;
            };
            found.insert(label);
            if after.deprecated && !before.deprecated {
                changes.deprecated.push(after);
            }
            let differences = differences(before, after);
            if !differences.is_empty() {
                changes.changed.push((after, differences));
            }
        }
        changes.new = new.operations.iter().filter(|one| !found.contains(one.label().as_str())).collect();
        changes.left_out = new.left_out.difference(&old.left_out).map(String::as_str).collect();
        changes
    }
}

/// How an operation differs.
fn differences(old: &OperationModel, new: &OperationModel) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut compare = |what, was: String, is: String| {
        if was != is {
            found.push(Difference { what, name: None, was: Some(was), is: Some(is) });
        }
    };
    compare("moved", old.label(), new.label());
    compare(NAME, old.rust_path(), new.rust_path());
    compare("base URL", old.family.rust_name().to_owned(), new.family.rust_name().to_owned());
    compare("body", body(old), body(new));
    compare("response", response(old), response(new));
    compare("pages", pages(old), pages(new));
    compare("experimental", yes_or_no(old.experimental), yes_or_no(new.experimental));
    // Their names are those of the path.
    let path = |one: &OperationModel| one.path_params.iter().map(|one| type_text(&one.rust_type)).collect::<Vec<_>>();
    compare("path parameters", path(old).join(", "), path(new).join(", "));
    for (what, before, after) in [
        ("query parameter", &old.query_params, &new.query_params),
        ("header parameter", &old.header_params, &new.header_params),
    ] {
        let texts = |parameters: &[Parameter]| parameters.iter().map(|one| (one.name.clone(), parameter(one))).collect();
        found.extend(named(what, &texts(before), &texts(after)));
    }
    let scopes = |one: &OperationModel| one.scopes.iter().map(|scope| (scope.clone(), String::new())).collect();
    found.extend(named("scope", &scopes(old), &scopes(new)));
    found
}

/// What is new, gone, or different of two lists.
fn named(what: &'static str, old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<Difference> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differences = names.into_iter().filter(|name| old.get(*name) != new.get(*name)).map(|name| Difference {
        what,
        name: Some(name.clone()),
        was: old.get(name).cloned(),
        is: new.get(name).cloned(),
    });
    differences.collect()
}

fn parameter(parameter: &Parameter) -> String {
    let commas = if parameter.is_comma_list() { " with commas" } else { "" };
    format!("{}{commas}, {}", type_text(&parameter.rust_type), required(parameter.required))
}

fn required(required: bool) -> &'static str {
    if required { "required" } else { "optional" }
}

fn yes_or_no(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

fn body(operation: &OperationModel) -> String {
    let part = |part: &FormPart| {
        let content = match &part.content {
            PartContent::File => "file".to_owned(),
            PartContent::Text(rust_type) => type_text(rust_type),
        };
        format!("{}: {content}, {}", part.name, required(part.required))
    };
    match &operation.body {
        RequestBody::None => "none".to_owned(),
        RequestBody::Form(part) => format!("form with the file {part}"),
        RequestBody::Parts(parts) => format!("form with {}", parts.iter().map(part).collect::<Vec<_>>().join("; ")),
        RequestBody::Json { rust_type, required: is_required } => {
            let media_type = operation.body_media_type.as_deref().map(|other| format!(" as {other}"));
            format!("{}{}, {}", type_text(rust_type), media_type.unwrap_or_default(), required(*is_required))
        }
    }
}

fn response(operation: &OperationModel) -> String {
    let media_type = operation.response_media_type.as_deref().map(|other| format!(" as {other}")).unwrap_or_default();
    match &operation.response {
        ResponseBody::Empty => "none".to_owned(),
        ResponseBody::Json(rust_type) => format!("{}{media_type}", type_text(rust_type)),
        ResponseBody::Text(media_type) => format!("String as {media_type}"),
        ResponseBody::Bytes => format!("bytes{media_type}"),
    }
}

fn pages(operation: &OperationModel) -> String {
    operation.paging.map_or("none", |(paging, _)| paging.name()).to_owned()
}

/// A type as users of the crate write it, without paths.
fn type_text(rust_type: &RustType) -> String {
    match rust_type {
        RustType::String => "String".to_owned(),
        RustType::Integer32 => "i32".to_owned(),
        RustType::Integer64 => "i64".to_owned(),
        RustType::Number => "f64".to_owned(),
        RustType::Boolean => "bool".to_owned(),
        RustType::DateTime => "DateTime<Utc>".to_owned(),
        RustType::Any => "Value".to_owned(),
        RustType::AnyObject => "Map<String, Value>".to_owned(),
        RustType::Named(name) => type_name(name),
        RustType::List(of) => format!("Vec<{}>", type_text(of)),
        RustType::Map(of) => format!("BTreeMap<String, {}>", type_text(of)),
    }
}
