//! From the published document to the committed facts and the committed crate.

use std::{fs, path::Path};

use serde_json::Value;

use super::{published, text};
use crate::support::{
    cli::{self, Ran},
    directory::{committed, differing, files},
    document::TempFile,
    workspace,
};

fn fetch(from: &Path, to: &Path) -> Ran {
    cli::xtask(["fetch".as_ref(), "--from".as_ref(), from.as_os_str(), "--to".as_ref(), to.as_os_str()])
}

#[test]
fn the_published_document_gives_the_committed_facts() {
    let Some(published) = published() else { return };
    let directory = tempfile::tempdir().expect("a temporary directory");
    let spec = workspace().join("spec");
    fs::copy(spec.join("SOURCE.toml"), directory.path().join("SOURCE.toml")).expect("the source can be copied");
    let ran = fetch(&published, directory.path()).succeeded();
    let mut expected = files(&spec);
    expected.retain(|name, _| !name.starts_with("overlay/") && !name.starts_with("released/"));
    assert_eq!(differing(&files(directory.path()), &expected), [""; 0]);
    assert!(ran.line("facts ").ends_with(" schemas"), "{}", ran.stdout);
    assert_eq!(ran.line("changes "), "nothing to compare with: these are the first facts");
}

/// A second fetch of the same bytes keeps the day of the first and finds no change.
#[test]
fn the_published_document_taken_again_changes_nothing() {
    let Some(published) = published() else { return };
    let directory = tempfile::tempdir().expect("a temporary directory");
    let spec = workspace().join("spec");
    for name in ["SOURCE.toml", "jsm-ops.json"] {
        fs::copy(spec.join(name), directory.path().join(name)).expect("the file can be copied");
    }
    let before = files(directory.path());
    let ran = fetch(&published, directory.path()).succeeded();
    assert_eq!(differing(&files(directory.path()), &before), [""; 0]);
    assert!(ran.line("changes ").starts_with("0 added, 0 removed"), "{}", ran.stdout);
}

#[test]
fn the_published_document_taken_for_the_first_time_is_described() {
    let Some(published) = published() else { return };
    let directory = tempfile::tempdir().expect("a temporary directory");
    fetch(&published, directory.path()).succeeded();
    let facts = |directory: &Path| fs::read(directory.join("jsm-ops.json")).expect("the facts are readable");
    assert!(facts(directory.path()) == facts(&workspace().join("spec")), "the facts are not those of spec/");
    let source = fs::read_to_string(directory.path().join("SOURCE.toml")).expect("the source is readable");
    let source: toml::Table = source.parse().expect("the source is TOML");
    assert_eq!(source["sha256"].as_str(), Some("ed65f017bcb8eb65477e845e272a30ee6d3e0f7a1d422c6ff104941aa11f21d1"));
    for (key, count) in [
        ("bytes", 614_082),
        ("paths", 166),
        ("operations", 240),
        ("experimental_operations", 79),
        ("schemas", 345),
        ("tags", 29),
    ] {
        assert_eq!(source[key].as_integer(), Some(count), "{key}");
    }
    assert_eq!(source["openapi"].as_str(), Some("3.0.1"));
    let date = source["date"].as_str().expect("the day is text");
    assert!(date >= "2026-09-05" && date.len() == 10, "{date} is the day of this run");
    assert_eq!(source["url"].as_str(), Some(xtask::commands::taken::PUBLISHED), "the path of the copy is private");
}

#[test]
fn the_published_document_gives_the_committed_crate() {
    let Some(published) = published() else { return };
    let directory = tempfile::tempdir().expect("a temporary directory");
    cli::regen(&published, directory.path()).succeeded();
    assert_eq!(differing(&files(directory.path()), &committed()), [""; 0]);
}

#[test]
fn the_published_document_as_yaml_gives_the_committed_crate() {
    let Some(published) = published() else { return };
    let root: Value = serde_json::from_str(&text(&published)).expect("the published document is JSON");
    let yaml = TempFile::new("published.yaml", &serde_yaml::to_string(&root).expect("it can be written as YAML"));
    let directory = tempfile::tempdir().expect("a temporary directory");
    cli::regen(yaml.path(), directory.path()).succeeded();
    assert_eq!(differing(&files(directory.path()), &committed()), [""; 0]);
}
