//! Files that are no OpenAPI document of an API.

use serde_json::{Map, Value, json};

use super::{rejected, rejects};
use crate::support::document::{at, changed, text};

rejected! {
    an_empty_file_is_rejected: "" => ["the document is empty", "fetch it again"];

    white_space_is_rejected_as_an_empty_file: "\n \t\n" => ["the document is empty"];

    a_web_page_is_rejected: "\n<!DOCTYPE html><html><body>Sign in</body></html>" =>
        ["the document is an HTML page", "open it in a browser"];

    an_array_is_rejected: "[1, 2]" => ["1 problem\n", ": expected an object, found an array"];

    a_sentence_is_rejected: "moved to another address" => [": expected an object, found a string"];

    yaml_that_breaks_off_is_rejected_with_its_line: "openapi: 3.0.1\npaths: [\n" =>
        ["the document is invalid YAML", "line 3 column 1"];

    a_key_that_stands_twice_is_rejected_with_its_line: text().replacen("\"info\": {", "\"openapi\": \"3.0.1\",\n  \"info\": {", 1) =>
        ["the document is invalid JSON", "the key `openapi` occurs twice in one object at line 3"];

    swagger_2_is_rejected: changed(|root| {
        *root = json!({"swagger": "2.0", "paths": root["paths"], "definitions": root["components"]["schemas"]});
    }) => ["#/swagger: the document is Swagger \"2.0\"", "convert it to OpenAPI 3.0"];

    openapi_3_2_is_rejected: changed(|root| root["openapi"] = json!("3.2.0")) =>
        ["#/openapi: the document is OpenAPI \"3.2.0\"", "convert it to OpenAPI 3.0.x or 3.1.x"];

    a_document_without_a_version_is_rejected: changed(|root| drop(object(root, "").remove("openapi"))) =>
        [": the version `openapi` is missing"];

    a_document_without_paths_is_rejected: changed(|root| drop(object(root, "").remove("paths"))) =>
        ["1 problem\n", ": the document has no paths", "fetch the document again"];

    an_empty_map_of_paths_is_rejected: changed(|root| root["paths"] = json!({})) => [": the document has no paths"];

    a_document_without_schemas_is_rejected: changed(|root| root["components"]["schemas"] = json!({})) =>
        [": the document has no schemas"];

    a_path_without_operations_is_rejected: changed(|root| root["paths"]["/api/{cloudId}/v1/logs"] = json!({"parameters": []})) =>
        ["1 problem\n", "#/paths/~1api~1{cloudId}~1v1~1logs: the path has no operation"];

    a_node_of_the_wrong_type_is_rejected: changed(|root| root["components"]["schemas"]["AlertNote"]["properties"] = json!([])) =>
        ["1 problem\n", "#/components/schemas/AlertNote/properties: expected an object, found an array"];
}

/// A third of the real file, cut in the middle of a line, as a broken download leaves it.
#[test]
fn a_truncated_file_is_rejected_with_its_line() {
    let kept = &text()[..text().len() / 3];
    let cut = kept.trim_end();
    let line = cut.lines().count();
    let column = cut.lines().last().expect("a line").len();
    rejects(cut, &["the document is invalid JSON", &format!("line {line} column {column}"), "fetch it again"]);
}

#[test]
fn a_file_that_is_not_there_is_rejected() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let missing = directory.path().join("jsm-ops.json");
    let parts = [missing.to_str().expect("the path is text"), "cannot read the document", "--spec"];
    super::rejected_untouched(&["--spec".as_ref(), missing.as_os_str()], &parts);
}

#[test]
fn bytes_that_are_no_text_are_rejected_with_their_place() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("document");
    std::fs::write(&path, b"{\"openapi\": \"3.0.\xff\"}").expect("the file can be written");
    super::rejected_untouched(&["--spec".as_ref(), path.as_os_str()], &["the document is not UTF-8: byte 17 "]);
}

fn object<'a>(root: &'a mut Value, pointer: &str) -> &'a mut Map<String, Value> {
    at(root, pointer).as_object_mut().expect("an object")
}
