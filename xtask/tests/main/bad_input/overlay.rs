//! Overlays with entries that are invalid or do not fit the document.

use serde_json::{Value, json};

use super::{rejected_untouched, rejects_overlay};
use crate::support::{
    document::{OverlayCopy, TempFile, at, changed, changed_overlay, remove},
    pending::is_pending,
};

#[test]
fn an_entry_whose_key_has_a_typo_is_rejected_with_the_nearest_operation() {
    if is_pending() {
        return;
    }
    let overlay = changed_overlay(|overlay| {
        let entry = remove(overlay, "/alerts.yaml/operations", "GET /v1/alerts");
        overlay["alerts.yaml"]["operations"]["GET /v1/alertz"] = entry;
    });
    let complaint = rejects_overlay(
        &overlay,
        &[
            "3 problems\n",
            "(GET /v1/alerts): the operation has no entry in spec/overlay/",
            "alerts.yaml#/operations/GET ~1v1~1alertz: the overlay entry `GET /v1/alertz` matches no operation of the document",
            "the nearest operation without an entry is `GET /v1/alerts`",
            // They are named after the operation.
            "the types `GetAlertsOrder`, `GetAlertsSort` have no docs",
        ],
    );
    assert_eq!(complaint.matches("help: ").count(), 3, "{complaint}");
}

#[test]
fn an_entry_that_resembles_no_operation_is_rejected_as_gone() {
    let overlay =
        changed_overlay(|overlay| overlay["alerts.yaml"]["operations"]["TRACE /unlike"] = entry("unlike_anything"));
    rejects_overlay(&overlay, &["1 problem\n", "alerts.yaml#/operations/TRACE ~1unlike: ", "the operation is gone"]);
}

#[test]
fn an_unknown_field_is_rejected() {
    let overlay =
        changed_overlay(|overlay| at(overlay, "/alerts.yaml/operations/GET ~1v1~1alerts")["title"] = json!("Alerts"));
    rejects_overlay(&overlay, &["1 problem\n", "alerts.yaml#/operations/GET ~1v1~1alerts: unknown field `title`"]);
}

#[test]
fn a_missing_field_is_rejected() {
    let overlay = changed_overlay(|overlay| drop(remove(overlay, "/alerts.yaml/operations/GET ~1v1~1alerts", "summary")));
    rejects_overlay(&overlay, &["1 problem\n", "alerts.yaml#/operations/GET ~1v1~1alerts: missing field `summary`"]);
}

#[test]
fn an_unknown_section_is_rejected() {
    let overlay = changed_overlay(|overlay| overlay["alerts.yaml"]["tags"] = json!({}));
    rejects_overlay(&overlay, &["1 problem\n", "alerts.yaml: unknown field `tags`, expected one of `title`"]);
}

#[test]
fn a_name_that_is_no_rust_is_rejected() {
    let overlay =
        changed_overlay(|overlay| at(overlay, "/alerts.yaml/operations/GET ~1v1~1alerts")["name"] = json!("listAlerts"));
    rejects_overlay(
        &overlay,
        &["1 problem\n", "alerts.yaml#/operations/GET ~1v1~1alerts/name: `listAlerts` is not a valid Rust name"],
    );
}

#[test]
fn two_operations_of_one_name_are_rejected_with_both() {
    let overlay =
        changed_overlay(|overlay| at(overlay, "/alerts.yaml/operations/POST ~1v1~1alerts")["name"] = json!("list_alerts"));
    rejects_overlay(
        &overlay,
        &[
            "1 problem\n",
            "alerts.yaml#/operations/POST ~1v1~1alerts/name (POST /v1/alerts): ",
            "`GET /v1/alerts` and `POST /v1/alerts` both have the Rust name `list_alerts`",
            "help: set a unique `name` for each in spec/overlay/alerts.yaml",
        ],
    );
}

#[test]
fn two_methods_of_one_name_in_an_area_are_rejected() {
    let overlay =
        changed_overlay(|overlay| at(overlay, "/alerts.yaml/operations/POST ~1v1~1alerts")["method"] = json!("list"));
    rejects_overlay(
        &overlay,
        &["1 problem\n", "`GET /v1/alerts` and `POST /v1/alerts` have the same method `list` in the area `alerts`"],
    );
}

#[test]
fn paging_by_parameters_that_are_not_there_is_rejected() {
    let overlay =
        changed_overlay(|overlay| at(overlay, "/alerts.yaml/operations/GET ~1v1~1alerts")["paging"] = json!("cursor"));
    rejects_overlay(
        &overlay,
        &[
            "2 problems\n",
            "alerts.yaml#/operations/GET ~1v1~1alerts/paging (GET /v1/alerts): its `paging` needs the parameter `limit`",
            "`GET /v1/alerts` does not page for now",
            "help: correct or remove its `paging`",
            "help: remove `max_results` from spec/overlay/alerts.yaml",
        ],
    );
}

