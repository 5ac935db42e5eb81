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
    refuses_overlay(
        &overlay,
        &["1 problem\n", "at /operations/GET ~1v1~1alerts/name: `listAlerts` is not a valid Rust name"],
    );
}

#[test]
fn two_operations_of_one_name_are_refused_with_both() {
    let overlay = changed_overlay(|overlay| at(overlay, "/operations/POST ~1v1~1alerts")["name"] = json!("list_alerts"));
    refuses_overlay(
        &overlay,
        &[
            "1 problem\n",
            "at /paths/~1v1~1alerts/post (POST /v1/alerts): ",
            "`GET /v1/alerts` and `POST /v1/alerts` both have the Rust name `list_alerts`",
            "spec/overlay.yaml",
        ],
    );
}

#[test]
fn two_methods_of_one_name_in_an_area_are_refused() {
    let overlay = changed_overlay(|overlay| at(overlay, "/operations/POST ~1v1~1alerts")["method"] = json!("list"));
    refuses_overlay(
        &overlay,
        &["1 problem\n", "`GET /v1/alerts` and `POST /v1/alerts` come to one method `list` of the area `alerts`"],
    );
}

#[test]
fn paging_by_parameters_that_are_not_there_is_refused() {
    let overlay = changed_overlay(|overlay| at(overlay, "/operations/GET ~1v1~1alerts")["paging"] = json!("cursor"));
    refuses_overlay(
        &overlay,
        &[
            "2 problems\n",
            "at /paths/~1v1~1alerts/get (GET /v1/alerts): it has no parameter `limit`, by which it is said to page",
            "it has no parameter `cursor`",
        ],
    );
}

#[test]
fn pages_of_an_answer_that_is_none_are_refused() {
    let overlay = changed_overlay(|overlay| {
        let entry = at(overlay, "/operations/GET ~1v1~1alerts~1{id}");
        entry["paging"] = json!("size");
    });
    refuses_overlay(&overlay, &["its answer is no page that is known", "it has no parameter `size`"]);
}

#[test]
fn a_queued_write_that_nothing_follows_is_refused() {
    let overlay = changed_overlay(|overlay| at(overlay, "/operations/POST ~1v1~1alerts")["follow"] = json!("get_alert"));
    refuses_overlay(&overlay, &["1 problem\n", "no operation `get_alert` says by its `outcome` how a queued write ended"]);
}

#[test]
fn an_outcome_that_the_answer_does_not_have_is_refused() {
    let overlay = changed_overlay(|overlay| {
        *at(overlay, "/operations/GET ~1v1~1teams~1{teamId}~1requests~1{requestId}/outcome/state") = json!("status.colour");
    });
    refuses_overlay(&overlay, &["1 problem\n", "the answer of `get_team_request_status` has no `status.colour`"]);
}

#[test]
fn schemas_that_are_not_the_same_are_not_merged() {
    let overlay = changed_overlay(|overlay| overlay["merge"]["Anything"] = json!(["AlertResponse", "Schedule"]));
    refuses_overlay(&overlay, &["1 problem\n", "at /merge/Anything: `AlertResponse` and `Schedule` are not the same"]);
}

#[test]
fn a_member_that_is_gone_is_refused() {
    let overlay = changed_overlay(|overlay| overlay["merge"]["Anything"] = json!(["YesterdaysAlert"]));
    refuses_overlay(&overlay, &["1 problem\n", "at /merge/Anything/0: the schema `YesterdaysAlert` is missing"]);
}

/// A secret that is not found is one that is printed.
#[test]
fn a_secret_that_is_no_property_is_refused() {
    let overlay = changed_overlay(|overlay| overlay["secrets"] = json!(["JecChannelWithApiKey.apikey"]));
    refuses_overlay(&overlay, &["1 problem\n", "at /secrets/0: `JecChannelWithApiKey.apikey` is no property of a schema"]);
}

#[test]
fn a_retry_class_that_is_none_is_refused() {
    let overlay = changed_overlay(|overlay| at(overlay, "/operations/GET ~1v1~1alerts")["retry"] = json!("perhaps"));
    refuses_overlay(&overlay, &["1 problem\n", "at /operations/GET ~1v1~1alerts: unknown variant `perhaps`"]);
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
