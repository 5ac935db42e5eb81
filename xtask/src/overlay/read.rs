//! From the files of an overlay to its entries.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    entries::{Area, Entry, MergeGroup, Overlay, TypeDocs},
    error::OverlayError,
    example,
    files::{AreaFile, Checked, GlossaryFile, MergeForm, OperationForm, PLACEHOLDER, SharedFile, TypeForm, map},
    ledger::Tracked,
    stale::{Purpose, Stale, member},
};
use crate::{
    characters::{code_point, is_hidden as is_hidden_character},
    document::{
        child, tokens,
        yaml::{self, YamlError},
    },
    names::is_rust_name,
    problem::{Problem, Problems},
};

impl Overlay {
    /// Reads an overlay from its directory.
    ///
    /// # Errors
    /// A directory that cannot be read, and all files and entries that are invalid.
    pub fn directory(path: &Path) -> Result<Self, OverlayError> {
        let files = Files::read(path)?;
        overlay(files).map_err(|problems| OverlayError::Content { path: path.to_owned(), problems })
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
        overlay(Files { yaml, ..Files::default() })
    }
}

/// What the directory has besides the files of the overlay.
const OTHERS: [&str; 3] = ["README.md", EXAMPLES, SCHEMA];

/// The directory of the examples.
const EXAMPLES: &str = "examples";

/// Largest file that is read, in bytes. The largest one of the repository has 22 kB.
const MAX_BYTES: u64 = 1024 * 1024;

/// The schema of the files, for editors.
pub const SCHEMA: &str = "schema.json";

/// The contents of the files of an overlay, by their names in the directory.
#[derive(Debug, Default)]
struct Files {
    /// The YAML files.
    yaml: BTreeMap<String, Value>,
    /// The examples, by the areas that they are for.
    examples: BTreeMap<String, String>,
    /// Files that are neither.
    strays: Vec<String>,
    /// Files that cannot be read, with the reason.
    unreadable: Vec<(String, String)>,
}

impl Files {
    /// Reads a directory.
    fn read(directory: &Path) -> Result<Self, OverlayError> {
        let mut files = Self::default();
        for (name, path) in list(directory)? {
            if is_hidden(&name) {
                files.strays.push(name);
            } else if name.ends_with(".yaml") {
                match read_file(&path).and_then(|text| read_yaml(&text)) {
                    Ok(value) => drop(files.yaml.insert(name, value)),
                    Err(reason) => files.unreadable.push((name, reason)),
                }
            } else if name == EXAMPLES && !path.is_dir() {
                files.unreadable.push((name, "this is not a directory".to_owned()));
            } else if !OTHERS.contains(&name.as_str()) {
                files.strays.push(name);
            }
        }
        let examples = directory.join(EXAMPLES);
        for (name, path) in if examples.is_dir() { list(&examples)? } else { Vec::new() } {
            let file = format!("{EXAMPLES}/{name}");
            match name.strip_suffix(".rs").filter(|_| !is_hidden(&name)) {
                Some(area) => match read_file(&path) {
                    Ok(text) => drop(files.examples.insert(area.to_owned(), text)),
                    Err(reason) => files.unreadable.push((file, reason)),
                },
                None => files.strays.push(file),
            }
        }
        Ok(files)
    }
}

/// The entries of a directory by name, without the files of editors.
fn list(directory: &Path) -> Result<Vec<(String, PathBuf)>, OverlayError> {
    let failed = |source: io::Error| OverlayError::Io { path: directory.to_owned(), source };
    let mut entries = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_of_editor = (name.starts_with('.') && !is_hidden(&name)) || name.ends_with('~');
        if !is_of_editor {
            entries.push((name, entry.path()));
        }
    }
    entries.sort();
    Ok(entries)
}

/// Whether a file is one of an overlay by its ending and hidden by its name. Emacs hides locks as
/// `.#alerts.yaml`.
fn is_hidden(name: &str) -> bool {
    name.starts_with('.') && !name.starts_with(".#") && (name.ends_with(".yaml") || name.ends_with(".rs"))
}

