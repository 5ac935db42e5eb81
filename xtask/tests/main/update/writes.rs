//! `update` without `--check`: all files in one step, or none.

use std::fs;

use serde_json::json;

use super::{World, document};
use crate::support::{
    directory::{Crate, Snapshot, committed, differing, files},
    document::{TempFile, at, changed, remove, text},
    pending::is_pending,
    workspace,
};

/// The facts of an earlier document, which lacks an operation, and its crate as a run wrote it.
fn earlier() -> World {
    let facts = changed(|root| drop(remove(root, "/paths/~1api~1{cloudId}~1v1~1alerts~1{id}", "delete")));
    World::with_facts(facts.as_bytes())
}

#[test]
fn facts_crate_and_report_are_written() {
    if is_pending() {
        return;
    }
    let world = earlier();
    world.generated.write("src/client.rs", b"// stale\n");
    let spec = workspace().join("spec/jsm-ops.json");
    let ran = world.update(&spec, &["--date", "2026-09-06"]).succeeded();
    assert_eq!(differing(&files(world.generated.path()), &committed()), [""; 0]);
    let found = files(world.spec.path());
    assert_eq!(found.keys().collect::<Vec<_>>(), ["SOURCE.toml", "jsm-ops.json"]);
    assert!(found["jsm-ops.json"] == text().as_bytes());
    let source = std::str::from_utf8(&found["SOURCE.toml"]).expect("text");
    assert!(source.contains("date = \"2026-09-06\"\n"), "{source}");
    let changes = "since the last document: operations: 1 new, 0 changed, 0 gone, 0 newly deprecated";
    assert_eq!(ran.line("changes "), changes);
    assert!(ran.line("files ").starts_with("1 written, 0 removed, "), "{}", ran.stdout);
    assert_eq!(ran.line("report "), world.report().display().to_string());
    assert!(
        world.text().contains("\n- `DELETE /v1/alerts/{id}`: `alerts().delete` (named by the overlay), area `alerts`\n")
    );
    // Once more with the same document: nothing is new, and nothing is written.
    let before = Snapshot::of(world.generated.path());
    let ran = world.update(&spec, &["--date", "2026-09-06"]).succeeded();
    assert_eq!(ran.line("changes "), "none since the last document: the facts are the same");
    assert!(ran.line("files ").starts_with("0 written, 0 removed, "), "{}", ran.stdout);
    before.assert_unchanged(world.generated.path());
    assert!(world.text().contains("\nThe facts are the same.\n"));
}

/// Attention does not stop it. Its places are in the facts, which are the file to look at now.
#[test]
fn what_needs_attention_is_listed_with_its_place_in_the_new_facts() {
    if is_pending() {
        return;
    }
    let world = World::new();
    let next = document(|root| {
        let operation = at(root, "/paths/~1api~1{cloudId}~1v1~1alerts/get").clone();
        at(root, "/paths")["/api/{cloudId}/v1/flux-capacitors"] = json!({"get": operation});
    });
    let ran = world.update(next.path(), &[]).succeeded();
    let facts = world.spec.path().join("jsm-ops.json");
    let place = format!("  1. {}#/paths/~1api~1{{cloudId}}~1v1~1flux-capacitors/get (GET /v1/flux", facts.display());
    assert!(ran.stdout.contains(&place), "{}", ran.stdout);
    assert!(world.text().contains(&place), "{}", world.text());
    assert!(fs::read_to_string(facts).expect("the facts are readable").contains("flux-capacitors"));
}

#[test]
fn first_facts_have_nothing_to_compare_with() {
    if is_pending() {
        return;
    }
    let world = World::new();
    fs::remove_file(world.spec.path().join("jsm-ops.json")).expect("the file can be removed");
    let ran = world.update(&workspace().join("spec/jsm-ops.json"), &[]).succeeded();
    assert_eq!(ran.line("changes "), "nothing to compare with: these are the first facts");
    assert!(world.text().contains("\nThere is nothing to compare with: these are the first facts.\n"));
    assert!(world.spec.path().join("jsm-ops.json").exists());
}

/// Whatever stops a run, it has written nothing.
#[test]
fn a_run_that_stops_leaves_everything_as_it_was() {
    if is_pending() {
        return;
    }
    let world = earlier();
    world.generated.write("src/client.rs", b"// stale\n");
    let before = [world.spec.path(), world.generated.path(), world.report.path()].map(Snapshot::of);
    let unknown = changed(|root| {
        let operation = at(root, "/paths/~1api~1{cloudId}~1v1~1alerts/get").clone();
        at(root, "/paths")["/other/{cloudId}/v2/alerts"] = json!({"get": operation});
    });
    let malformed = changed(|root| at(root, "/components/schemas/AlertNote")["properties"] = json!(7));
    for (text, parts) in [
        (
            unknown.as_str(),
            ["the URLs of the document cannot be rewritten", "next.json#/paths/~1other~1{cloudId}~1v2~1alerts"],
        ),
        (malformed.as_str(), ["the document is malformed", "/components/schemas/AlertNote/properties"]),
        ("{", ["next.json: the document is invalid JSON", "line 1"]),
    ] {
        let next = TempFile::new("next.json", text);
        let ran = world.update(next.path(), &[]);
        assert_eq!(ran.stdout, "", "a failed run reports nothing");
        ran.failed(&parts);
    }
    // A crate that cannot be written, a baseline that cannot be read, and a report without a place.
    let next = workspace().join("spec/jsm-ops.json");
    let foreign = tempfile::tempdir().expect("a temporary directory");
    fs::write(foreign.path().join("thesis.txt"), "years of work").expect("the file can be written");
    let directory = foreign.path().to_str().expect("the path is text");
    world.update(&next, &["--released", directory]).failed(&["cannot read what the last release offered"]);
    let report = World { spec: world.spec, generated: world.generated, report: world.report };
    fs::write(report.report.path().join("new"), "a file in the way").expect("the file can be written");
    report.update(&next, &[]).failed(&["cannot write the report", "nothing was changed", "--report"]);
    fs::remove_file(report.report.path().join("new")).expect("the file can be removed");
    for (before, directory) in before.iter().zip([report.spec.path(), report.generated.path(), report.report.path()]) {
        before.assert_unchanged(directory);
    }
}

#[test]
fn operations_at_unknown_urls_are_left_out_on_request() {
    if is_pending() {
        return;
    }
    let world = World::new();
    let next = document(|root| {
        let operation = at(root, "/paths/~1api~1{cloudId}~1v1~1alerts/get").clone();
        at(root, "/paths")["/other/{cloudId}/v2/alerts"] = json!({"get": operation});
    });
    let ran = world.update(next.path(), &["--leave-out"]).succeeded();
    assert_eq!(ran.line("attention "), "1 problem");
    assert_eq!(differing(&files(world.generated.path()), &files(Crate::new().path())), ["interface.json"; 0]);
}
