//! `cargo xtask fetch`: takes a new document and keeps its facts.

use std::{
    collections::BTreeSet,
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use chrono::{NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Failure, output::line, same_api, workspace};
use crate::{
    atomic_write,
    document::{Document, load},
    normalize::{self, Normalized},
    problem::Problems,
};

/// Where Atlassian publishes the document.
pub const PUBLISHED: &str = "https://developer.atlassian.com/cloud/jira/service-desk-ops/swagger.v3.json";

/// The options of `cargo xtask fetch`.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Options {
    /// A file, or an https URL [default: Atlassian's]
    #[arg(long, value_name = "FILE|URL")]
    pub from: Option<String>,
    /// The day on which a saved copy was made, as 2026-09-05 [default: today, or that of the same
    /// bytes in SOURCE.toml]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub date: Option<String>,
    /// The directory of the facts [default: spec]
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
}

/// `SOURCE.toml`: where the facts come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Source {
    /// Where the document is published.
    url: String,
    /// The day on which it was taken, in UTC.
    date: String,
    /// SHA-256 of the bytes that were taken.
    sha256: String,
    /// Number of the bytes that were taken.
    bytes: usize,
    openapi: String,
    paths: usize,
    operations: usize,
    experimental_operations: usize,
    schemas: usize,
    tags: usize,
}

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
    let to = options.to.clone().unwrap_or_else(|| workspace().join("spec"));
    let from = options.from.as_deref().unwrap_or(PUBLISHED);
    let (bytes, from, url) = if from.contains("://") {
        let shown = shown(from)?;
        (download(from, shown)?, shown, shown)
    } else {
        // A saved copy is a copy of the published document; the path of the copy is private.
        let bytes = load::read(Path::new(from)).map_err(|error| Failure(format!("{from}: {error}")))?;
        (bytes, from, PUBLISHED)
    };
    let document = load::bytes(&bytes).map_err(|error| Failure(format!("{from}: {error}")))?;
    let version = document.root().get("openapi").and_then(|version| version.as_str()).unwrap_or_default().to_owned();
    let Normalized { document, notes } = normalize::normalize(document)
        .map_err(|problems| Failure(format!("{from}: the document is malformed: {problems}")))?;
    let [facts_path, source_path] = ["jsm-ops.json", "SOURCE.toml"].map(|name| to.join(name));
    let before = load::file(&facts_path).ok();
    if let Some(before) = &before {
        same_api::check(before, &document).map_err(|reason| Failure(format!("{from}: {reason}")))?;
    }
    let mut text = serde_json::to_string_pretty(document.root())?;
    text.push('\n');
    let source = Source { openapi: version, ..source(&bytes, url, options.date.as_deref(), &document, &source_path) };
    let source_text =
        format!("# Where jsm-ops.json comes from; written by `cargo xtask fetch`.\n\n{}", toml::to_string(&source)?);
    atomic_write::apply(&to, &[(facts_path, &text), (source_path, &source_text)], &[])?;
    Ok(report(&source, before.as_ref(), &document, &notes)?)
}

fn source(bytes: &[u8], url: &str, date: Option<&str>, document: &Document, path: &Path) -> Source {
    let sha256 = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let before = fs::read_to_string(path).ok().and_then(|text| toml::from_str::<Source>(&text).ok());
    // The same bytes keep their date.
    let same = before.filter(|before| before.sha256 == sha256);
    let (url, before) = same.map_or_else(|| (url.to_owned(), today()), |before| (before.url, before.date));
    let date = date.map_or(before, str::to_owned);
    let root = document.root();
    Source {
        url,
        date,
        sha256,
        bytes: bytes.len(),
        openapi: root.get("openapi").and_then(|version| version.as_str()).unwrap_or_default().to_owned(),
        paths: document.paths().count(),
        operations: document.operations().count(),
        experimental_operations: document.operations().filter(|operation| operation.is_experimental()).count(),
        schemas: document.schemas().count(),
        tags: root.get("tags").and_then(|tags| tags.as_array()).map_or(0, Vec::len),
    }
}

/// Reads a date of the form `2026-09-05`.
fn date(text: &str) -> Result<String, String> {
    // chrono also reads days and months of one digit.
    let date = text.parse::<NaiveDate>().ok().map(|date| date.to_string()).filter(|date| date == text);
    date.ok_or_else(|| "not a date such as 2026-09-05".to_owned())
}

/// The day in UTC, as `2026-09-05`.
fn today() -> String {
    Utc::now().date_naive().to_string()
}

/// A URL without its query and fragment, which may hold a token.
///
/// # Errors
/// User information. The message does not print it.
fn shown(url: &str) -> Result<&str, Failure> {
    let (_, rest) = url.split_once("://").unwrap_or_default();
    // Parsers of URLs skip further slashes before the host.
    let authority = rest.trim_start_matches(['/', '\\']).split(['/', '\\', '?', '#']).next();
    if authority.is_some_and(|authority| authority.contains('@')) {
        let message = "the URL has user information\n    help: pass a URL without a user name and a password with --from";
        return Err(Failure(message.to_owned()));
    }
    Ok(url.split(['?', '#']).next().unwrap_or_default())
}

/// Downloads the document with a program of its own, so that the generator builds without an HTTP
/// client.
fn download(url: &str, shown: &str) -> Result<Vec<u8>, Failure> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let max_bytes = (load::MAX_BYTES + 1).to_string();
    let output = Command::new(cargo)
        .current_dir(workspace())
        .args(["run", "--quiet", "--package", "xtask-download", "--", url, &max_bytes])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Failure(format!("cannot run cargo to download {shown}: {error}")))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let reason = String::from_utf8_lossy(&output.stderr);
    Err(Failure(format!("{shown}: {}\n    help: pass the URL of the document, or a saved copy, with --from", reason.trim())))
}

fn report(source: &Source, before: Option<&Document>, document: &Document, notes: &Problems) -> io::Result<()> {
    line!("document    {} bytes, sha256 {}", source.bytes, source.sha256)?;
    line!("facts       {} paths, {} operations, {} schemas", source.paths, source.operations, source.schemas)?;
    notes.iter().try_for_each(|note| line!("note        {note}"))?;
    let Some(before) = before else {
        return line!("changes     nothing to compare with: these are the first facts");
    };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_one_form_and_are_in_the_calendar() {
        for text in ["2026-09-05", "2024-02-29"] {
            assert_eq!(date(text), Ok(text.to_owned()));
        }
        let other_forms = ["", "2026-9-5", "05.09.2026", "2026-09-05T00", "２026-09-5"];
        for text in other_forms.into_iter().chain(["2026-99-99", "2026-02-29", "2026-00-01"]) {
            assert!(date(text).is_err(), "{text}");
        }
    }
}
