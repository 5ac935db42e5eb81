//! `cargo xtask document`: the repaired document as other tools take it.

use std::{collections::BTreeSet, ffi::OsStr, fs, path::Path};

use serde_json::{Value, json};

use crate::support::{
    cli::{Ran, xtask},
    directory::{Snapshot, write_long_ago},
    document::{TempFile, changed},
    workspace,
};

fn document(spec: &Path, out: &Path) -> Ran {
    xtask([OsStr::new("document"), OsStr::new("--spec"), spec.as_os_str(), OsStr::new("--out"), out.as_os_str()])
}

/// The operations of a document with their paths.
fn operations(root: &Value) -> Vec<(&str, &Value)> {
    let paths = root["paths"].as_object().into_iter().flatten();
    let operations =
        paths.flat_map(|(path, item)| item.as_object().into_iter().flatten().map(move |(_, value)| (&**path, value)));
    operations.filter(|(_, value)| value.get("operationId").is_some()).collect()
}

#[test]
fn the_document_is_complete() {
    let text = xtask(["document"]).succeeded().stdout;
    assert!(!text.contains("x-jsm-"), "our marks are gone");
    let root: Value = serde_json::from_str(&text).expect("JSON");
    let operations = operations(&root);
    assert_eq!(operations.len(), 240);
    let ids: BTreeSet<&str> = operations.iter().filter_map(|(_, value)| value["operationId"].as_str()).collect();
    assert_eq!(ids.len(), 240, "every operation has an id of its own");
    for (path, value) in operations {
        assert!(path.starts_with("/ex/jira/{cloudid}/jsm/ops/"), "{path}");
        for (status, response) in value["responses"].as_object().into_iter().flatten() {
            assert!(response["description"].is_string(), "{path} {status}");
        }
    }
    assert_eq!(root["servers"], json!([{"url": "https://api.atlassian.com"}]));
    serde_json::from_str::<openapiv3::OpenAPI>(&text).expect("a typed model takes it");
}

#[test]
fn what_is_right_and_only_progenitor_cannot_take_stays() {
    let text = xtask(["document"]).succeeded().stdout;
    let root: Value = serde_json::from_str(&text).expect("JSON");
    let upload = operations(&root)
        .into_iter()
        .find(|(path, value)| path.ends_with("/attachments") && value.get("requestBody").is_some());
    let (_, upload) = upload.expect("the upload of an attachment");
    assert!(upload["requestBody"]["content"].get("multipart/form-data").is_some(), "{upload}");
}

#[test]
fn the_file_holds_what_the_standard_output_would() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let out = directory.path().join("new/document.json");
    let ran = document(&workspace().join("spec/jsm-ops.json"), &out).succeeded();
    assert_eq!(ran.stdout, "");
    assert_eq!(fs::read_to_string(&out).expect("the file"), xtask(["document"]).succeeded().stdout);
}

#[test]
fn a_rejected_document_leaves_the_file_as_it_was() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let out = directory.path().join("document.json");
    write_long_ago(&out, b"before");
    let before = Snapshot::of(directory.path());
    let no_title = TempFile::new("spec.json", &changed(|root| root["info"] = json!({"version": "1"})));
    document(no_title.path(), &out)
        .failed(&["the repaired document is invalid OpenAPI", "at /info/title: the document has no title"]);
    let unknown = TempFile::new("spec.json", &changed(|root| root["servers"] = json!([{"url": "https://elsewhere"}])));
    document(unknown.path(), &out).failed(&["no rule matches the URL"]);
    before.assert_unchanged(directory.path());
}