/// The text of a file, or why there is none.
fn read_file(path: &Path) -> Result<String, String> {
    let failed = |error: io::Error| format!("cannot read the file: {error}");
    // To open a pipe without a writer waits forever.
    let metadata = fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        return Err("this is not a regular file".to_owned());
    }
    if metadata.len() > MAX_BYTES {
        return Err(format!("the file has more than {MAX_BYTES} bytes"));
    }
    let text = String::from_utf8(fs::read(path).map_err(failed)?);
    text.map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        format!("the file is not UTF-8: byte {place} is not part of a character")
    })
}

/// The value of a YAML file, or why there is none.
fn read_yaml(text: &str) -> Result<Value, String> {
    yaml::read(text).map_err(|error| match error {
        YamlError::Tag { .. } => error.to_string(),
        _ => format!("invalid YAML: {error}"),
    })
}

/// Whether a character makes source that does not compile or does not look as it reads: rustc
/// rejects carriage returns and changes of the direction of text in docs.
fn is_invalid(character: char) -> bool {
    is_hidden_character(character) && !matches!(character, '\n' | '\t')
}

/// The places of invalid characters, each with its text or key.
fn invalid_characters(value: &Value, pointer: &str, found: &mut Vec<(String, &'static str, char)>) {
    match value {
        Value::String(text) => {
            found.extend(text.chars().find(|one| is_invalid(*one)).map(|one| (pointer.to_owned(), "the text", one)));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                invalid_characters(item, &child(pointer, &index.to_string()), found);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                match key.chars().find(|one| is_invalid(*one)) {
                    // The pointer of the member would print the character.
                    Some(one) => found.push((pointer.to_owned(), "a key", one)),
                    None => invalid_characters(member, &child(pointer, key), found),
                }
            }
        }
        _ => {}
    }
}

/// Whether a text has a block of code, which would become a doctest: rustdoc runs what is between
/// fences, and what is indented after a blank line.
fn has_code_block(text: &str) -> bool {
    let mut after_blank = true;
    text.lines().any(|line| {
        let is_fence = ["```", "~~~"].iter().any(|mark| line.trim_start().starts_with(mark));
        let is_indented = after_blank && (line.starts_with("    ") || line.starts_with('\t')) && !line.trim().is_empty();
        after_blank = line.trim().is_empty();
        is_fence || is_indented
    })
}

/// The places of texts that are of a kind.
fn texts(value: &Value, pointer: &str, is_one: fn(&str) -> bool, found: &mut Vec<String>) {
    match value {
        Value::String(text) if is_one(text) => found.push(pointer.to_owned()),
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(index, item)| texts(item, &child(pointer, &index.to_string()), is_one, found));
        }
        Value::Object(members) => {
            members.iter().for_each(|(key, member)| texts(member, &child(pointer, key), is_one, found));
        }
        _ => {}
    }
}

/// Whether nothing is in a value, or in any of its members.
fn is_empty(value: &Value) -> bool {
    let is_nothing = |value: &Value| match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    };
    is_nothing(value) || value.as_object().is_some_and(|members| members.values().all(is_nothing))
}

/// Reads all entries; every entry that is invalid is reported.
fn overlay(files: Files) -> Result<Overlay, Problems> {
    let mut reader = Reader::default();
    for name in &files.strays {
        let help = format!("remove spec/overlay/{name}, or rename it");
        reader.report(name, "", "unknown file; expected `<area>.yaml`, or `<area>.rs` in `examples`".to_owned(), help);
    }
    for (file, reason) in files.unreadable {
        reader.unreadable(&file, reason);
    }
    for (file, value) in files.yaml {
        let (name, is_part) = area_of(&file);
        match name {
            "glossary" => reader.glossary(&file, value),
            "shared" => reader.shared(&file, value),
            key => reader.area(key, is_part, &file, value),
        }
    }
    for (key, text) in files.examples {
        reader.example(&key, &text);
    }
    reader.finish()
}

/// The name before the first dot of a file, and whether the file is a further part.
fn area_of(file: &str) -> (&str, bool) {
    let stem = file.trim_end_matches(".yaml");
    stem.split_once('.').map_or((stem, false), |(name, _)| (name, true))
}

