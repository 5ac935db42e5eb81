//! Documents that are not wrong any more in the way that a repair knows.

use serde_json::json;

use super::{rejected, rejected_untouched, rejects};
use crate::support::{
    document::{TempFile, at, changed, remove},
    workspace,
};

rejected! {
    a_repair_that_is_no_longer_needed_is_named: changed(|root| {
        *at(root, "/components/schemas/SuccessResponse/properties/took") = json!({"type": "number", "format": "double"});
    }) => [
        "1 problem\n",
        "#/components/schemas/SuccessResponse/properties/took: the repair `took_is_fractional` is not needed here any more",
        "help: delete the repair, its tests and its line in the list (xtask/src/repair/vendor/types.rs)",
    ];

    a_url_repair_that_is_no_longer_needed_is_named: changed(|root| {
        drop(remove(root, "/paths/~1stakeholder-comms~1cloudId~1{cloudId}~1api~1subscribers~1delete", "servers"));
    }) => [
        "1 problem\n",
        "#/paths/~1stakeholder-comms~1cloudId~1{cloudId}~1api~1subscribers~1delete: the repair `drop_stray_server` is not needed here any more",
    ];

    a_repair_whose_operation_is_gone_is_named: changed(|root| {
        drop(remove(root, "/paths", "/api/{cloudId}/v1/alerts/policies/{policyId}/change-order"));
    }) => [
        "2 problems\n",
        "#/paths: the repair `policy_order_parameter` does not find its place",
        "the operation `POST /v1/alerts/policies/{policyId}/change-order` is missing",
        "help: find out where the place went",
    ];
}

/// The entry must go, so the complaint names its file.
#[test]
fn an_operation_that_is_gone_leaves_an_overlay_entry_that_matches_nothing() {
    let document = changed(|root| {
        drop(remove(root, "/paths/~1api~1{cloudId}~1v1~1alerts~1{id}", "delete"));
    });
    let file = workspace().join("spec/overlay/alerts.yaml");
    let parts = [
        "1 problem\n",
        &format!("1. {}#/operations/DELETE ~1v1~1alerts~1{{id}}: ", file.display()),
        "the overlay entry `DELETE /v1/alerts/{id}` matches no operation of the document",
        "help: remove the entry from spec/overlay/alerts.yaml: the operation is gone",
    ];
    let spec = TempFile::new("document", &document);
    rejected_untouched(&["--check".as_ref(), "--spec".as_ref(), spec.path().as_os_str()], &parts);
}

/// A vendor who corrects several defects at once gets all repairs named that must go, and what else
/// the changes mean.
#[test]
fn all_repairs_that_do_not_fit_are_named_in_one_run() {
    let document = changed(|root| {
        *at(root, "/components/schemas/SuccessResponse/properties/took") = json!({"type": "number"});
        at(root, "/components/schemas/TimelineRotation/properties/order")["nullable"] = json!(true);
        drop(remove(root, "/paths/~1stakeholder-comms~1cloudId~1{cloudId}~1api~1subscribers~1delete", "servers"));
    });
    let parts = [
        "3 problems\n",
        "~1subscribers~1delete: the repair `drop_stray_server` is not needed here any more",
        "#/components/schemas/SuccessResponse/properties/took: the repair `took_is_fractional` finds another value",
        "expected `{\"type\":\"integer\",\"format\":\"int32\"}` or `{\"type\":\"number\",\"format\":\"double\"}`, \
         found `{\"type\":\"number\"}`",
        "#/components/schemas/TimelineRotation/properties/order/nullable: the repair `rotation_order_may_be_null` is not needed",
    ];
    rejects(&document, &parts);
}
