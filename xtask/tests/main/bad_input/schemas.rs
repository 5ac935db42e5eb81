//! Schemas that contradict themselves, or that no Rust type can express.

use serde_json::json;

use super::{rejected, rejects};
use crate::support::document::{at, changed, reference};

rejected! {
    a_dangling_reference_is_rejected: changed(|root| *at(root, "/components/schemas/AlertNote/properties/owner") = reference("Missing")) =>
        ["1 problem\n", "#/components/schemas/AlertNote/properties/owner: the schema `Missing` is missing"];

    a_reference_out_of_the_document_is_rejected: changed(|root| {
        *at(root, "/components/schemas/AlertNote/properties/owner") = json!({"$ref": "other.json#/Owner"});
    }) => ["1 problem\n", "#/components/schemas/AlertNote/properties/owner: the reference `\"other.json#/Owner\"` is invalid"];

    two_references_to_each_other_are_rejected: changed(|root| {
        let schemas = at(root, "/components/schemas");
        schemas["Hen"] = reference("Egg");
        schemas["Egg"] = reference("Hen");
    }) => ["2 problems\n", "#/components/schemas/Egg: ", "#/components/schemas/Hen: ", "is a reference to itself"];

    a_reference_to_itself_is_rejected: changed(|root| at(root, "/components/schemas")["Uroboros"] = reference("Uroboros")) =>
        ["1 problem\n", "#/components/schemas/Uroboros: ", "is a reference to itself"];

    alternatives_that_nothing_tells_apart_are_rejected: changed(|root| {
        *at(root, "/components/schemas/AlertNote/properties/owner") = json!({"oneOf": [{"type": "integer"}, {"type": "number"}]});
    }) => [
        "2 problems\n",
        "#/components/schemas/AlertNote/properties/owner/oneOf/0: no property distinguishes the alternative `Integer` of `AlertNoteOwner` from the others",
        "#/components/schemas/AlertNote/properties/owner/oneOf/1: ",
    ];
}

/// One run shows everything that a new document needs.
#[test]
fn three_problems_in_three_places_are_reported_in_one_run() {
    let document = changed(|root| {
        *at(root, "/components/schemas/AlertNote/properties/owner") = reference("Missing");
        *at(root, "/components/schemas/TimelinePeriod/properties/type") = json!({"not": {}});
        let parameters = at(root, "/paths/~1api~1{cloudId}~1v1~1alerts/get/parameters").as_array_mut().expect("a list");
        parameters.push(json!({"name": "page-size", "in": "cookie", "schema": {"type": "integer"}}));
    });
    let complaint = rejects(
        &document,
        &[
            "3 problems\n",
            "#/components/schemas/AlertNote/properties/owner: ",
            "#/components/schemas/TimelinePeriod/properties/type/not: ",
            "#/paths/~1api~1{cloudId}~1v1~1alerts/get/parameters/7/in (GET /v1/alerts): ",
        ],
    );
    assert_eq!(complaint.matches("help: ").count(), 3, "{complaint}");
}
