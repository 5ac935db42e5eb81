//! `cargo xtask document`: the repaired document as other tools take it.

use std::{collections::BTreeSet, ffi::OsStr, fs, path::Path};

use serde_json::{Map, Value, json};
use xtask::{
    commands::document,
    document::{Document, child},
    overlay::Overlay,
};

use crate::{
    cases::{
        next_version, patches,
        table::{CASES, Case, Expected},
    },
    support::{
        self,
        cli::{Ran, xtask},
        directory::{Snapshot, write_long_ago},
        document::{TempFile, changed},
        workspace,
    },
    upstream::published,
};

/// The only server.
const GATEWAY: &str = "https://api.atlassian.com";

fn write_document(spec: &Path, out: &Path) -> Ran {
    xtask([OsStr::new("document"), OsStr::new("--spec"), spec.as_os_str(), OsStr::new("--out"), out.as_os_str()])
}

/// The operations of a document with their paths.
fn operations(root: &Value) -> Vec<(&str, &Value)> {
    let paths = root["paths"].as_object().into_iter().flatten();
    let operations =
        paths.flat_map(|(path, item)| item.as_object().into_iter().flatten().map(move |(_, value)| (&**path, value)));
    operations.filter(|(_, value)| value.get("responses").is_some()).collect()
}

#[test]
fn the_document_is_complete() {
    let text = xtask(["document"]).succeeded().stdout;
    let root: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(complaints(&root), [""; 0]);
    assert_eq!(operations(&root).len(), operations(&support::document::root()).len(), "no operation is lost");
    serde_json::from_str::<openapiv3::OpenAPI>(&text).expect("a typed model takes it");
}

