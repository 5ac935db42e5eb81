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
    let known = Known::of(since);
    since.api.iter().for_each(|change| lines.change(&known, change));
    since.wire.iter().for_each(|change| lines.push(Heading::Changed, phrases::request(change)));
    lines.text()
}

/// What other lines say already, and what names mean.
struct Known {
    items: Items,
    /// The operations that both documents have.
    operations: BTreeSet<String>,
    /// The areas that one of the documents has.
    other_areas: BTreeSet<String>,
    /// The operations that are deprecated now.
    deprecated: BTreeSet<String>,
    /// The setters of fields that change in the same way.
    setters: BTreeSet<(ChangeKind, String)>,
}

impl Known {
    fn of(since: &Since<'_>) -> Self {
        let [before, after] = since.runs.map(|run| &run.operations);
        let [old, new] = [before, after].map(|all| all.iter().map(OperationModel::rust_path).collect::<BTreeSet<_>>());
        let [old_areas, new_areas] =
            [before, after].map(|all| all.iter().map(|one| module_name(&one.area)).collect::<BTreeSet<_>>());
        Self {
            items: Items::of(before.iter().chain(after)),
            operations: old.intersection(&new).cloned().collect(),
            other_areas: old_areas.symmetric_difference(&new_areas).cloned().collect(),
            deprecated: since.operations.deprecated.iter().map(|one| one.rust_path()).collect(),
            setters: since.api.iter().filter_map(setter_of_field).collect(),
        }
    }

    /// Whether the line of an area speaks of a feature.
    fn is_other_area(&self, feature: &str) -> bool {
        self.other_areas.contains(&module_name(feature))
    }
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

    fn change(&mut self, known: &Known, change: &ApiChange) {
        let heading = heading(change);
        match known.items.place(&change.path) {
            Place::Operation(operation) | Place::Builder(operation, _) if !known.operations.contains(operation) => {}
            Place::Operation(operation) => self.operation(known, heading, operation, change),
            Place::Builder(operation, "send") if heading == Heading::Changed => {
                self.push(heading, phrases::changed(operation, change));
            }
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
            Place::Feature(feature) if known.is_other_area(feature.rsplit(' ').next().unwrap_or_default()) => {}
            Place::Feature(feature) => self.push(heading, format!("The feature {}.", name(feature))),
            Place::Type(of) if change.detail.starts_with("impl ") => self.part(heading, of, name(&change.detail)),
            Place::Type(of) if [Heading::Added, Heading::Removed].contains(&heading) => {
                self.types.entry(heading).or_default().push(of.to_owned());
            }
            _ if heading == Heading::Changed => self.push(heading, phrases::changed(&change.path, change)),
            place @ (Place::Field(..) | Place::Member(..)) => self.member(known, heading, &place, change),
            Place::Type(_) | Place::Other => self.push(heading, format!("{}.", name(&change.path))),
        }
    }

    fn operation(&mut self, known: &Known, heading: Heading, operation: &str, change: &ApiChange) {
        match heading {
            // The line of the operation says it.
            Heading::Deprecated if known.deprecated.contains(operation) => {}
            Heading::Deprecated => self.push(heading, format!("{}.", name(operation))),
            Heading::Changed => {
                // A second method takes the whole body.
                let is_second = change.path.ends_with("_with") && !operation.ends_with("_with");
                let of = format!("{operation}{}", if is_second { "_with" } else { "" });
                self.push(heading, phrases::changed(&of, change));
            }
            Heading::Added | Heading::Removed => self.push(heading, format!("{}.", name(&change.path))),
        }
    }

    /// A field, a value or a method of a type.
    fn member(&mut self, known: &Known, heading: Heading, place: &Place<'_>, change: &ApiChange) {
        let (of, what, member) = match *place {
            Place::Field(of, field) => (of, "field", field),
            Place::Member(of, value) if change.detail.starts_with("variant") => (of, "value", value),
            Place::Member(of, method) if !known.setters.contains(&(change.kind, change.path.clone())) => {
                (of, "method", method)
            }
            _ => return,
        };
        // What is removed always breaks.
        let is_marked = heading == Heading::Added && change.verdict == RustVerdict::Breaking;
        let breaks = if is_marked { " (breaking)" } else { "" };
        self.part(heading, of, format!("the {what} {}{breaks}", name(member)));
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
