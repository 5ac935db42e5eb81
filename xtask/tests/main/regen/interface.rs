//! The report tells what changed in the interface, and whether it breaks those who use the crate.

use serde_json::{Value, json};

use crate::support::{
    cli,
    directory::{CRATE_FILES, Crate},
    document::{TempFile, at, changed, changed_overlay, remove},
    workspace,
};

/// The part of the report on the interface after a run on a changed document, line by line.
fn report(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let spec = TempFile::new("document.json", &changed(change));
    let ran = cli::regen(spec.path(), Crate::new().path()).succeeded();
    let lines = ran.stdout.lines().skip_while(|line| !line.starts_with("interface "));
    lines.take_while(|line| !line.starts_with("files ")).map(str::to_owned).collect()
}

#[test]
fn a_value_that_is_added_to_a_received_enum_does_not_break() {
    let report = report(|root| {
        let values = at(root, "/components/schemas/TimelinePeriod/properties/type/enum").as_array_mut().expect("values");
        values.push(json!("swapped"));
    });
    assert_eq!(
        report,
        ["interface   1 change since the last run, not breaking", "  + TimelinePeriodType = swapped: a value",]
    );
}

#[test]
fn a_property_that_is_removed_from_a_response_breaks() {
    let report = report(|root| drop(remove(root, "/components/schemas/AlertNote/properties", "note")));
    assert_eq!(
        report,
        [
            "interface   1 breaking change since the last run: this needs a new minor version",
            "  - AlertNote.note: optional string  (breaking)",
        ]
    );
}

#[test]
fn a_property_that_is_added_to_a_response_does_not_break() {
    let report = report(|root| at(root, "/components/schemas/AlertNote/properties")["mood"] = json!({"type": "string"}));
    assert_eq!(report, ["interface   1 change since the last run, not breaking", "  + AlertNote.mood: optional string",]);
}

#[test]
fn a_property_that_is_added_to_what_is_sent_breaks_if_it_is_required() {
    let optional =
        report(|root| at(root, "/components/schemas/CreateAlertRequest/properties")["mood"] = json!({"type": "string"}));
    assert_eq!(
        optional,
        ["interface   1 change since the last run, not breaking", "  + CreateAlertRequest.mood: optional string",]
    );
    let required = report(|root| {
        at(root, "/components/schemas/CreateAlertRequest/properties")["mood"] = json!({"type": "string"});
        at(root, "/components/schemas/CreateAlertRequest")["required"] = json!(["message", "mood"]);
    });
    assert_eq!(
        required,
        [
            "interface   1 breaking change since the last run: this needs a new minor version",
            "  + CreateAlertRequest.mood: required string  (breaking)",
        ]
    );
}

/// The Rust names are ours, and a user of the crate sees them change as much as anything of the
/// vendor's.
#[test]
fn another_name_of_a_call_breaks() {
    let overlay =
        changed_overlay(|overlay| at(overlay, "/alerts.yaml/operations/GET ~1v1~1alerts")["method"] = json!("find"));
    let generated = Crate::new();
    let arguments =
        ["regen".as_ref(), "--overlay".as_ref(), overlay.path().as_os_str(), "--out".as_ref(), generated.path().as_os_str()];
    let ran = cli::xtask(arguments).succeeded();
    assert!(ran.stdout.contains("  ~ GET /v1/alerts call: alerts().list → alerts().find  (breaking)\n"), "{}", ran.stdout);
}

#[test]
fn parameters_that_change_break() {
    let report = report(|root| {
        let schema = at(root, "/paths/~1api~1{cloudId}~1v1~1alerts/get/parameters/0/schema");
        assert_eq!(schema["type"], "integer");
        *schema = json!({"type": "string"});
    });
    assert_eq!(
        report,
        [
            "interface   1 breaking change since the last run: this needs a new minor version",
            "  ~ GET /v1/alerts query size: optional integer int32 → optional string  (breaking)",
        ]
    );
}

/// Words of the vendor, bounds and declared errors are no part of the interface.
#[test]
fn what_no_caller_sees_is_no_change() {
    let report = report(|root| {
        drop(remove(root, "/paths/~1api~1{cloudId}~1v1~1alerts/get/responses", "422"));
        at(root, "/paths/~1api~1{cloudId}~1v1~1alerts/get/parameters/0/schema")["maximum"] = json!(50);
        at(root, "/paths/~1api~1{cloudId}~1v1~1alerts/get")["operationId"] = json!("alerts");
        root["tags"] = json!([]);
    });
    assert_eq!(report, ["interface   no change since the last run"]);
}

#[test]
fn a_damaged_record_of_the_interface_counts_as_none() {
    let generated = Crate::new();
    generated.write("interface.json", b"{\"GET /v1/alerts\": ");
    let ran = cli::regen(&workspace().join("spec/jsm-ops.json"), generated.path()).succeeded();
    assert_eq!(ran.line("interface "), "nothing to compare with: this is the first run");
    assert_eq!(
        ran.line("files "),
        format!("1 written, 0 removed, {} unchanged in {}", CRATE_FILES - 1, generated.path().display())
    );
}