#[test]
fn documents_of_next_versions_are_complete() {
    let Some((published, patches)) = published().zip(patches()) else { return };
    let published: Value = serde_json::from_str(&fs::read_to_string(published).expect("readable")).expect("JSON");
    let overlay = Overlay::directory(&workspace().join("spec/overlay")).expect("the overlay");
    let mut wrong = Vec::new();
    for Case { name, expected } in CASES {
        let given = next_version(&published, &patches, name);
        let count = operations(&given).len();
        match (document::document(Document::new(given), &overlay), expected) {
            (Err(_), Expected::Stops) => {}
            (Err(error), _) => wrong.push(format!("{name}: {error}")),
            (Ok(_), Expected::Stops) => wrong.push(format!("{name}: an unknown URL was taken")),
            (Ok((document, _)), _) => {
                let found = operations(document.root()).len();
                let lost = (found != count).then(|| format!("{count} operations became {found}"));
                wrong.extend(complaints(document.root()).into_iter().chain(lost).map(|one| format!("{name}: {one}")));
                let typed = serde_json::from_value::<openapiv3::OpenAPI>(document.root().clone());
                wrong.extend(typed.err().map(|error| format!("{name}: {error}")));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

/// What the command promises and a document does not keep.
fn complaints(root: &Value) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut check = |holds: bool, complaint: &dyn Fn() -> String| {
        if !holds {
            complaints.push(complaint());
        }
    };
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    check(root["openapi"] == "3.0.3", &|| format!("OpenAPI {}", root["openapi"]));
    check(!root.to_string().contains("\"x-jsm-"), &|| "a mark of ours is left".to_owned());
    for at in ["title", "version", "description", "contact/name", "license/name"].map(|at| format!("/info/{at}")) {
        check(root.pointer(&at).is_some_and(is_text), &|| format!("no {at}"));
    }
    check(servers(root) == [GATEWAY], &|| format!("servers: {}", root["servers"]));
    let tags: Vec<&Value> = root["tags"].as_array().into_iter().flatten().collect();
    for tag in &tags {
        check(is_text(&tag["description"]), &|| format!("no description of {tag}"));
    }
    let mut ids = BTreeSet::new();
    for (path, value) in operations(root) {
        let id = value["operationId"].as_str().unwrap_or_default();
        check(!id.is_empty() && ids.insert(id), &|| format!("{path}: the id `{id}` is missing or repeated"));
        check(is_text(&value["summary"]) && is_text(&value["description"]), &|| format!("{id}: no docs"));
        let own_tags = value["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
        let is_declared = |tag: &Value| tags.iter().any(|declared| declared["name"] == *tag);
        check(own_tags.len() == 1 && own_tags.iter().all(is_declared), &|| format!("{id}: tags {own_tags:?}"));
        for (status, response) in value["responses"].as_object().into_iter().flatten() {
            check(is_text(&response["description"]), &|| format!("{id}: no description of {status}"));
        }
        check(value.get("servers").is_none() && root["paths"][path].get("servers").is_none(), &|| {
            format!("{id}: servers beside those of the document")
        });
        let scheme = only_scheme(root, value);
        let expected = match scheme {
            Some("oauth2") => "/ex/jira/{cloudid}/jsm/ops/",
            _ => "/jsm/ops/",
        };
        check(matches!(scheme, Some("oauth2" | "http")), &|| format!("{id}: security {}", value["security"]));
        check(path.starts_with(expected), &|| format!("{id}: {path} takes {scheme:?}"));
    }
    each_node(root, "", &mut |at, object| {
        let Some(reference) = object.get("$ref").and_then(Value::as_str) else { return };
        let name = reference.strip_prefix("#/components/schemas/").filter(|name| !name.contains('/'));
        let found = name.is_some_and(|name| root["components"]["schemas"].get(name).is_some());
        check(found, &|| format!("{at}: {reference}"));
        check(object.len() == 1, &|| format!("{at}: something is beside a reference"));
    });
    complaints
}

fn servers(owner: &Value) -> Vec<&str> {
    owner["servers"].as_array().into_iter().flatten().filter_map(|server| server["url"].as_str()).collect()
}

/// The type of the only security scheme of an operation, which the document declares.
fn only_scheme<'a>(root: &'a Value, operation: &Value) -> Option<&'a str> {
    let [alternative] = operation["security"].as_array()?.as_slice() else { return None };
    let schemes = alternative.as_object().filter(|alternative| alternative.len() == 1)?;
    let scheme = &root["components"]["securitySchemes"][schemes.keys().next()?];
    scheme["type"].as_str()
}

fn each_node(value: &Value, at: &str, visit: &mut impl FnMut(&str, &Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            visit(at, object);
            object.iter().for_each(|(key, value)| each_node(value, &child(at, key), visit));
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, value)| each_node(value, &format!("{at}/{index}"), visit));
        }
        _ => {}
    }
}

#[test]
fn operations_without_oauth_are_at_the_http_basic_base_url() {
    let root: Value = serde_json::from_str(&xtask(["document"]).succeeded().stdout).expect("JSON");
    let facts = support::document::root();
    let takes_oauth = |operation: &Value| operation["security"].to_string().contains("OAuth2");
    let expected = operations(&facts).into_iter().filter(|(_, operation)| !takes_oauth(operation));
    let expected: BTreeSet<String> = expected.map(|(path, _)| format!("/jsm/ops{}", path.to_lowercase())).collect();
    assert!(!expected.is_empty(), "the document has operations for API tokens alone");
    let basic = operations(&root).into_iter().filter(|(_, operation)| only_scheme(&root, operation) == Some("http"));
    let found: BTreeSet<String> = basic.map(|(path, _)| path.to_lowercase()).collect();
    assert_eq!(found, expected);
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
    let ran = write_document(&workspace().join("spec/jsm-ops.json"), &out).succeeded();
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
    write_document(no_title.path(), &out)
        .failed(&["the repaired document is invalid OpenAPI", "at /info/title: the document has no title"]);
    let unknown = TempFile::new("spec.json", &changed(|root| root["servers"] = json!([{"url": "https://elsewhere"}])));
    write_document(unknown.path(), &out).failed(&["no rule matches the URL"]);
    before.assert_unchanged(directory.path());
}
