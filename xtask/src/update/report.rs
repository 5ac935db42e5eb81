//! The report of an update, in Markdown.

use super::{
    changelog, fields,
    finding::Finding,
    items::{Items, Place},
    markdown::{fenced, name, signature},
    operations::OperationChanges,
    since::Since,
};
use crate::{
    model::operation::OperationModel,
    public_api::{change::RustVerdict, compare as api},
    release::Changes,
    wire::compare as requests,
};

/// What a report is made of.
#[derive(Debug)]
pub struct Report<'a> {
    /// Facts of the document itself: what they are, and their values.
    pub document: Vec<(&'static str, String)>,
    /// What it all means.
    pub finding: Finding,
    /// What changed since the last document.
    pub since_document: SinceDocument<'a>,
    /// What changed since the last release.
    pub since_release: &'a Changes,
    /// The numbered list of what needs attention; empty if nothing does.
    pub attention: String,
    /// What the run chose or ignored.
    pub notes: String,
}

/// What changed since the last document.
#[derive(Debug)]
pub enum SinceDocument<'a> {
    /// The last document is missing.
    First,
    /// The facts are the same.
    Same,
    /// No crate can be made of the last document, and why.
    Unknown(String),
    /// Both documents make a crate.
    Compared(Since<'a>),
}

impl Report<'_> {
    /// The text.
    pub fn text(&self) -> String {
        let mut text = "# A new document of JSM Operations\n\n".to_owned();
        let (meaning, code) = (self.finding.meaning(), self.finding.code());
        text.push_str(&format!("- Result: {meaning} (exit code {code} of `--check`)\n"));
        for (what, value) in &self.document {
            text.push_str(&format!("- {what}: {}\n", name(value)));
        }
        text.push_str(
            "\nThe first part compares with the last document, which `spec/jsm-ops.json` held before. The second\n",
        );
        text.push_str("part compares with the last release, whose lists are in `spec/released/`.\n");
        text.push_str("\n## Since the last document\n");
        match &self.since_document {
            SinceDocument::First => text.push_str("\nThere is nothing to compare with: these are the first facts.\n"),
            SinceDocument::Same => text.push_str("\nThe facts are the same.\n"),
            SinceDocument::Unknown(why) => {
                text.push_str("\nUnknown: the generator cannot make a crate of the last document.\n\n");
                text.push_str(&fenced("text", why));
            }
            SinceDocument::Compared(since) => since_document(&mut text, since),
        }
        text.push_str("\n## Since the last release\n");
        since_release(&mut text, self.since_release);
        for (heading, list) in [("Attention", &self.attention), ("Notes", &self.notes)] {
            let body = if list.is_empty() { "None.\n".to_owned() } else { fenced("text", list) };
            text.push_str(&format!("\n## {heading}\n\n{body}"));
        }
        if let SinceDocument::Compared(since) = &self.since_document {
            text.push_str("\n## Lines for CHANGELOG.md\n\n");
            let lines = changelog::lines(since);
            if lines.is_empty() {
                text.push_str("None: users of the crate see no change.\n");
            } else {
                text.push_str("They belong below `### jsm-ops-api`. Names of operations without an\nentry are derived and not final.\n\n");
                text.push_str(&fenced("markdown", &lines));
            }
        }
        text
    }
}

/// A section with a list, which may be empty.
fn section(text: &mut String, heading: &str, items: impl IntoIterator<Item = String>) {
    text.push_str(&format!("\n### {heading}\n\n"));
    let before = text.len();
    items.into_iter().for_each(|item| text.push_str(&item));
    if text.len() == before {
        text.push_str("None.\n");
    }
}

/// A list item with a list below it.
fn nested(head: &str, parts: &[String]) -> String {
    let parts = parts.iter().map(|part| format!("  - {part}\n"));
    format!("- {head}\n{}", parts.collect::<String>())
}

fn since_document(text: &mut String, since: &Since<'_>) {
    let OperationChanges { new, changed, gone, deprecated, left_out } = &since.operations;
    let left_out = left_out.iter().map(|label| format!("- {}: left out, see “Attention”\n", name(label)));
    section(text, "New operations", new.iter().map(|one| new_operation(one)).chain(left_out));
    let head = |one: &OperationModel| format!("{}: {}", name(&one.label()), name(&one.rust_path()));
    let changed = changed
        .iter()
        .map(|(one, differences)| nested(&head(one), &differences.iter().map(|one| one.markdown()).collect::<Vec<_>>()));
    section(text, "Changed operations", changed);
    section(text, "Gone operations", gone.iter().map(|one| format!("- {}\n", head(one))));
    let items = Items::of(deprecated.iter().copied());
    let is_listed = |path: &str| matches!(items.place(path), Place::Operation(_));
    let others = since.api.iter().filter(|change| change.verdict == RustVerdict::Deprecation && !is_listed(&change.path));
    let deprecated = deprecated.iter().map(|one| format!("- {}\n", head(one)));
    section(text, "Newly deprecated", deprecated.chain(others.map(|change| format!("- {}\n", name(&change.path)))));
    let types = fields::by_type(&since.api).into_iter();
    section(text, "Types and fields", types.map(|(of, changes)| nested(&name(of), &changes)));
}

fn new_operation(one: &OperationModel) -> String {
    let origin = if one.in_overlay { "named by the overlay" } else { "a derived name" };
    let mut parts = vec![format!("{} ({origin})", name(&one.rust_path())), format!("area {}", name(&one.area))];
    if !one.in_overlay && !one.tag.is_empty() {
        parts.push(format!("tag {}", name(&one.tag)));
    }
    parts.extend(one.experimental.then(|| "experimental".to_owned()));
    parts.extend(one.deprecated.then(|| "deprecated".to_owned()));
    format!("- {}: {}\n", name(&one.label()), parts.join(", "))
}

fn since_release(text: &mut String, Changes { api, wire }: &Changes) {
    let breaking = api.iter().filter(|change| change.verdict == RustVerdict::Breaking);
    let others = api.iter().filter(|change| change.verdict != RustVerdict::Breaking);
    text.push_str(&format!("\nRust: {}. Requests: {}.\n", api::verdict(api), requests::verdict(wire)));
    section(
        text,
        "Breaking changes of the Rust API",
        breaking.map(|change| format!("- {}\n", signature(&change.to_string()))),
    );
    section(text, "Other changes of the Rust API", others.map(|change| format!("- {}\n", signature(&change.to_string()))));
    let requests = wire.iter().map(|change| format!("- {}: {}\n", name(&change.operation), signature(&change.detail)));
    section(text, "Changes of requests", requests);
}