#[derive(Default)]
struct Reader {
    overlay: Overlay,
    /// The docs of areas that are not tracked yet.
    areas: BTreeMap<String, Area>,
    /// The files in which types have docs.
    type_files: BTreeMap<String, String>,
    /// The first further part of each area.
    parts: BTreeMap<String, String>,
    /// Whether entries could not be read. What only they may refer to is not reported.
    is_incomplete: bool,
    problems: Problems,
}

impl Reader {
    fn report(&mut self, file: &str, pointer: &str, message: String, help: String) {
        self.problems.push(Problem::in_overlay(file, pointer, message, help));
    }

    fn unreadable(&mut self, file: &str, reason: String) {
        self.report(file, "", reason, "correct or remove this file".to_owned());
        self.is_incomplete = true;
        // What depends on the area is not reported besides it.
        self.areas.entry(area_of(file).0.to_owned()).or_default();
    }

    /// The content of a file.
    fn form<T: DeserializeOwned>(&mut self, file: &str, value: Value) -> Option<T> {
        let mut found = Vec::new();
        invalid_characters(&value, "", &mut found);
        for (pointer, what, character) in found {
            self.invalid_character(file, &pointer, what, character);
        }
        let mut found = Vec::new();
        texts(&value, "", has_code_block, &mut found);
        for pointer in found {
            let help = format!("write the code as `code` in spec/overlay/{file}, or as a file of spec/overlay/examples");
            self.report(file, &pointer, "the text has a block of code, which tests would run".to_owned(), help);
        }
        let mut found = Vec::new();
        texts(&value, "", |text| text.trim() == PLACEHOLDER, &mut found);
        for pointer in found {
            let name = tokens(&pointer).pop().unwrap_or_default();
            let help = format!("write what it says, in your own words, in spec/overlay/{file}");
            self.report(file, &pointer, format!("`{name}` is `{PLACEHOLDER}`"), help);
        }
        if is_empty(&value) {
            let help = format!("add entries to spec/overlay/{file}, or remove it");
            self.report(file, "", "the file is empty".to_owned(), help);
            return None;
        }
        match map(value) {
            Ok(form) => Some(form),
            Err(error) => {
                self.report(file, "", error.to_string(), format!("correct spec/overlay/{file}"));
                self.is_incomplete = true;
                None
            }
        }
    }

    fn invalid_character(&mut self, file: &str, pointer: &str, what: &str, character: char) {
        let message = format!("{what} has the character {}, which Rust source cannot have", code_point(character));
        self.report(file, pointer, message, format!("remove the character in spec/overlay/{file}"));
    }

    fn text(&mut self, file: &str, pointer: &str, name: &str, text: Option<&str>) {
        if text.map(str::trim) == Some("") {
            let help = format!("write a `{name}` in spec/overlay/{file}");
            self.report(file, &child(pointer, name), format!("`{name}` is empty"), help);
        }
    }

    fn checked<T>(&mut self, file: &str, pointer: &str, form: Checked<T>) -> Option<T> {
        let invalid = |error: serde_json::Error| {
            self.report(file, pointer, error.to_string(), format!("correct the entry in spec/overlay/{file}"));
            self.is_incomplete = true;
        };
        form.0.map_err(invalid).ok()
    }

    fn area(&mut self, key: &str, is_part: bool, file: &str, value: Value) {
        let Some(form) = self.form::<AreaFile>(file, value) else {
            // What depends on the area is not reported besides it.
            self.areas.entry(key.to_owned()).or_default();
            return;
        };
        if !is_rust_name(&key.replace('-', "_")) {
            let message = format!("`{key}` is not a valid name of an area: it becomes the name of a module");
            self.report(file, "", message, "use lower-case letters, digits and hyphens".to_owned());
        }
        let AreaFile { title, summary, docs, operations, types, secrets } = form;
        if is_part {
            self.parts.entry(key.to_owned()).or_insert_with(|| file.to_owned());
            for (name, value) in [("title", title), ("summary", summary), ("docs", docs)] {
                if value.is_some() {
                    let help = format!("move it to spec/overlay/{key}.yaml");
                    self.report(file, &child("", name), format!("only `{key}.yaml` may have a `{name}`"), help);
                }
            }
        } else {
            for (name, value) in [("title", &title), ("summary", &summary)] {
                if value.is_none() {
                    let help = format!("add it to spec/overlay/{file}");
                    self.report(file, "", format!("missing field `{name}`"), help);
                }
                self.text(file, "", name, value.as_deref());
            }
            let area = Area {
                title: title.unwrap_or_default(),
                summary: summary.unwrap_or_default(),
                docs: docs.unwrap_or_default(),
                example: String::new(),
            };
            self.areas.insert(key.to_owned(), area);
        }
        for (label, form) in operations {
            let pointer = member("operations", &label);
            if let Some(form) = self.checked(file, &pointer, form) {
                self.operation(key, file, label, form);
            }
        }
        self.types(file, types);
        self.secrets(file, secrets);
    }

