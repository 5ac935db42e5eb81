//! The report of a run counts what came in, what went out, and what was repaired.

use std::collections::BTreeMap;

use serde_json::json;
use xtask::repair::{self, Repair, RepairKind};

use crate::support::{
    cli,
    directory::{Crate, files},
    document::{TempFile, at, changed},
    pending::is_pending,
    source, workspace,
};

#[test]
fn nothing_gets_lost_between_the_document_and_the_crate() {
    let generated = Crate::new();
    let ran = cli::regen(&workspace().join("spec/jsm-ops.json"), generated.path()).succeeded();
    let [operations, schemas] = ["operations", "schemas"].map(source::count);
    assert_eq!(ran.line("operations "), format!("{operations} in, {operations} out"));
    assert!(ran.line("schemas ").starts_with(&format!("{schemas} in, {schemas} out, ")), "{}", ran.stdout);
}

#[test]
fn the_repairs_of_both_shelves_are_counted() {
    if is_pending() {
        return;
    }
    let generated = Crate::new();
    let ran = cli::regen(&workspace().join("spec/jsm-ops.json"), generated.path()).succeeded();
    let vendor = repair::vendor::URL_REPAIRS.len() + repair::vendor::REPAIRS.len();
    let generator = repair::generator::REPAIRS.len();
    assert_eq!(ran.line("repairs "), format!("{vendor} vendor wrong, {generator} generator limited"));
}

#[test]
fn every_repair_is_named_once_with_its_kind() {
    if is_pending() {
        return;
    }
    let generated = Crate::new();
    let ran =
        cli::xtask(["regen".as_ref(), "--verbose".as_ref(), "--out".as_ref(), generated.path().as_os_str()]).succeeded();
    let all = [repair::vendor::URL_REPAIRS, repair::vendor::REPAIRS, repair::generator::REPAIRS].concat();
    for Repair { name, kind, .. } in &all {
        let begin = format!("  {name} ({kind}): ");
        assert_eq!(ran.stdout.lines().filter(|line| line.starts_with(&begin)).count(), 1, "{begin} in\n{}", ran.stdout);
    }
    let named = ran.stdout.lines().filter(|line| line.contains(" wrong): ") || line.contains(" limited): ")).count();
    assert_eq!(named, all.len(), "{}", ran.stdout);
}

/// Every repair on a list belongs on it: the kind that a list is for, and a name that no other
/// repair has.
#[test]
fn the_lists_of_repairs_hold_what_they_say() {
    let mut names = BTreeMap::new();
    for (list, kind) in [
        (repair::vendor::URL_REPAIRS, RepairKind::Vendor),
        (repair::vendor::REPAIRS, RepairKind::Vendor),
        (repair::generator::REPAIRS, RepairKind::Generator),
    ] {
        for repair in list {
            assert_eq!(repair.kind, kind, "{}", repair.name);
            assert!(names.insert(repair.name, kind).is_none(), "{} stands twice", repair.name);
        }
    }
}

/// A new operation must not stop anybody: it gets a name of its own making, and the report asks for
/// a better one.
#[test]
fn an_operation_that_the_overlay_does_not_know_is_generated_under_a_derived_name() {
    if is_pending() {
        return;
    }
    let spec = TempFile::new(
        "document.json",
        &changed(|root| {
            at(root, "/paths")["/api/{cloudId}/v1/flux-capacitors/{id}"] = json!({"get": {
                "operationId": "fluxCapacitorGet",
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
                "responses": {"200": {"content": {"application/json": {"schema": {
                    "type": "object", "properties": {"charge": {"type": "number"}}
                }}}}},
                "security": [{"basicAuth": []}]
            }});
        }),
    );
    let generated = Crate::new();
    let ran = cli::regen(spec.path(), generated.path()).succeeded();
    let operations = source::count("operations") + 1;
    assert_eq!(ran.line("operations "), format!("{operations} in, {operations} out"));
    assert_eq!(ran.line("attention "), "2 problems");
    let entry = "#/paths/~1api~1{cloudId}~1v1~1flux-capacitors~1{id}/get (GET /v1/flux-capacitors/{id}): \
                 the operation has no entry in spec/overlay/ and is called `get_flux_capacitors_by_id` for now\n     \
                 help: it has no tag: choose the file of its area in spec/overlay/, and paste; write the docs\n  \
                 GET /v1/flux-capacitors/{id}:\n    name: get_flux_capacitors_by_id\n    summary: TODO\n    \
                 idempotency: not-idempotent\n";
    assert!(ran.stdout.contains(entry), "{}", ran.stdout);
    let written = files(generated.path());
    let unsorted = std::str::from_utf8(&written["src/areas/unsorted.rs"]).expect("code is text");
    assert_eq!(unsorted.matches("pub fn get_flux_capacitors_by_id(").count(), 1);
    let manifest = std::str::from_utf8(&written["Cargo.toml"]).expect("a manifest is text");
    assert!(manifest.contains("\nunsorted = []\n"), "{manifest}");
    let (_, verdict) = ran.stdout.split_once("Rust        ").expect("the report has a verdict");
    let (changes, _) = verdict.split_once("wire        same").expect("no request changes");
    assert!(changes.starts_with("compatible: "), "{changes}");
    assert!(changes.contains("\n  + areas::unsorted: mod\n"), "{changes}");
    assert_eq!(
        changes.lines().skip(1).find(|line| !line.starts_with("  + ")),
        None,
        "everything is an addition:\n{changes}"
    );
}
