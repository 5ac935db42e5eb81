//! Our docs: none is missing. (That none is left over is for `regen` to say.)

use std::fs;

use serde_json::Value;

use crate::support::{
    cli,
    directory::{committed, differing, files},
    document::{OverlayCopy, changed_overlay, overlay, remove},
    pending::is_pending,
    workspace,
};

/// Without docs, the crate is written, and each missing entry is named with the text to paste.
#[test]
fn parameters_and_types_without_docs_need_attention() {
    if is_pending() {
        return;
    }
    let overlay = changed_overlay(|files| {
        remove(files, "/glossary.yaml/parameters", "category");
        remove(files, "/heartbeats.yaml/types", "HeartbeatPaginatedResponse");
        remove(files, "/heartbeats.yaml/types", "UpdateHeartbeatRequest");
        remove(files, "/shared.yaml/types", "SimpleData");
    });
    let out = tempfile::tempdir().expect("a temporary directory");
    let (overlay, out) = (overlay.path().as_os_str(), out.path().as_os_str());
    let ran = cli::xtask(["regen".as_ref(), "--overlay".as_ref(), overlay, "--out".as_ref(), out]).succeeded();
    let expected = [
        "spec/jsm-ops.json#/components/schemas/HeartbeatPaginatedResponse: the types `HeartbeatPaginatedResponse`, \
         `UpdateHeartbeatRequest` have no docs\n     help: add to the `types` of spec/overlay/heartbeats.yaml, in your own \
         words:\n  HeartbeatPaginatedResponse:\n    summary: TODO\n  UpdateHeartbeatRequest:\n",
        "the type `SimpleData` has no docs\n     help: add to the `types` of spec/overlay/shared.yaml, ",
        "(GET /v1/logs): the parameter `category` has no docs\n     help: describe ",
    ];
    for part in expected {
        assert!(ran.stdout.contains(part), "`{part}` is not in\n{}", ran.stdout);
    }
}

#[test]
fn every_operation_is_judged_and_every_area_explained() {
    let overlay = overlay();
    for (file, content) in overlay.as_object().expect("files") {
        for (label, entry) in content.get("operations").and_then(Value::as_object).into_iter().flatten() {
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
    if is_pending() {
        return;
    }
    let overlay = changed_overlay(|files| {
        let update = remove(files, "/heartbeats.yaml/operations", "PATCH /v1/teams/{teamId}/heartbeats");
        files["pings.yaml"] = serde_json::json!({
            "title": "Pings", "summary": "Signs of life.", "docs": "One operation.",
            "operations": {"PATCH /v1/teams/{teamId}/heartbeats": update}
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
    let example = "pub async fn example(ops: &jsm_ops_api::Client) -> Result<(), jsm_ops_api::Error> {\n    \
                   ops.pings().ping(\"team-id\").send().await?;\n    Ok(())\n}\n";
    overlay.write("examples/pings.rs", example);
    let wrong = ["examples/pings.rs: the example calls `ops.pings().ping()`, which the crate does not have", "gone"];
    run(Some("--check")).failed(&wrong);
    overlay.write("examples/pings.rs", &example.replace("ping(", "update("));
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