    fn operation(&mut self, area: &str, file: &str, label: String, form: OperationForm) {
        let pointer = member("operations", &label);
        if let Some(other) = self.overlay.files.get(&label) {
            let message = format!("`{label}` has an entry in {other} as well");
            self.report(file, &pointer, message, format!("remove one of them from spec/overlay/{file} or {other}"));
            return;
        }
        self.text(file, &pointer, "summary", Some(&form.summary));
        if form.max_results == Some(0) {
            let help = format!("correct or remove it in spec/overlay/{file}");
            self.report(file, &child(&pointer, "max_results"), "`max_results` is 0".to_owned(), help);
        }
        let ledger = &mut self.overlay.ledger;
        let whole = ledger.track(Stale::new(file, &pointer, Purpose::Operation(label.clone(), form.name.clone())), ());
        let parameters = form.parameters.into_iter().map(|(name, docs)| {
            let purpose = Purpose::OperationParameter(label.clone(), name.clone());
            let at = child(&child(&pointer, "parameters"), &name);
            (name, ledger.track_part(Some(&whole), Stale::new(file, at, purpose), docs))
        });
        let parameters = parameters.collect();
        let max_results = form.max_results.map(|count| {
            let entry = Stale::new(file, child(&pointer, "max_results"), Purpose::MaxResults(label.clone()));
            ledger.track_part(Some(&whole), entry, count)
        });
        let entry = Entry {
            name: form.name,
            method: form.method,
            area: area.to_owned(),
            summary: form.summary,
            docs: form.docs,
            idempotency: form.idempotency,
            paging: form.paging,
            status_operation: form.status_operation,
            write_state: form.write_state,
            max_results,
            parameters,
        };
        self.overlay.files.insert(label.clone(), file.to_owned());
        self.overlay.operations.insert(label, whole.map(|()| entry));
    }

    fn types(&mut self, file: &str, types: BTreeMap<String, Checked<TypeForm>>) {
        for (name, form) in types {
            let pointer = member("types", &name);
            let Some(TypeForm { summary, fields }) = self.checked(file, &pointer, form) else { continue };
            self.text(file, &pointer, "summary", summary.as_deref());
            if summary.is_none() && fields.is_empty() {
                let help = format!("add a `summary` or `fields` in spec/overlay/{file}, or remove the entry");
                self.report(file, &pointer, format!("the entry of `{name}` has no docs"), help);
            }
            self.type_docs(None, file, &pointer, name, summary, fields);
        }
    }

    fn type_docs(
        &mut self,
        group: Option<&Tracked<()>>,
        file: &str,
        pointer: &str,
        name: String,
        summary: Option<String>,
        fields: BTreeMap<String, String>,
    ) {
        let ledger = &mut self.overlay.ledger;
        if let Some(other) = self.type_files.get(&name) {
            // Nothing can read it.
            ledger.track(Stale::new(file, pointer, Purpose::TypeTwice(name, other.clone())), ());
            return;
        }
        let whole = group.is_none().then(|| ledger.track(Stale::new(file, pointer, Purpose::Type(name.clone())), ()));
        let group = group.or(whole.as_ref());
        let summary = summary.map(|summary| {
            let entry = Stale::new(file, child(pointer, "summary"), Purpose::Type(name.clone()));
            ledger.track_part(group, entry, summary)
        });
        let fields = fields.into_iter().map(|(field, docs)| {
            let purpose = Purpose::TypeField(name.clone(), field.clone());
            let entry = Stale::new(file, child(&child(pointer, "fields"), &field), purpose);
            (field, ledger.track_part(group, entry, docs))
        });
        let fields = fields.collect();
        let docs = TypeDocs { whole, summary, fields };
        self.type_files.insert(name.clone(), file.to_owned());
        self.overlay.types.insert(name, docs);
    }

