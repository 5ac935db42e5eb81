//! The public API keeps to the glossary of `ARCHITECTURE.md`: no public name has a word of its
//! column `not`.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{crates::packages, public_items::public_names};
use crate::support::workspace;

/// Public names that have such a word in another sense: file, name, word, and why.
const ALLOWED: &[(&str, &str, &str, &str)] = &[
    ("rate_limits.rs", "limit", "limit", "the header `X-RateLimit-Limit`"),
    ("rate_limits.rs", "near_limit", "limit", "the header `X-RateLimit-NearLimit`"),
    ("rate_limits.rs", "window", "window", "a window of time, the parameter `w` of the header `RateLimit-Policy`"),
];

/// A row of the glossary.
#[derive(Debug, PartialEq, Eq)]
struct Term {
    term: String,
    /// Words that mean the same and are not used.
    not: Vec<String>,
}

/// Reads the rows of the table below the heading `## Glossary`.
fn glossary(document: &str) -> Vec<Term> {
    let section = document.split("\n## Glossary\n").nth(1).expect("ARCHITECTURE.md has the section `## Glossary`");
    let section = section.split("\n## ").next().expect("a split has a first part");
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.map(row).collect()
}

fn row(line: &str) -> Term {
    let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [term, meaning, not] = cells.as_slice() else { panic!("a row of the glossary has three cells: {line}") };
    assert!(!term.is_empty() && !meaning.is_empty(), "a row of the glossary has a term and a meaning: {line}");
    let not = not.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    Term { term: (*term).to_owned(), not }
}

