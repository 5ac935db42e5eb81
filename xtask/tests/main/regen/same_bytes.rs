//! The same document gives the same bytes, whatever form it comes in.

use serde_json::{Map, Value};

use crate::support::{
    cli,
    directory::{Crate, Snapshot, committed, crate_files, differing, files},
    document::{self, OverlayCopy, TempFile},
    workspace,
};

/// Runs `regen` on a file into an empty directory, which must then hold what the repository holds.
#[track_caller]
fn gives_the_committed_crate(spec: &TempFile) {
    let out = tempfile::tempdir().expect("a temporary directory");
    cli::regen(spec.path(), out.path()).succeeded();
    assert_eq!(differing(&files(out.path()), &committed()), [""; 0]);
}

/// Invariant 1 of the repository: what is committed is what a run writes.
#[test]
fn the_committed_crate_is_what_a_run_writes() {
    let out = tempfile::tempdir().expect("a temporary directory");
    let ran = cli::regen(&workspace().join("spec/jsm-ops.json"), out.path()).succeeded();
    let committed = committed();
    assert_eq!(differing(&files(out.path()), &committed), [""; 0]);
    assert_eq!(
        ran.line("files "),
        format!("{} written, 0 removed, 0 unchanged in {}", committed.len(), out.path().display())
    );
    assert_eq!(ran.line("Rust "), "none: no change since the last release");
}

#[test]
fn a_directory_that_is_not_there_is_made() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let out = directory.path().join("new/crate");
    cli::regen(&workspace().join("spec/jsm-ops.json"), &out).succeeded();
    assert_eq!(differing(&files(&out), &committed()), [""; 0]);
}

#[test]
fn a_second_run_writes_nothing() {
    let generated = Crate::new();
    let before = Snapshot::of(generated.path());
    let ran = cli::regen(&workspace().join("spec/jsm-ops.json"), generated.path()).succeeded();
    before.assert_unchanged(generated.path());
    assert_eq!(
        ran.line("files "),
        format!("0 written, 0 removed, {} unchanged in {}", crate_files(), generated.path().display())
    );
    assert_eq!(ran.line("wire "), "same: unchanged code sends the same requests");
}

/// The files of cargo in the directory are not stray.
#[test]
fn what_cargo_builds_in_the_directory_is_left_alone() {
    let generated = Crate::new();
    generated.write("Cargo.lock", b"version = 4\n");
    generated.write("target/debug/jsm_ops_api.d", b"built\n");
    let before = Snapshot::of(generated.path());
    cli::regen(&workspace().join("spec/jsm-ops.json"), generated.path()).succeeded();
    before.assert_unchanged(generated.path());
}

#[test]
fn the_order_of_keys_in_the_document_changes_nothing() {
    let backwards = reversed(document::root()).to_string();
    assert_ne!(backwards, document::root().to_string(), "the order is another");
    gives_the_committed_crate(&TempFile::new("backwards.json", &backwards));
}

#[test]
fn yaml_gives_the_same_crate() {
    let yaml = serde_yaml::to_string(&document::root()).expect("the document can be written as YAML");
    assert!(yaml.starts_with("openapi: 3.0.1\n"), "this is not YAML");
    gives_the_committed_crate(&TempFile::new("document.yaml", &yaml));
}

#[test]
fn white_space_and_a_byte_order_mark_change_nothing() {
    let dense = document::root().to_string();
    assert!(dense.len() * 2 < document::text().len(), "the text without white space is less than half as long");
    gives_the_committed_crate(&TempFile::new("dense.json", &format!("\u{feff}{dense}")));
}

#[test]
fn lines_that_end_as_on_windows_change_nothing() {
    gives_the_committed_crate(&TempFile::new("windows.json", &document::text().replace('\n', "\r\n")));
}

#[test]
fn the_overlay_may_be_elsewhere() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let overlay = OverlayCopy::new();
    let out = directory.path().join("out");
    cli::xtask([&"regen".as_ref(), &"--overlay".as_ref(), &overlay.path().as_os_str(), &"--out".as_ref(), &out.as_os_str()])
        .succeeded();
    assert_eq!(differing(&files(&out), &committed()), [""; 0]);
}

/// The value with the members of all objects in the opposite order; lists stay as they are.
fn reversed(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let members: Vec<(String, Value)> = object.into_iter().collect();
            Value::Object(members.into_iter().rev().map(|(key, value)| (key, reversed(value))).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(reversed).collect()),
        plain => plain,
    }
}
