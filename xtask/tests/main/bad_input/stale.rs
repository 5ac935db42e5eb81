//! Entries of the overlay that nothing reads: each needs attention and is named with its file.

use serde_json::{Value, json};

use super::rejects_overlay;
use crate::support::{
    document::{OverlayCopy, at, changed_overlay, remove},
    pending::is_pending,
};

/// The complaint names the file of the overlay, and one entry.
#[track_caller]
fn rejects_entry(overlay: &OverlayCopy, parts: &[&str]) {
    let complaint = rejects_overlay(overlay, parts);
    let path = overlay.path().display();
    assert!(complaint.contains(&format!("attention: 1 problem\n  1. {path}/")), "{complaint}");
}

/// One test per row: its name, a change of the files of the overlay, and what must be reported.
macro_rules! stale {
    ($($name:ident: $change:expr => [$($part:expr),+ $(,)?];)+) => {$(
        #[test]
        fn $name() {
            if is_pending() {
                return;
            }
            rejects_entry(&changed_overlay($change), &[$($part),+]);
        }
    )+};
}

stale! {
    a_parameter_that_no_operation_has: |files| {
        at(files, "/glossary.yaml/parameters")["alarmId"] = json!("The id of the alarm.");
    } => [
        "glossary.yaml#/parameters/alarmId: no operation uses these docs of the parameter `alarmId`",
        "help: remove the entry from spec/overlay/glossary.yaml",
    ];

    a_parameter_that_every_operation_overrides: |files| {
        at(files, "/glossary.yaml/parameters")["query"] = json!("What to search for.");
    } => [
        "glossary.yaml#/parameters/query: no operation uses these docs of the parameter `query`",
        "each operation has its own docs",
    ];

    a_field_that_no_type_has: |files| {
        at(files, "/glossary.fields.yaml/fields")["mood"] = json!("Its mood.");
    } => [
        "glossary.fields.yaml#/fields/mood: no type uses these docs of the field `mood`",
        "help: remove the entry from spec/overlay/glossary.fields.yaml",
    ];

    a_field_that_every_type_overrides: |files| {
        at(files, "/glossary.fields.yaml/fields")["groupId"] = json!("The id of the group.");
    } => [
        "glossary.fields.yaml#/fields/groupId: no type uses these docs of the field `groupId`",
        "each type has its own docs",
    ];

    a_type_that_is_gone: |files| {
        at(files, "/alerts.yaml/types")["Alarm"] = json!({"summary": "An alarm."});
    } => [
        "alerts.yaml#/types/Alarm: no type uses these docs of `Alarm`",
        "help: remove the entry from spec/overlay/alerts.yaml",
    ];

    a_type_that_is_merged_into_another: |files| {
        at(files, "/shared.yaml/types")["HeartbeatLinks"] = json!({"summary": "Where the next page is."});
    } => ["shared.yaml#/types/HeartbeatLinks: no type uses these docs of `HeartbeatLinks`", "is merged"];

    // The summary and the fields have one reason, which is reported once.
    a_type_that_another_entry_shadows: |files| {
        at(files, "/heartbeats.yaml/types")["AlertLog"] = json!({"summary": "One entry."});
    } => [
        "heartbeats.yaml#/types/AlertLog: `AlertLog` has docs in alerts.yaml as well, and those are used",
        "help: remove the entry from spec/overlay/heartbeats.yaml",
    ];

    a_field_that_a_type_does_not_have: |files| {
        at(files, "/heartbeats.yaml/types/CreateHeartbeatRequest/fields")["mood"] = json!("Its mood.");
    } => [
        "heartbeats.yaml#/types/CreateHeartbeatRequest/fields/mood: the type `CreateHeartbeatRequest` has no field `mood`",
        "help: correct the name in spec/overlay/heartbeats.yaml",
    ];

    an_argument_that_no_function_has: |files| append(at(files, "/glossary.yaml/argument_order"), json!("mood")) => [
        "glossary.yaml#/argument_order/",
        "no function takes `mood` and another required input",
        "help: remove the entry from spec/overlay/glossary.yaml",
    ];

    a_parameter_that_an_operation_does_not_have: |files| {
        at(files, "/alerts.yaml/operations/GET ~1v1~1alerts/parameters")["mood"] = json!("The mood.");
    } => [
        "alerts.yaml#/operations/GET ~1v1~1alerts/parameters/mood: `GET /v1/alerts` has no parameter `mood`",
        "help: correct the name in spec/overlay/alerts.yaml",
    ];

    a_limit_of_results_without_paging_by_offset: |files| {
        at(files, "/audit-logs.yaml/operations/GET ~1v1~1logs")["max_results"] = json!(20_000);
    } => [
        "audit-logs.yaml#/operations/GET ~1v1~1logs/max_results: `GET /v1/logs` does not page by offset",
        "help: remove `max_results` from spec/overlay/audit-logs.yaml",
    ];

    // A secret that is not found is one that is printed.
    a_secret_that_is_not_a_property: |files| {
        files["jec.yaml"]["secrets"] = json!(["JecChannelWithApiKey.apiKey", "JecChannelWithApiKey.apikey"]);
    } => [
        "jec.yaml#/secrets/1: `JecChannelWithApiKey.apikey` is not a property of a schema",
        "help: correct it in spec/overlay/jec.yaml, or remove it: a value that is not found is not hidden",
    ];

    a_merge_group_without_schemas: |files| {
        at(files, "/shared.merge.yaml/merge")["Alarm"] = json!({"summary": "An alarm.", "schemas": ["Alarm", "Bell"]});
    } => [
        "shared.merge.yaml#/merge/Alarm: the document has no schema of the group `Alarm`",
        "help: remove the group from spec/overlay/shared.merge.yaml",
    ];

    a_merged_schema_that_is_gone: |files| {
        append(at(files, "/shared.merge.yaml/merge/IntervalUnit/schemas"), json!("YesterdaysUnit"));
    } => [
        "shared.merge.yaml#/merge/IntervalUnit/schemas/2: the schema `YesterdaysUnit` is missing",
        "help: remove it from spec/overlay/shared.merge.yaml: the schema is gone or has another name",
    ];

    an_area_without_operations: |files| files["alarms.yaml"] = json!({"title": "Alarms", "summary": "Alarms."}) => [
        "alarms.yaml: the area `alarms` has no operation",
        "help: remove spec/overlay/alarms.yaml",
    ];
}