/// The words of an identifier or of a term, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let characters: Vec<char> = name.chars().collect();
    for (index, character) in characters.iter().enumerate() {
        let before_lower = characters.get(index + 1).is_some_and(|next| next.is_lowercase());
        let after_lower = index > 0 && !characters[index - 1].is_uppercase();
        if !character.is_alphanumeric() || (character.is_uppercase() && (after_lower || before_lower)) {
            words.push(String::new());
        }
        if character.is_alphanumeric() {
            words.last_mut().expect("there is a last word").extend(character.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether these words hold others in a row; the last one may be a plural.
fn hold(words: &[String], part: &[String]) -> bool {
    let Some((last, rest)) = part.split_last() else { return false };
    words.windows(part.len()).any(|window| {
        let (end, start) = window.split_last().expect("a window has a word");
        start == rest && (end == last || [format!("{last}s"), format!("{last}es")].contains(end))
    })
}

/// The word in a name that the glossary does not want, and the terms to use. A word is fine as a
/// part of a term that has it, as "limit" is in "rate limit".
fn unwanted(name: &str, glossary: &[Term]) -> Option<(String, String)> {
    let name = words(name);
    let wanted = |not: &[String]| {
        let terms = glossary.iter().flat_map(|row| row.term.split([',', '/'])).map(words);
        terms.filter(|term| hold(term, not)).any(|term| hold(&name, &term))
    };
    let mut found = glossary.iter().flat_map(|row| row.not.iter().map(move |not| (not, words(not))));
    let (word, _) = found.find(|(_, not)| hold(&name, not) && !wanted(not))?;
    let terms = glossary.iter().filter(|row| row.not.contains(word)).map(|row| format!("`{}`", row.term));
    Some((word.clone(), terms.collect::<Vec<_>>().join(" or ")))
}

fn architecture() -> String {
    fs::read_to_string(workspace().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is readable")
}

/// The words of all names in the service's document, which name the generated types and fields.
fn words_of_the_document() -> BTreeSet<String> {
    let text = fs::read_to_string(workspace().join("spec/jsm-ops.json")).expect("the document is readable");
    let mut found = BTreeSet::new();
    collect_names(&serde_json::from_str(&text).expect("the document is JSON"), &mut found);
    found
}

fn collect_names(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => found.extend(words(text)),
        Value::Array(items) => items.iter().for_each(|item| collect_names(item, found)),
        Value::Object(members) => {
            for (name, member) in members {
                found.extend(words(name));
                collect_names(member, found);
            }
        }
        _ => {}
    }
}

/// The source files of the libraries.
fn library_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for package in packages() {
        let published = package.directory.starts_with("crates") || package.directory.starts_with("generated");
        if published && let Some(root) = &package.library {
            rust_files(root.parent().expect("a root file lies in a directory"), &mut files);
        }
    }
    files.sort();
    files
}

fn rust_files(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(workspace().join(directory)).expect("the directory is readable") {
        let entry = entry.expect("the entry is readable");
        let path = directory.join(entry.file_name());
        if entry.file_type().expect("entries have a type").is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn public_names_keep_to_the_glossary() {
    let glossary = glossary(&architecture());
    let of_the_document = words_of_the_document();
    let mut findings = Vec::new();
    for file in library_files() {
        let text = fs::read_to_string(workspace().join(&file)).expect("the file is readable");
        for found in public_names(&text) {
            let Some((word, terms)) = unwanted(&found.name, &glossary) else { continue };
            if file.starts_with("generated") && of_the_document.contains(&word) {
                continue;
            }
            let allowed = |(place, name, allowed, _): &(&str, &str, &str, &str)| {
                file.ends_with(place) && *name == found.name && *allowed == word
            };
            if !ALLOWED.iter().any(allowed) {
                let place = format!("{}:{}", file.display(), found.line);
                findings.push(format!("{place}: `{}` has the word \"{word}\"; use {terms}", found.name));
            }
        }
    }
    assert!(findings.is_empty(), "{} public names leave the glossary\n{}", findings.len(), findings.join("\n"));
}

/// An exception that allows nothing is out of date.
#[test]
fn every_exception_from_the_glossary_is_needed() {
    let glossary = glossary(&architecture());
    for (place, name, word, reason) in ALLOWED {
        let mut files = library_files().into_iter().filter(|file| file.ends_with(place));
        let names = |file| public_names(&fs::read_to_string(workspace().join(file)).expect("the file is readable"));
        let stands = files.any(|file: PathBuf| names(file).iter().any(|found| found.name == *name));
        let needed = stands && unwanted(name, &glossary).is_some_and(|(found, _)| found == *word);
        assert!(needed, "the exception `{name}` for \"{word}\" in {place} allows nothing: delete it");
        assert!(!reason.is_empty(), "the exception `{name}` has no reason");
    }
}

#[test]
fn the_glossary_has_terms_and_words_to_avoid() {
    let glossary = glossary(&architecture());
    assert!(glossary.len() >= 20, "the glossary has only {} terms", glossary.len());
    assert!(glossary.iter().filter(|row| !row.not.is_empty()).count() >= 10, "too few rows have a word to avoid");
    assert!(library_files().len() > 80, "only {} files of libraries were found", library_files().len());
}

#[test]
fn names_are_split_into_words() {
    for (name, expected) in [
        ("is_rate_limited", vec!["is", "rate", "limited"]),
        ("BrokenReply", vec!["broken", "reply"]),
        ("OAuthUrl", vec!["o", "auth", "url"]),
        ("HTTPServer", vec!["http", "server"]),
        ("KEPT_BODY", vec!["kept", "body"]),
        ("rate limit", vec!["rate", "limit"]),
    ] {
        assert_eq!(words(name), expected, "{name}");
    }
}

#[test]
fn unwanted_words_are_found_in_names() {
    let document = "# X\n\n## Glossary\n\nText.\n\n| term | meaning | not |\n|---|---|---|\n\
        | response | What a server sends. | reply |\n| rate limit | How often. | limit |\n| size limit | How much. | limit |\n\n## Y\n| a | b | c |\n";
    let glossary = glossary(document);
    assert_eq!(glossary.len(), 3);
    let use_response = Some(("reply".to_owned(), "`response`".to_owned()));
    assert_eq!(unwanted("BrokenReply", &glossary), use_response);
    assert_eq!(unwanted("read_replys", &glossary), use_response);
    assert_eq!(unwanted("replying", &glossary), None);
    assert_eq!(unwanted("limit", &glossary), Some(("limit".to_owned(), "`rate limit` or `size limit`".to_owned())));
    assert_eq!(unwanted("rate_limits", &glossary), None, "the word is a part of a term");
}
