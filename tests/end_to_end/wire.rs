//! Every operation, called once over a socket: its request and its response are those of the
//! document.

use jsm_ops_api::{Client, operations::OPERATIONS, reqwest::Url};
use jsm_ops_test_server::{Request, Response, Server};
use jsm_ops_tests::{
    document::{self, Operation, is_json, resolve},
    sample::sample,
};
use serde_json::Value;

use crate::{
    calls::call,
    sample_arguments::{CLOUD_ID, FILE, SampleArguments, basic_client, oauth_client},
};

#[tokio::test]
async fn every_operation_sends_the_documented_request_to_the_3lo_base_url() {
    let server = Server::start().expect("a server");
    call_all(&server, &oauth_client(&server), Operation::oauth_path).await;
}

#[tokio::test]
async fn every_operation_sends_the_documented_request_to_the_http_basic_base_url() {
    let server = Server::start().expect("a server");
    call_all(&server, &basic_client(&server), Operation::basic_path).await;
}

async fn call_all(server: &Server, client: &Client, template: fn(&Operation) -> String) {
    let mut called = 0;
    for operation in document::operations() {
        let row = OPERATIONS.iter().find(|row| row.method == operation.method && row.path == operation.relative());
        let id = row.expect("the table is the document").id;
        server.respond(success(&operation));
        let result = call(client, id, &SampleArguments(operation)).await.unwrap_or_else(|| panic!("`{id}` can be called"));
        result.unwrap_or_else(|error| panic!("`{id}` reads its own success: {error}"));
        let request = server.take_requests();
        assert_eq!(request.len(), 1, "`{id}` makes one request");
        check_url(id, &request[0], &operation, &template(&operation));
        check_headers(id, &request[0], &operation);
        check_body(id, &request[0], &operation);
        called += 1;
    }
    assert_eq!(called, OPERATIONS.len());
}

/// The successful response of an operation in the document.
fn success(operation: &Operation) -> Response {
    let (status, content) = operation.success();
    match content {
        None => Response::new(status),
        Some((media_type, schema)) if is_json(media_type) => Response::json(status, sample(schema).to_string()),
        Some((media_type, _)) => Response::new(status).with_header("content-type", media_type).with_body("BEGIN:VCALENDAR"),
    }
}

fn check_url(id: &str, request: &Request, operation: &Operation, template: &str) {
    let mut path = template.replace("{cloudId}", CLOUD_ID);
    while let Some((before, (name, after))) =
        path.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        path = format!("{before}{}{after}", SampleArguments::in_path(name));
    }
    assert_eq!((request.method(), request.path()), (operation.method, path.as_str()), "`{id}`");
    let url = Url::parse(&format!("http://host/?{}", request.query())).expect("a query");
    let mut sent: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let mut expected: Vec<(String, String)> =
        operation.query().into_iter().flat_map(|(name, schema)| pairs(operation, name, &sample(schema))).collect();
    sent.sort();
    expected.sort();
    assert_eq!(sent, expected, "query of `{id}`");
}

/// A query parameter in the default style of OpenAPI: one pair for each element of a list. A list
/// with `explode: false` is one pair with commas.
fn pairs(operation: &Operation, name: &str, value: &Value) -> Vec<(String, String)> {
    let values = strings(value);
    let values = if operation.has_commas(name) { vec![values.join(",")] } else { values };
    values.into_iter().map(|value| (name.to_owned(), value)).collect()
}

/// A value, or each element of a list, as a string.
fn strings(value: &Value) -> Vec<String> {
    let string = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter().map(string).collect()
}

fn check_headers(id: &str, request: &Request, operation: &Operation) {
    assert!(request.header_names().all(|name| name != "api-version"), "`{id}` sends no unknown header");
    for (name, schema) in operation.headers() {
        assert_eq!(request.header(&name.to_lowercase()), strings(&sample(schema)).join(","), "`{id}`: {name}");
    }
    let declared: Vec<String> = operation.headers().iter().map(|(name, _)| name.to_lowercase()).collect();
    let known = ["accept", "host", "content-type", "content-length"];
    let is_known = |name: &&str| known.contains(name) || declared.iter().any(|declared| declared == name);
    let others: Vec<&str> = request.header_names().filter(|name| !is_known(name)).collect();
    assert_eq!(others, [""; 0], "headers of `{id}`");
}

fn check_body(id: &str, request: &Request, operation: &Operation) {
    match operation.body() {
        None => {
            assert!(request.body.is_empty(), "`{id}` sends no body");
            assert_eq!(request.header("content-type"), "", "`{id}`");
        }
        Some((media_type, schema)) if is_json(media_type) => {
            assert_eq!(request.header("content-type"), media_type, "`{id}`");
            let sent: Value = serde_json::from_slice(&request.body).expect("JSON");
            assert_eq!(sent, sample(schema), "body of `{id}`");
        }
        Some((media_type, schema)) => {
            assert_eq!(media_type, "multipart/form-data");
            assert!(request.header("content-type").starts_with("multipart/form-data; boundary="), "`{id}`");
            let body = String::from_utf8_lossy(&request.body);
            let (name, content) = FILE;
            assert!(body.contains(&format!("Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"")), "{body}");
            let parts = resolve(operation.root, schema)["properties"].as_object().expect("parts");
            let files = parts.values().filter(|part| part["format"] == "binary").count();
            assert_eq!(body.matches(content).count(), files, "{body}");
            for name in parts.keys().filter(|name| *name != "file") {
                assert!(body.contains(&format!("Content-Disposition: form-data; name=\"{name}\"")), "{name} in {body}");
            }
        }
    }
}