    fn secrets(&mut self, file: &str, secrets: Vec<String>) {
        for (index, secret) in secrets.into_iter().enumerate() {
            let pointer = member("secrets", &index.to_string());
            if self.overlay.secrets.contains_key(&secret) {
                self.listed_twice(file, &pointer, &secret);
                continue;
            }
            let entry = Stale::new(file, pointer, Purpose::Secret(secret.clone()));
            let tracked = self.overlay.ledger.track(entry, ());
            self.overlay.secrets.insert(secret, tracked);
        }
    }

    fn listed_twice(&mut self, file: &str, pointer: &str, name: &str) {
        self.report(file, pointer, format!("`{name}` is listed twice"), format!("remove it from spec/overlay/{file}"));
    }

    fn glossary(&mut self, file: &str, value: Value) {
        let Some(GlossaryFile { parameters, fields, argument_order }) = self.form(file, value) else { return };
        let ledger = &mut self.overlay.ledger;
        let mut twice = Vec::new();
        for (name, docs) in parameters {
            let pointer = member("parameters", &name);
            let entry = Stale::new(file, &pointer, Purpose::Parameter(name.clone()));
            if self.overlay.parameters.insert(name.clone(), ledger.track(entry, docs)).is_some() {
                twice.push((pointer, name));
            }
        }
        for (name, docs) in fields {
            let pointer = member("fields", &name);
            let entry = Stale::new(file, &pointer, Purpose::Field(name.clone()));
            if self.overlay.fields.insert(name.clone(), ledger.track(entry, docs)).is_some() {
                twice.push((pointer, name));
            }
        }
        for (index, name) in argument_order.into_iter().enumerate() {
            let pointer = member("argument_order", &index.to_string());
            let entry = Stale::new(file, &pointer, Purpose::Argument(name.clone()));
            if self.overlay.argument_order.insert(name.clone(), ledger.track(entry, index)).is_some() {
                twice.push((pointer, name));
            }
        }
        for (pointer, name) in twice {
            let help = format!("remove one of them from spec/overlay/{file}");
            self.report(file, &pointer, format!("`{name}` is in the glossary twice"), help);
        }
    }

    fn shared(&mut self, file: &str, value: Value) {
        let Some(SharedFile { types, secrets, merge }) = self.form(file, value) else { return };
        for (name, form) in merge {
            let pointer = member("merge", &name);
            let Some(MergeForm { summary, fields, schemas }) = self.checked(file, &pointer, form) else { continue };
            self.text(file, &pointer, "summary", summary.as_deref());
            for (index, schema) in schemas.iter().enumerate() {
                if schemas.iter().take(index).any(|other| other == schema) {
                    let at = child(&child(&pointer, "schemas"), &index.to_string());
                    self.listed_twice(file, &at, schema);
                }
            }
            let ledger = &mut self.overlay.ledger;
            let group = ledger.track(Stale::new(file, &pointer, Purpose::MergeGroup(name.clone())), ());
            let members = schemas.into_iter().enumerate().map(|(index, schema)| {
                let at = child(&child(&pointer, "schemas"), &index.to_string());
                let tracked =
                    ledger.track_part(Some(&group), Stale::new(file, at, Purpose::MergeMember(schema.clone())), ());
                (schema, tracked)
            });
            let members = members.collect();
            self.type_docs(Some(&group), file, &pointer, name.clone(), summary, fields);
            let group = MergeGroup { members, place: (file.to_owned(), pointer.clone()), group };
            if self.overlay.merge.insert(name, group).is_some() {
                let help = format!("remove one of them from spec/overlay/{file}");
                self.report(file, &pointer, "the group has a second entry".to_owned(), help);
            }
        }
        self.types(file, types);
        self.secrets(file, secrets);
    }