#[test]
fn paging_of_a_response_without_pages_is_rejected() {
    let document = changed(|root| {
        let response = at(root, "/paths/~1api~1{cloudId}~1v1~1alerts/get/responses/200/content/application~1json");
        response["schema"] = json!({"$ref": "#/components/schemas/SuccessResponse"});
    });
    let spec = TempFile::new("document", &document);
    rejected_untouched(
        &["--check".as_ref(), "--spec".as_ref(), spec.path().as_os_str()],
        &["it has `paging`, but its response is not a known form of page", "support the form in"],
    );
}

#[test]
fn a_queued_write_that_nothing_follows_is_rejected() {
    let overlay = changed_overlay(|overlay| {
        at(overlay, "/alerts.yaml/operations/POST ~1v1~1alerts")["status_operation"] = json!("get_alert")
    });
    rejects_overlay(
        &overlay,
        &["1 problem\n", "no operation `get_alert` has a `write_state`, which returns the state of a queued write"],
    );
}

#[test]
fn a_write_state_that_the_response_does_not_have_is_rejected() {
    let overlay = changed_overlay(|overlay| {
        *at(overlay, "/teams.yaml/operations/GET ~1v1~1teams~1{teamId}~1requests~1{requestId}/write_state/state") =
            json!("status.colour");
    });
    rejects_overlay(
        &overlay,
        &[
            "1 problem\n",
            "the response of `get_team_request_status` has no `status.colour`",
            "help: correct `status_operation` or `write_state` in spec/overlay/teams.yaml",
        ],
    );
}

#[test]
fn schemas_that_are_not_the_same_are_not_merged() {
    let overlay = changed_overlay(|overlay| {
        overlay["shared.merge.yaml"]["merge"]["Anything"] = json!({"schemas": ["AlertResponse", "AlertNote"]})
    });
    rejects_overlay(
        &overlay,
        &[
            "shared.merge.yaml#/merge/Anything/schemas: `AlertResponse` and `AlertNote` are not the same",
            "has a type of its own",
        ],
    );
}

#[test]
fn an_unknown_idempotency_is_rejected() {
    let overlay =
        changed_overlay(|overlay| at(overlay, "/alerts.yaml/operations/GET ~1v1~1alerts")["idempotency"] = json!("perhaps"));
    rejects_overlay(&overlay, &["1 problem\n", "alerts.yaml#/operations/GET ~1v1~1alerts: unknown variant `perhaps`"]);
}

/// The usual reading of YAML takes the second of two entries without a word.
#[test]
fn two_entries_for_one_operation_are_rejected_with_their_line() {
    let overlay = OverlayCopy::new();
    overlay.write("alerts.yaml", "operations:\n  GET /v1/alerts: {}\n  GET /v1/alerts: {}\n");
    rejects_overlay(
        &overlay,
        &["1 problem\n", "alerts.yaml: invalid YAML", "the key `GET /v1/alerts` occurs twice in one object", "at line 3"],
    );
}

/// The overlay is written by hand: it cannot be fetched again.
#[test]
fn a_file_that_is_not_yaml_is_rejected_with_help_that_fits_an_overlay() {
    let overlay = OverlayCopy::new();
    overlay.write("alerts.yaml", "title: [\n");
    let complaint = rejects_overlay(&overlay, &["1 problem\n", "alerts.yaml: invalid YAML", "line 2 column 1"]);
    assert!(!complaint.contains("fetch it again"), "{complaint}");
}

/// The path of the overlay comes from `--overlay`, not from the options for documents.
#[test]
fn an_overlay_that_is_not_there_is_rejected_with_help_that_fits_an_overlay() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let missing = directory.path().join("overlay");
    let path = missing.to_str().expect("the path is text");
    let complaint = super::rejected_untouched(&["--overlay".as_ref(), missing.as_os_str()], &[path, "No such file"]);
    assert!(complaint.contains("--overlay") && !complaint.contains("--spec"), "{complaint}");
}

#[test]
fn an_area_without_title_and_summary_is_rejected() {
    let overlay = changed_overlay(|overlay| {
        drop(remove(overlay, "/alerts.yaml", "title"));
        drop(remove(overlay, "/alerts.yaml", "summary"));
    });
    rejects_overlay(
        &overlay,
        &["2 problems\n", "alerts.yaml: missing field `title`", "missing field `summary`", "spec/overlay/alerts.yaml"],
    );
}

#[test]
fn the_name_of_a_file_must_be_a_valid_area() {
    let overlay = OverlayCopy::new();
    overlay.write("Alarm bells.yaml", "title: Alarms\nsummary: Alarms.\n");
    rejects_overlay(&overlay, &["1 problem\n", "Alarm bells.yaml: `Alarm bells` is not a valid name of an area"]);
}

#[test]
fn a_part_of_an_area_without_the_area_is_rejected() {
    let overlay = OverlayCopy::new();
    overlay.write("alarms.types.yaml", "types:\n  Alarm:\n    summary: An alarm.\n");
    rejects_overlay(
        &overlay,
        &["1 problem\n", "alarms.types.yaml: the area `alarms` is missing", "add spec/overlay/alarms.yaml"],
    );
}

