//! From the published document to the committed facts and the committed crate.

use std::{fs, path::Path};

use serde_json::Value;

use super::{published, text};
use crate::support::{
    cli::{self, Ran},
    directory::{committed, differing, files},
    document::{self, TempFile},
    source, workspace,
};

fn fetch(from: &Path, to: &Path) -> Ran {
    cli::xtask(["fetch".as_ref(), "--from".as_ref(), from.as_os_str(), "--to".as_ref(), to.as_os_str()])
}

/// The numbers of `SOURCE.toml`, counted anew. `fetch` keeps them, and no other test states them.
#[test]
fn the_source_counts_what_the_facts_have() {
    let facts = document::root();
    let members = |pointer: &str| facts.pointer(pointer).and_then(Value::as_object).map_or(0, serde_json::Map::len);
    let methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
    let items = facts["paths"].as_object().expect("paths").values();
    let operations: Vec<&Value> = items.flat_map(|item| methods.iter().filter_map(|method| item.get(method))).collect();
    let experimental = operations.iter().filter(|operation| operation["x-experimental"] == true).count();
    let tags = facts["tags"].as_array().map_or(0, Vec::len);
    let counted = [
        ("paths", members("/paths")),
        ("operations", operations.len()),
        ("experimental_operations", experimental),
        ("schemas", members("/components/schemas")),
        ("tags", tags),
    ];
    for (key, count) in counted {
        assert_eq!(source::count(key), count, "{key}");
    }
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
    let read = |directory: &Path| -> toml::Table {
        let source = fs::read_to_string(directory.join("SOURCE.toml")).expect("the source is readable");
        source.parse().expect("the source is TOML")
    };
    let (source, mut committed) = (read(directory.path()), read(&workspace().join("spec")));
    committed.insert("date".to_owned(), source["date"].clone());
    assert_eq!(source, committed);
    let date = source["date"].as_str().expect("the day is text");
    assert!(date >= source::text("date") && date.len() == 10, "{date} is the day of this run");
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
