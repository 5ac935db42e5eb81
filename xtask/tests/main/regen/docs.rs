//! Our docs: none is missing. (That none is left over is for `regen` to say.)

use std::{collections::BTreeSet, fs};

use serde_json::Value;
use xtask::{
    adapt,
    document::{Document, load},
    overlay::Overlay,
    pipeline::{self, Pipeline},
    times::Times,
};

use crate::support::{
    cli,
    directory::{committed, differing, files},
    document::{OverlayCopy, changed_overlay, overlay, remove},
    workspace,
};

/// The document as the generator reads its names: repaired and adapted.
fn adapted() -> Document {
    let root = workspace().join("spec");
    let overlay = Overlay::directory(&root.join("overlay")).expect("the overlay is readable");
    let document = load::file(&root.join("jsm-ops.json")).expect("the document is readable");
    let pipeline = Pipeline::new(overlay.clone());
    let repaired = pipeline::repair(document, &pipeline, &mut Times::start()).expect("the document is repaired");
    adapt::adapt(repaired.document, &overlay).document
}

/// The keys of a section in all files of the overlay.
fn keys<'a>(overlay: &'a Value, section: &str) -> BTreeSet<&'a str> {
    let files = overlay.as_object().expect("files");
    let sections = files.values().filter_map(|file| file.get(section)?.as_object());
    sections.flatten().map(|(key, _)| key.as_str()).collect()
}

#[test]
fn every_parameter_has_docs() {
    let (overlay, document) = (overlay(), adapted());
    let mut parameters = BTreeSet::new();
    for operation in document.operations() {
        for owner in [operation.item, operation.value] {
            let list = owner.get("parameters").and_then(Value::as_array).into_iter().flatten();
            parameters.extend(list.filter_map(|one| Some((operation.label(), one.get("name")?.as_str()?.to_owned()))));
        }
    }
    assert!(parameters.len() > 240, "{}", parameters.len());
    let known = keys(&overlay, "parameters");
    let files = overlay.as_object().expect("files");
    let own = |label: &str, name: &str| {
        let operations = files.values().filter_map(|file| file.get("operations")?.get(label));
        operations.filter_map(|entry| entry.get("parameters")?.get(name)).count() == 1
    };
    let has_docs = |label: &str, name: &str| known.contains(name) || own(label, name);
    parameters.retain(|(label, name)| !has_docs(label, name));
    assert_eq!(parameters, BTreeSet::new(), "parameters without docs");
}

#[test]
fn every_type_has_docs() {
    let (overlay, document) = (overlay(), adapted());
    let documented = &keys(&overlay, "types") | &keys(&overlay, "merge");
    let missing: Vec<_> = document.schemas().map(|(name, _)| name).filter(|name| !documented.contains(name)).collect();
    assert_eq!(missing, [""; 0], "types without docs");
}

#[test]
fn every_operation_is_judged_and_every_area_explained() {
    let overlay = overlay();
    let mut operations = 0;
    for (file, content) in overlay.as_object().expect("files") {
        for (label, entry) in content.get("operations").and_then(Value::as_object).into_iter().flatten() {
            operations += 1;
            for member in ["name", "method", "summary", "idempotency"] {
                assert!(entry[member].as_str().is_some_and(|text| !text.is_empty()), "`{label}` has no `{member}`");
            }
        }
        if content.get("title").is_some() {
            let area = file.trim_end_matches(".yaml");
            assert!(content["docs"].is_string(), "the area `{area}` has no `docs`");
            let example = workspace().join(format!("spec/overlay/examples/{area}.rs"));
            assert!(example.is_file(), "the area `{area}` has no example");
        }
    }
    assert_eq!(operations, 240);
}

/// One change of docs is one change of a file that can be read through.
#[test]
fn the_files_of_the_overlay_are_short_and_have_a_schema() {
    for (name, content) in files(&workspace().join("spec/overlay")) {
        let text = String::from_utf8(content).expect("the file is text");
        if name.ends_with(".yaml") {
            assert!(text.starts_with("# yaml-language-server: $schema=schema.json\n"), "{name} names no schema");
            assert!(text.lines().count() < 500, "{name} has {} lines", text.lines().count());
            let long = text.lines().find(|line| line.chars().count() > 100);
            assert_eq!(long.filter(|line| !line.trim_start().starts_with("- ")), None, "{name} has a line over 100 columns");
        }
    }
}

#[test]
fn the_schema_of_the_overlay_is_what_the_command_writes() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    cli::xtask(["schema".as_ref(), "--to".as_ref(), directory.path().as_os_str()]).succeeded();
    let read = |path: &std::path::Path| fs::read_to_string(path.join("schema.json")).expect("the schema is readable");
    assert_eq!(read(directory.path()), read(&workspace().join("spec/overlay")), "run `cargo xtask schema`");
}

/// An area that moves to a file of its own changes nothing outside `spec/` but what `regen` says.
#[test]
fn a_new_area_needs_its_files_and_the_lines_that_regen_prints() {
    let overlay = changed_overlay(|files| {
        let ping = remove(files, "/heartbeats.yaml/operations", "GET /v1/teams/{teamId}/heartbeats/ping");
        files["pings.yaml"] = serde_json::json!({
            "title": "Pings", "summary": "Signs of life.", "docs": "One operation.",
            "operations": {"GET /v1/teams/{teamId}/heartbeats/ping": ping}
        });
    });
    let out = tempfile::tempdir().expect("a temporary directory");
    let run = |check: Option<&str>| {
        let options =
            ["regen".as_ref(), "--overlay".as_ref(), overlay.path().as_os_str(), "--out".as_ref(), out.path().as_os_str()];
        cli::xtask(options.into_iter().chain(check.map(AsRef::as_ref)))
    };
    let without_example = ["pings.yaml: the area `pings` has no example", "help: add spec/overlay/examples/pings.rs"];
    let ran = run(None).succeeded();
    assert_eq!(ran.line("attention "), "1 problem");
    assert!(without_example.iter().all(|part| ran.stdout.contains(part)), "{}", ran.stdout);
    run(Some("--check")).failed(&without_example);
    let example = fs::read_to_string(overlay.path().join("examples/heartbeats.rs")).expect("the example is readable");
    overlay.write("examples/pings.rs", &example.replace("heartbeats()", "pings()"));
    let ran = run(None).succeeded();
    assert!(!ran.stdout.contains("attention "), "{}", ran.stdout);
    assert_eq!(ran.line("features "), r#"add to crates/jsm-ops/Cargo.toml: pings = ["jsm-ops-api/pings"]"#);
    run(Some("--check")).failed(&[r#"help: add to crates/jsm-ops/Cargo.toml: pings = ["jsm-ops-api/pings"]"#]);
    let written = files(out.path());
    let changed = differing(&written, &committed());
    assert!(changed.contains(&"src/areas/pings.rs".to_owned()), "{changed:?}");
    let text = |name: &str| String::from_utf8(written[name].clone()).expect("the file is text");
    assert!(text("Cargo.toml").contains("\npings = []\n"));
    assert!(text("tests/examples.rs").contains("spec/overlay/examples/pings.rs"));
}

#[test]
fn the_features_of_jsm_ops_match_the_areas() {
    let overlay = OverlayCopy::new();
    let generated = tempfile::tempdir().expect("a temporary directory");
    let options =
        ["regen".as_ref(), "--overlay".as_ref(), overlay.path().as_os_str(), "--out".as_ref(), generated.path().as_os_str()];
    let ran = cli::xtask(options).succeeded();
    assert!(!ran.stdout.contains("features "), "{}", ran.stdout);
}