#[test]
fn an_example_without_an_area() {
    let overlay = OverlayCopy::new();
    overlay.write("examples/alarms.rs", "");
    rejects_overlay(
        &overlay,
        &[
            "examples/alarms.rs: the area `alarms` of this example is missing",
            "help: rename spec/overlay/examples/alarms.rs after an area, or remove it",
        ],
    );
}

#[test]
fn an_unknown_file() {
    let overlay = OverlayCopy::new();
    overlay.write("alarms.yml", "");
    overlay.write("examples/alerts.txt", "");
    rejects_overlay(
        &overlay,
        &[
            "2 problems\n",
            "alarms.yml: unknown file; expected `<area>.yaml`",
            "examples/alerts.txt: unknown file; expected `<area>.yaml`, or `<area>.rs` in `examples`",
            "help: remove spec/overlay/alarms.yml, or rename it",
        ],
    );
}

#[test]
fn all_stale_entries_are_named_in_one_run() {
    let overlay = changed_overlay(|files| {
        at(files, "/glossary.yaml/parameters")["alarmId"] = json!("The id of the alarm.");
        at(files, "/alerts.yaml/types")["Alarm"] = json!({"summary": "An alarm."});
        at(files, "/alerts.yaml/operations")["GET /v1/alarms"] = json!({"name": "list_alarms", "summary": "Lists."});
        append(at(files, "/shared.merge.yaml/merge/IntervalUnit/schemas"), json!("YesterdaysUnit"));
    });
    rejects_overlay(
        &overlay,
        &["4 problems\n", "/parameters/alarmId: ", "/types/Alarm: ", "/GET ~1v1~1alarms: ", "/schemas/2: "],
    );
}

fn append(list: &mut Value, value: Value) {
    list.as_array_mut().expect("a list").push(value);
}

/// The type without docs is named as well, in an entry of its own.
#[test]
fn a_type_whose_name_has_a_typo() {
    if is_pending() {
        return;
    }
    let overlay = changed_overlay(|files| {
        let types = at(files, "/alerts.yaml/types");
        types["AlertNotee"] = remove(types, "", "AlertNote");
    });
    rejects_overlay(
        &overlay,
        &[
            "2 problems\n",
            "the type `AlertNote` has no docs\n     help: add to the `types` of spec/overlay/alerts.yaml",
            "alerts.yaml#/types/AlertNotee: no type uses these docs of `AlertNotee`",
            "help: correct the name in spec/overlay/alerts.yaml; the nearest type without docs is `AlertNote`",
        ],
    );
}
