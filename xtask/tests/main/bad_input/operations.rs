//! Operations that no method can be generated for.

use serde_json::json;

use super::rejected;
use crate::support::{
    document::{at, changed, remove},
    source,
};

const ALERT: &str = "/paths/~1api~1{cloudId}~1v1~1alerts~1{id}/get";
const ALERTS: &str = "/paths/~1api~1{cloudId}~1v1~1alerts";

rejected! {
    a_response_without_a_media_type_is_rejected: changed(|root| {
        at(root, &format!("{ALERT}/responses/200"))["content"] = json!({"application xml": {"schema": {"type": "string"}}});
    }) => [
        "1 problem\n",
        "#/paths/~1api~1{cloudId}~1v1~1alerts~1{id}/get/responses/200/content/application xml (GET /v1/alerts/{id}): ",
        "`application xml` is not a media type",
    ];

    a_reference_to_a_parameter_that_is_missing_is_rejected: changed(|root| {
        let parameters = at(root, ALERT)["parameters"].as_array_mut().expect("a list");
        parameters.push(json!({"$ref": "#/components/parameters/Missing"}));
    }) => [
        "1 problem\n",
        "#/paths/~1api~1{cloudId}~1v1~1alerts~1{id}/get/parameters/1 (GET /v1/alerts/{id}): a parameter needs `name` and `in`",
    ];

    a_body_of_an_unknown_media_type_is_rejected: changed(|root| {
        at(root, &format!("{ALERTS}/post/requestBody"))["content"] = json!({"application/xml": {"schema": {"type": "string"}}});
    }) => [
        "1 problem\n",
        "#/paths/~1api~1{cloudId}~1v1~1alerts/post/requestBody/content/application~1xml (POST /v1/alerts): ",
        "bodies of the media type `application/xml` are not supported",
    ];

    an_operation_without_a_success_is_rejected: changed(|root| drop(remove(root, &format!("{ALERT}/responses"), "200"))) => [
        "1 problem\n",
        "#/paths/~1api~1{cloudId}~1v1~1alerts~1{id}/get/responses (GET /v1/alerts/{id}): the operation declares no success response",
    ];

    a_body_of_a_get_is_rejected: changed(|root| {
        at(root, ALERT)["requestBody"] = json!({"content": {"application/json": {"schema": {"type": "object"}}}});
    }) => [
        "1 problem\n",
        "#/paths/~1api~1{cloudId}~1v1~1alerts~1{id}/get/requestBody (GET /v1/alerts/{id}): a request with this method must not have a body",
    ];

    a_server_on_another_host_is_rejected: changed(|root| {
        at(root, ALERTS)["servers"] = json!([{"url": "https://api.example.com/jsm/ops/"}]);
    }) => [
        "1 problem\n",
        "#/paths/~1api~1{cloudId}~1v1~1alerts/servers/0: ",
        "no rule matches the URL `https://api.example.com/jsm/ops/api/{cloudid}/v1/alerts`",
    ];

    all_paths_of_a_document_on_another_host_are_rejected: changed(|root| root["servers"] = json!([{"url": "https://api.example.com/jsm/ops/"}])) => [
        "1 problem\n",
        "#/servers/0: no rule matches the URL `https://api.example.com/jsm/ops/api/{cloudid}/v1/",
        &format!(" and {} more\n", source::count("paths") - 1),
        "leave these operations out with `--leave-out`",
    ];
}
