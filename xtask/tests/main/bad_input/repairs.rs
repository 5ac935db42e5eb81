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
        "at /components/schemas/SuccessResponse/properties/took: the repair `took_is_fractional` is not needed any more",
        "help: if the document is right now, delete the repair",
    ];

    a_url_repair_that_is_no_longer_needed_is_named: changed(|root| {
        drop(remove(root, "/paths/~1stakeholder-comms~1cloudId~1{cloudId}~1api~1subscribers~1delete", "servers"));
    }) => [
        "1 problem\n",
        "at /paths/~1stakeholder-comms~1cloudId~1{cloudId}~1api~1subscribers~1delete: the repair `drop_stray_server` is not needed any more",
    ];

    a_repair_whose_operation_is_gone_is_named: changed(|root| {
        drop(remove(root, "/paths", "/api/{cloudId}/v1/alerts/policies/{policyId}/change-order"));
    }) => [
        "1 problem\n",
        "at /paths/~1v1~1alerts~1policies~1{policyId}~1change-order/post: the repair `policy_order_parameter` does not find its place",
        "the operation `POST /v1/alerts/policies/{policyId}/change-order` is missing",
        "help: find out where the place went",
    ];
}

/// The entry must go, so the complaint names the directory of the overlay.
#[test]
fn an_operation_that_is_gone_leaves_an_overlay_entry_that_matches_nothing() {
    let document = changed(|root| {
        drop(remove(root, "/paths/~1api~1{cloudId}~1v1~1alerts~1{id}", "delete"));
    });
    let spec = TempFile::new("document", &document);
    let begin = format!("error: {}: the overlay has entries", workspace().join("spec/overlay").display());
    let parts = [
        begin.as_str(),
        "1 problem\n",
        "at alerts.yaml#/operations/DELETE ~1v1~1alerts~1{id}: the overlay entry `DELETE /v1/alerts/{id}` matches no operation of the document",
        "spec/overlay/alerts.yaml",
    ];
    rejected_untouched(&["--spec".as_ref(), spec.path().as_os_str()], &parts);
}

/// A vendor who corrects several defects at once gets all repairs named that must go.
#[test]
fn all_repairs_that_do_not_fit_are_named_in_one_run() {
    let document = changed(|root| {
        *at(root, "/components/schemas/SuccessResponse/properties/took") = json!({"type": "number"});
        drop(remove(root, "/components/schemas", "UpdateHeartbeatRequest"));
        drop(remove(root, "/components/schemas/TimelineRotation/properties", "order"));
    });
    let parts = [
        "3 problems\n",
        "at /components/schemas/UpdateHeartbeatRequest: the repair `heartbeat_update_requires_no_name` does not find its place",
        "at /components/schemas/SuccessResponse/properties/took: the repair `took_is_fractional` is not needed any more",
        "at /components/schemas/TimelineRotation/properties/order: the repair `rotation_order_may_be_null` does not find its place",
    ];
    rejects(&document, &parts);
}