    fn example(&mut self, key: &str, text: &str) {
        let file = format!("{EXAMPLES}/{key}.rs");
        if let Some(character) = text.chars().find(|one| is_invalid(*one)) {
            self.invalid_character(&file, "", "the text", character);
            return;
        }
        // The docs hold the example between fences.
        if text.contains("```") {
            let help = format!("remove the backticks from spec/overlay/{file}");
            self.report(&file, "", "the example has three backticks in a row, which would end it".to_owned(), help);
            return;
        }
        let Some(area) = self.areas.get_mut(key) else {
            // Nothing can read it.
            self.overlay.ledger.track(Stale::new(&file, "", Purpose::ExampleWithoutArea(key.to_owned())), ());
            return;
        };
        match example::shown(text) {
            Some(shown) => area.example = shown,
            None => {
                let help = format!("begin its function with `{}` and end it with `Ok(())`", example::SIGNATURE);
                self.report(&file, "", "this example does not have the form of an example".to_owned(), help);
            }
        }
    }

    fn finish(mut self) -> Result<Overlay, Problems> {
        for (key, area) in std::mem::take(&mut self.areas) {
            let entry = Stale::new(&format!("{key}.yaml"), "", Purpose::Area(key.clone()));
            let tracked = self.overlay.ledger.track(entry, area);
            self.overlay.areas.insert(key, tracked);
        }
        for (key, file) in std::mem::take(&mut self.parts) {
            if !self.overlay.areas.contains_key(&key) {
                let help = format!("add spec/overlay/{key}.yaml with `title` and `summary`, or rename the file");
                self.report(&file, "", format!("the area `{key}` is missing"), help);
            }
        }
        check_operations(&self.overlay, self.is_incomplete, &mut self.problems);
        self.problems.into_result()?;
        Ok(self.overlay)
    }
}

fn check_operations(overlay: &Overlay, is_incomplete: bool, problems: &mut Problems) {
    let mut taken: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for (key, entry) in &overlay.operations {
        // To check an entry is not to use it.
        let entry = entry.peek();
        let file = overlay.files.get(key).map(String::as_str).unwrap_or_default();
        let pointer = member("operations", key);
        let mut report = |name: &str, message: String, help: &str| {
            let help = format!("{help} in spec/overlay/{file}");
            problems.push(Problem::in_overlay(file, child(&pointer, name), message, help));
        };
        let method = entry.method.as_deref().unwrap_or(&entry.name);
        for (member, name) in [("name", entry.name.as_str()), ("method", method)] {
            if !is_rust_name(name) {
                let message = format!("`{name}` is not a valid Rust name");
                report(member, message, "use snake_case that is not a keyword of Rust");
            }
        }
        if let Some(first) = taken.insert((&entry.area, method), key) {
            let message = format!("`{first}` and `{key}` have the same method `{method}` in the area `{}`", entry.area);
            report("method", message, "set a unique `method` for each");
        }
        let refers = |other: &Tracked<Entry>| other.peek().status_operation.as_ref() == Some(&entry.name);
        if entry.write_state.is_some() && !is_incomplete && !overlay.operations.values().any(refers) {
            let message = format!("no operation has `{}` as its `status_operation`", entry.name);
            report("write_state", message, "remove it, or add the `status_operation` of a queued write,");
        }
        let Some(status) = &entry.status_operation else { continue };
        let named = overlay.operations.values().find(|entry| entry.peek().name == *status);
        if named.is_none_or(|entry| entry.peek().write_state.is_none()) {
            let message = format!("no operation `{status}` has a `write_state`, which returns the state of a queued write");
            report("status_operation", message, "refer to an operation with a `write_state`, or add one");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::Document;

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
        let problems = overlay.stale(&document, |_| false);
        assert_eq!(problems.iter().count(), 1);
        let text = problems.to_string();
        assert!(text.contains("nearest operation without an entry is `GET /v1/alerts`"), "{text}");
    }

    #[test]
    fn a_copy_has_read_nothing() {
        let overlay = overlay(json!({})).expect("overlay");
        overlay.area("alerts");
        let document = Document::new(json!({}));
        assert!(overlay.stale(&document, |_| false).is_empty());
        assert_eq!(overlay.clone().stale(&document, |_| false).iter().count(), 1);
    }
}