#[test]
fn a_title_in_a_further_part_is_rejected() {
    let overlay = changed_overlay(|overlay| overlay["status-pages.types.yaml"]["title"] = json!("Pages"));
    rejects_overlay(
        &overlay,
        &["1 problem\n", "status-pages.types.yaml#/title: only `status-pages.yaml` may have a `title`"],
    );
}

#[test]
fn an_operation_in_two_areas_is_rejected() {
    let overlay = changed_overlay(|overlay| overlay["teams.yaml"]["operations"]["GET /v1/alerts"] = entry("list_alarms"));
    rejects_overlay(
        &overlay,
        &["1 problem\n", "teams.yaml#/operations/GET ~1v1~1alerts: `GET /v1/alerts` has an entry in alerts.yaml as well"],
    );
}

#[test]
fn an_example_of_another_form_is_rejected() {
    let overlay = OverlayCopy::new();
    overlay.write("examples/alerts.rs", "fn main() {}\n");
    rejects_overlay(
        &overlay,
        &["1 problem\n", "examples/alerts.rs: this example does not have the form of an example", "pub async fn example("],
    );
}

#[test]
fn a_method_that_is_a_keyword_of_the_edition_is_rejected() {
    let overlay =
        changed_overlay(|overlay| at(overlay, "/alerts.yaml/operations/GET ~1v1~1alerts")["method"] = json!("gen"));
    rejects_overlay(&overlay, &["1 problem\n", "GET ~1v1~1alerts/method: `gen` is not a valid Rust name"]);
}

#[test]
fn a_write_state_that_no_queued_write_refers_to_is_rejected() {
    let overlay = changed_overlay(|overlay| {
        at(overlay, "/alerts.yaml/operations/GET ~1v1~1alerts~1{id}")["write_state"] =
            json!({"request": "id", "flag": "seen", "reason": "status"});
    });
    rejects_overlay(
        &overlay,
        &[
            "1 problem\n",
            "alerts.yaml#/operations/GET ~1v1~1alerts~1{id}/write_state: no operation has `get_alert` as its `status_operation`",
        ],
    );
}

#[test]
fn an_alias_that_the_body_does_not_have_is_rejected() {
    let place = "/heartbeats.yaml/operations/POST ~1v1~1teams~1{teamId}~1heartbeats";
    let overlay = changed_overlay(|overlay| at(overlay, place)["idempotency"] = json!("with-alias"));
    rejects_overlay(
        &overlay,
        &[
            "1 problem\n",
            "(POST /v1/teams/{teamId}/heartbeats): its `idempotency` needs the body property `alias`, which it does not have",
            "help: correct its `idempotency` in spec/overlay/heartbeats.yaml",
        ],
    );
}

#[test]
fn an_empty_text_is_rejected() {
    let overlay = changed_overlay(|overlay| {
        overlay["alerts.yaml"]["title"] = json!("");
        overlay["alerts.yaml"]["summary"] = json!(" ");
        at(overlay, "/alerts.yaml/operations/GET ~1v1~1alerts")["summary"] = json!("");
    });
    rejects_overlay(
        &overlay,
        &[
            "3 problems\n",
            "alerts.yaml#/title: `title` is empty",
            "alerts.yaml#/summary: `summary` is empty",
            "alerts.yaml#/operations/GET ~1v1~1alerts/summary: `summary` is empty",
        ],
    );
}

#[test]
fn no_results_at_all_are_rejected() {
    let overlay =
        changed_overlay(|overlay| at(overlay, "/alerts.yaml/operations/GET ~1v1~1alerts")["max_results"] = json!(0));
    rejects_overlay(&overlay, &["1 problem\n", "alerts.yaml#/operations/GET ~1v1~1alerts/max_results: `max_results` is 0"]);
}

#[test]
fn a_secret_that_is_listed_twice_is_rejected() {
    let overlay = changed_overlay(|overlay| {
        overlay["jec.yaml"]["secrets"] = json!(["JecChannelWithApiKey.apiKey", "JecChannelWithApiKey.apiKey"]);
    });
    rejects_overlay(&overlay, &["1 problem\n", "jec.yaml#/secrets/1: `JecChannelWithApiKey.apiKey` is listed twice"]);
}

#[test]
fn a_member_that_is_listed_twice_is_rejected() {
    let overlay = changed_overlay(|overlay| {
        let members = at(overlay, "/shared.merge.yaml/merge/IntervalUnit/schemas");
        let first = members[0].clone();
        members.as_array_mut().expect("a list").push(first);
    });
    rejects_overlay(&overlay, &["1 problem\n", "shared.merge.yaml#/merge/IntervalUnit/schemas/2: `", "is listed twice"]);
}

fn entry(name: &str) -> Value {
    json!({"name": name, "summary": "Does something."})
}
