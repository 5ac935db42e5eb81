//! `cargo xtask fetch`: takes a new document and keeps its facts.

use std::{collections::BTreeSet, io, path::Path};

use super::{
    Failure,
    output::line,
    places::Places,
    taken::{self, SourceOptions, Taken},
};
use crate::{atomic_write, document::Document};

/// Runs the command.
pub fn run(options: &SourceOptions) -> Result<(), Failure> {
    let taken = taken::take(options)?;
    atomic_write::apply(&taken.to, &taken.files(), &[])?;
    report(&taken)?;
    let Some(before) = &taken.before else {
        return Ok(line!("changes     nothing to compare with: these are the first facts")?);
    };
    Ok(report_addresses(before, &taken.document)?)
}

/// Prints what was taken.
pub fn report(taken: &Taken) -> io::Result<()> {
    let source = &taken.source;
    line!("document    {} bytes, sha256 {}", source.bytes, source.sha256)?;
    line!("facts       {} paths, {} operations, {} schemas", source.paths, source.operations, source.schemas)?;
    let places = Places::new(Path::new(&taken.from), taken.bytes.clone(), Path::new(""));
    taken.notes.iter().try_for_each(|note| line!("note        {}", places.note(note)))
}

fn report_addresses(before: &Document, document: &Document) -> io::Result<()> {
    let [old, new] = [before, document].map(addresses);
    let (added, removed): (Vec<_>, Vec<_>) = (new.difference(&old).collect(), old.difference(&new).collect());
    line!("changes     {} added, {} removed; run `cargo xtask regen` for the verdict", added.len(), removed.len())?;
    added.iter().try_for_each(|address| line!("  + {address}"))?;
    removed.iter().try_for_each(|address| line!("  - {address}"))
}

/// The operations of a document, and the URLs of its servers.
fn addresses(document: &Document) -> BTreeSet<String> {
    let mut addresses: BTreeSet<String> = servers(document.root().get("servers")).collect();
    for operation in document.operations() {
        addresses.extend(servers(operation.item.get("servers")).chain(servers(operation.value.get("servers"))));
        addresses.insert(operation.label());
    }
    addresses
}

fn servers(servers: Option<&serde_json::Value>) -> impl Iterator<Item = String> {
    let servers = servers.and_then(|servers| servers.as_array());
    let urls = servers.into_iter().flatten().filter_map(|server| server.get("url").and_then(|url| url.as_str()));
    urls.map(|url| format!("server {url}"))
}
