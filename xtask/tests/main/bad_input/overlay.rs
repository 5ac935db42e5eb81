//! Overlays that do not fit the document, or are none.

use serde_json::{Value, json};

use super::refuses_overlay;
use crate::support::document::{at, changed_overlay, remove};

#[test]
fn an_entry_whose_key_has_a_typo_is_refused_with_the_nearest_operation() {
    let overlay = changed_overlay(|overlay| {
        let entry = remove(overlay, "/operations", "GET /v1/alerts");
        overlay["operations"]["GET /v1/alertz"] = entry;
    });
    let complaint = refuses_overlay(
        &overlay,
        &[
            "1 problem\n",
            "at /operations/GET ~1v1~1alertz: the overlay entry `GET /v1/alertz` matches no operation of the document",
            "the nearest operation is `GET /v1/alerts`",
        ],
    );
    assert_eq!(complaint.matches("help: ").count(), 1, "{complaint}");
}

#[test]
fn an_entry_that_resembles_no_operation_is_refused_as_gone() {
    let overlay = changed_overlay(|overlay| overlay["operations"]["TRACE /unlike"] = entry("unlike_anything", "alerts"));
    refuses_overlay(&overlay, &["1 problem\n", "at /operations/TRACE ~1unlike: ", "the operation is gone"]);
}

#[test]
fn an_unknown_field_is_refused() {
    let overlay = changed_overlay(|overlay| at(overlay, "/operations/GET ~1v1~1alerts")["title"] = json!("Alerts"));
    refuses_overlay(&overlay, &["1 problem\n", "at /operations/GET ~1v1~1alerts: unknown field `title`"]);
}

#[test]
fn a_missing_field_is_refused() {
    let overlay = changed_overlay(|overlay| drop(remove(overlay, "/operations/GET ~1v1~1alerts", "summary")));
    refuses_overlay(&overlay, &["1 problem\n", "at /operations/GET ~1v1~1alerts: missing field `summary`"]);
}

#[test]
fn an_unknown_area_is_refused() {
    let overlay = changed_overlay(|overlay| at(overlay, "/operations/GET ~1v1~1alerts")["area"] = json!("alarms"));
    refuses_overlay(&overlay, &["1 problem\n", "at /operations/GET ~1v1~1alerts/area: there is no area `alarms`"]);
}

#[test]
fn an_unknown_section_is_refused() {
    let overlay = changed_overlay(|overlay| overlay["tags"] = json!({}));
    refuses_overlay(&overlay, &["1 problem\n", "at /tags: `tags` is no section of an overlay"]);
}

#[test]
fn a_name_that_is_no_rust_is_refused() {
    let overlay = changed_overlay(|overlay| at(overlay, "/operations/GET ~1v1~1alerts")["name"] = json!("listAlerts"));
    refuses_overlay(&overlay, &["1 problem\n", "at /operations/GET ~1v1~1alerts/name: `listAlerts` is no Rust name"]);
}

#[test]
fn two_operations_of_one_name_are_refused_with_both() {
    let overlay = changed_overlay(|overlay| at(overlay, "/operations/POST ~1v1~1alerts")["name"] = json!("list_alerts"));
    refuses_overlay(
        &overlay,
        &[
            "1 problem\n",
            "at /paths/~1v1~1alerts/post (POST /v1/alerts): ",
            "`GET /v1/alerts` and `POST /v1/alerts` come to the Rust name `list_alerts`",
            "spec/overlay.yaml",
        ],
    );
}

/// Two entries for one operation are a slip that the usual reading of YAML hides.
#[test]
fn two_entries_for_one_operation_are_refused_with_their_line() {
    let overlay = "areas: {}\noperations:\n  GET /v1/alerts: {}\n  GET /v1/alerts: {}\n";
    refuses_overlay(
        overlay,
        &["overlay.yaml", "not valid YAML", "the key `GET /v1/alerts` stands twice", "line 3 column 3"],
    );
}

/// The overlay is written by hand: nobody can fetch it again.
#[test]
fn an_overlay_that_is_no_yaml_is_refused_with_help_that_fits_an_overlay() {
    let complaint = refuses_overlay("areas: [\n", &["overlay.yaml", "not valid YAML", "line 2 column 1"]);
    assert!(!complaint.contains("fetch it again"), "{complaint}");
}

/// The path of the overlay comes from `--overlay`, not from the options for documents.
#[test]
fn an_overlay_that_is_not_there_is_refused_with_help_that_fits_an_overlay() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let missing = folder.path().join("overlay.yaml");
    let path = missing.to_str().expect("the path is text");
    let complaint = super::refused_untouched(&["--overlay".as_ref(), missing.as_os_str()], &[path, "No such file"]);
    assert!(complaint.contains("--overlay") && !complaint.contains("--spec"), "{complaint}");
}

fn entry(name: &str, area: &str) -> Value {
    json!({"name": name, "area": area, "summary": "Does something."})
}
