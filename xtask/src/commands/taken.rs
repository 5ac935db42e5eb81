//! A document that is taken over: what was given, its facts, and the files that hold them.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use chrono::{NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Failure, places::Places, same_api, workspace};
use crate::{
    document::{Document, load},
    normalize::{self, Normalized},
    problem::Problems,
};

/// Where Atlassian publishes the document.
pub const PUBLISHED: &str = "https://developer.atlassian.com/cloud/jira/service-desk-ops/swagger.v3.json";

/// The file of the facts.
const FACTS: &str = "jsm-ops.json";

/// The file that says where they come from.
const SOURCE: &str = "SOURCE.toml";

/// Which document is taken, and where its facts are kept.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct SourceOptions {
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

impl SourceOptions {
    /// The directory of the facts.
    pub fn to(&self) -> PathBuf {
        self.to.clone().unwrap_or_else(|| workspace().join("spec"))
    }
}

/// `SOURCE.toml`: where the facts come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Where the document is published.
    pub url: String,
    /// The day on which it was taken, in UTC.
    pub date: String,
    /// SHA-256 of the bytes that were taken.
    pub sha256: String,
    /// Number of the bytes that were taken.
    pub bytes: usize,
    /// The version of OpenAPI.
    pub openapi: String,
    /// Number of the paths.
    pub paths: usize,
    /// Number of the operations.
    pub operations: usize,
    /// Number of the operations that are experimental.
    pub experimental_operations: usize,
    /// Number of the named schemas.
    pub schemas: usize,
    /// Number of the tags.
    pub tags: usize,
}

/// A document of this API, reduced to its facts. Nothing is written yet.
#[derive(Debug, Clone)]
pub struct Taken {
    /// The file or URL that was given, without what may be secret.
    pub from: String,
    /// What was given.
    pub bytes: Vec<u8>,
    /// Its facts.
    pub document: Document,
    /// What was ignored of it.
    pub notes: Problems,
    /// Where it comes from.
    pub source: Source,
    /// The facts that are kept now.
    pub before: Option<Document>,
    /// The directory of the facts.
    pub to: PathBuf,
    facts_text: String,
    source_text: String,
}

/// Reads or downloads a document, and checks that it is one of this API.
///
/// # Errors
/// A document that cannot be read, is malformed, or is that of another API.
pub fn take(options: &SourceOptions) -> Result<Taken, Failure> {
    let to = options.to();
    let from = options.from.as_deref().unwrap_or(PUBLISHED);
    let (bytes, from, url) = if from.contains("://") {
        let shown = shown(from)?;
        (download(from, shown)?, shown, shown)
    } else {
        // A saved copy is a copy of the published document; the path of the copy is private.
        let bytes = load::read(Path::new(from)).map_err(|error| Failure(format!("{from}: {error}")))?;
        (bytes, from, PUBLISHED)
    };
    let places = Places::new(Path::new(from), bytes.clone(), Path::new(""));
    let document = load::bytes(&bytes).map_err(|error| places.unread(&error))?;
    let version = document.root().get("openapi").and_then(|version| version.as_str()).unwrap_or_default().to_owned();
    let Normalized { document, notes, .. } = normalize::normalize(document)
        .map_err(|problems| Failure(format!("{from}: the document is malformed: {}", places.list(&problems))))?;
    let before = load::file(&to.join(FACTS)).ok();
    if let Some(before) = &before {
        same_api::check(before, &document).map_err(|reason| Failure(format!("{from}: {reason}")))?;
    }
    let mut facts_text = serde_json::to_string_pretty(document.root())?;
    facts_text.push('\n');
    let source_path = to.join(SOURCE);
    let source = Source { openapi: version, ..source(&bytes, url, options.date.as_deref(), &document, &source_path) };
    let source_text =
        format!("# Where jsm-ops.json comes from; written by `cargo xtask fetch`.\n\n{}", toml::to_string(&source)?);
    let from = from.to_owned();
    Ok(Taken { from, bytes, document, notes, source, before, to, facts_text, source_text })
}

impl Taken {
    /// The file of the facts.
    pub fn facts_path(&self) -> PathBuf {
        self.to.join(FACTS)
    }

    /// The facts as they are written.
    pub fn facts_text(&self) -> &str {
        &self.facts_text
    }

    /// The files to write.
    pub fn files(&self) -> [(PathBuf, &str); 2] {
        [(self.facts_path(), &self.facts_text), (self.to.join(SOURCE), &self.source_text)]
    }
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
