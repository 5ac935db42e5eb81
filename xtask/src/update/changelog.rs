//! The lines for `CHANGELOG.md`: what users of the crate see of a new document.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    items::{Items, Place},
    markdown::{item, name, names},
    operations::Difference,
    phrases,
    since::Since,
};
use crate::{
    model::operation::OperationModel,
    names::module_name,
    public_api::change::{ApiChange, ChangeKind, RustVerdict},
};

/// A heading of the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Heading {
    Added,
    Changed,
    Deprecated,
    Removed,
}

impl Heading {
    const ALL: [Self; 4] = [Self::Added, Self::Changed, Self::Deprecated, Self::Removed];
}

/// The lines, with a heading for each kind of change. Empty if users see no change.
pub fn lines(since: &Since<'_>) -> String {
    let mut lines = Lines::default();
    lines.operations(since);
    lines.api(since);
    since.wire.iter().for_each(|change| lines.push(Heading::Changed, phrases::request(change)));
    lines.text()
}

#[derive(Debug, Default)]
struct Lines {
    whole: BTreeMap<Heading, Vec<String>>,
    /// Parts of an operation or a type, which share a line.
    parts: BTreeMap<Heading, BTreeMap<String, Vec<String>>>,
    types: BTreeMap<Heading, Vec<String>>,
}

impl Lines {
    fn push(&mut self, heading: Heading, line: String) {
        self.whole.entry(heading).or_default().push(line);
    }

    fn part(&mut self, heading: Heading, of: &str, part: String) {
        self.parts.entry(heading).or_default().entry(of.to_owned()).or_default().push(part);
    }

    fn operations(&mut self, since: &Since<'_>) {
        let changes = &since.operations;
        let line = |one: &OperationModel| format!("{}: {}.", name(&one.rust_path()), name(&one.label()));
        for (heading, list) in
            [(Heading::Added, &changes.new), (Heading::Deprecated, &changes.deprecated), (Heading::Removed, &changes.gone)]
        {
            list.iter().for_each(|one| self.push(heading, line(one)));
        }
        for (one, differences) in &changes.changed {
            let was = differences.iter().find_map(Difference::old_name);
            let line = was.map(|was| format!("{} is {} now (breaking).", name(was), name(&one.rust_path())));
            line.into_iter().for_each(|line| self.push(Heading::Changed, line));
        }
    }

    fn api(&mut self, since: &Since<'_>) {
        let [before, after] = since.runs.map(|run| run.operations.iter());
        let items = Items::of(before.chain(after));
        let [before, after] = since.runs.map(|run| {
            let paths = run.operations.iter().map(OperationModel::rust_path);
            let areas = run.operations.iter().map(|operation| operation.area.clone());
            (paths.collect::<BTreeSet<_>>(), areas.collect::<BTreeSet<_>>())
        });
        let is_in_both = |operation: &str| before.0.contains(operation) && after.0.contains(operation);
        let other_areas: Vec<String> = before.1.symmetric_difference(&after.1).cloned().collect();
        let is_other_area = |module: &str| other_areas.iter().any(|area| module_name(area) == module);
        let deprecated: BTreeSet<String> = since.operations.deprecated.iter().map(|one| one.rust_path()).collect();
        let setters: BTreeSet<(ChangeKind, String)> = since.api.iter().filter_map(setter_of_field).collect();
        for change in &since.api {
            let heading = heading(change);
            // What is removed always breaks.
            let is_marked = heading == Heading::Added && change.verdict == RustVerdict::Breaking;
            let breaks = if is_marked { " (breaking)" } else { "" };
            match items.place(&change.path) {
                // The line of the operation says it.
                Place::Operation(operation) if deprecated.contains(operation) && heading == Heading::Deprecated => {}
                Place::Operation(operation) | Place::Builder(operation, _) if !is_in_both(operation) => {}
                Place::Operation(operation) if heading == Heading::Deprecated => {
                    self.push(heading, format!("{}.", name(operation)));
                }
                Place::Operation(operation) | Place::Builder(operation, "send") if heading == Heading::Changed => {
                    self.push(heading, phrases::changed(operation, change));
                }
                Place::Operation(_) => self.push(heading, format!("{}.", name(&change.path))),
                Place::Builder(operation, member) if heading == Heading::Changed => {
                    self.push(heading, phrases::changed(&format!("{operation}(…).{member}"), change));
                }
                Place::Builder(operation, member) => {
                    let what = if change.detail.ends_with("-> Self") { "setter" } else { "method" };
                    self.part(heading, operation, format!("the {what} {}", name(member)));
                }
                Place::Area(module) if change.path.starts_with("areas::") => {
                    self.push(heading, format!("The area {}.", name(module)));
                }
                Place::Area(_) => {}
                // The line of the area says it.
                Place::Feature(feature) if is_other_area(&module_name(feature.rsplit(' ').next().unwrap_or_default())) => {}
                Place::Feature(feature) => self.push(heading, format!("The feature {}.", name(feature))),
                Place::Type(of) if change.detail.starts_with("impl ") => self.part(heading, of, name(&change.detail)),
                Place::Type(of) if [Heading::Added, Heading::Removed].contains(&heading) => {
                    self.types.entry(heading).or_default().push(of.to_owned());
                }
                Place::Field(..) | Place::Member(..) | Place::Type(_) | Place::Other if heading == Heading::Changed => {
                    self.push(heading, phrases::changed(&change.path, change));
                }
                Place::Field(of, field) => self.part(heading, of, format!("the field {}{breaks}", name(field))),
                Place::Member(of, value) if change.detail.starts_with("variant") => {
                    self.part(heading, of, format!("the value {}{breaks}", name(value)));
                }
                Place::Member(..) if setters.contains(&(change.kind, change.path.clone())) => {}
                Place::Member(of, method) => self.part(heading, of, format!("the method {}", name(method))),
                Place::Type(_) | Place::Other => self.push(heading, format!("{}.", name(&change.path))),
            }
        }
    }

    fn text(self) -> String {
        let mut text = String::new();
        for heading in Heading::ALL {
            let mut lines: Vec<String> = self.whole.get(&heading).cloned().unwrap_or_default();
            if let Some(types) = self.types.get(&heading) {
                let noun = if types.len() == 1 { "type" } else { "types" };
                lines.push(format!("The {noun} {}.", names(types.iter().map(String::as_str))));
            }
            let parts = self.parts.get(&heading).into_iter().flatten();
            lines.extend(parts.map(|(of, parts)| format!("{}: {}.", name(of), parts.join(", "))));
            if !lines.is_empty() {
                let gap = if text.is_empty() { "" } else { "\n" };
                text.push_str(&format!("{gap}#### {heading:?}\n\n"));
                lines.iter().for_each(|line| text.push_str(&item(line)));
            }
        }
        text
    }
}

/// The heading of a change.
fn heading(change: &ApiChange) -> Heading {
    match change.kind {
        _ if change.verdict == RustVerdict::Deprecation => Heading::Deprecated,
        ChangeKind::Added => Heading::Added,
        ChangeKind::Changed => Heading::Changed,
        ChangeKind::Removed => Heading::Removed,
    }
}

/// The setter that a field of a type may have, which needs no words of its own.
fn setter_of_field(change: &ApiChange) -> Option<(ChangeKind, String)> {
    change
        .path
        .starts_with("types::")
        .then(|| change.path.split_once('.'))
        .flatten()
        .map(|(of, field)| (change.kind, format!("{of}::{field}")))
}
