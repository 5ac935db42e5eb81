//! Every operation against Prism, a mock server that reads the repaired document only. It rejects
//! requests that the document does not allow, and makes up responses from the schemas.
//!
//! `tests/prism/run.sh` starts it and runs this. Without it the tests print that they were skipped.

use std::{env, fs, path::PathBuf};

use jsm_ops_api::{
    BaseUrls, Client, Gateway,
    operations::OPERATIONS,
    reqwest::{
        self, Method,
        header::{AUTHORIZATION, HeaderMap, HeaderValue},
    },
};
use jsm_ops_tests::document::{Operation, operations_of};
use serde_json::Value;

use crate::{
    calls::call,
    sample_arguments::{CLOUD_ID, SampleArguments, cloud_id},
};

/// The variable with the URL of Prism.
const URL: &str = "JSM_OPS_PRISM";

/// The variable with the path of its document.
const DOCUMENT: &str = "JSM_OPS_PRISM_DOCUMENT";

/// The result of a call.
enum Validation {
    /// Prism accepted the request, and the response decoded or has no body.
    Decoded,
    /// Prism accepted the request, and the response did not decode.
    Undecoded(String),
    /// Prism rejected the request.
    Rejected(String),
}

#[tokio::test]
async fn prism_accepts_every_request_and_its_responses_decode() {
    let Some((url, operations)) = given() else { return };
    let (mut accepted, mut decoded, mut complaints) = (0, 0, Vec::new());
    for operation in &operations {
        let id = id(operation);
        match validate(&client(&url, operation), id, &SampleArguments(*operation)).await {
            Validation::Decoded => (accepted, decoded) = (accepted + 1, decoded + 1),
            Validation::Undecoded(reason) => {
                accepted += 1;
                complaints.push(format!("response of `{id}`: {reason}"));
            }
            Validation::Rejected(reason) => complaints.push(format!("request of `{id}`: {reason}")),
        }
    }
    let all = OPERATIONS.len();
    println!("prism: {accepted} of {all} requests accepted, {decoded} of {all} responses decoded");
    assert!(complaints.is_empty(), "{} operations:\n{}", complaints.len(), complaints.join("\n"));
    assert_eq!((operations.len(), accepted, decoded), (all, all, all));
}

#[tokio::test]
async fn prism_rejects_requests_without_a_credential_or_a_body() {
    let Some((url, operations)) = given() else { return };
    let (mut without_credential, mut without_body) = (0, 0);
    for operation in &operations {
        assert_eq!(bare_status(&url, operation, None).await, 401, "`{}` without a credential", id(operation));
        without_credential += 1;
        if operation.requires_body() {
            let status = bare_status(&url, operation, Some(credential(operation))).await;
            assert!([400, 415, 422].contains(&status), "`{}` without its body: {status}", id(operation));
            without_body += 1;
        }
    }
    println!("prism: rejects {without_credential} requests without a credential, {without_body} without their body");
    assert!(without_credential == OPERATIONS.len() && without_body > 0);
}

/// The URL of Prism, and the operations of its document.
fn given() -> Option<(String, Vec<Operation>)> {
    let Ok(url) = env::var(URL) else {
        eprintln!("skipped: no Prism is given ({URL}); tests/prism/run.sh starts one");
        return None;
    };
    let path = PathBuf::from(env::var_os(DOCUMENT).unwrap_or_else(|| panic!("{DOCUMENT} names no document")));
    let text = fs::read_to_string(path).expect("the document that Prism was given");
    let root: Value = serde_json::from_str(&text).expect("JSON");
    Some((url, operations_of(Box::leak(Box::new(root)))))
}

/// The id of an operation, the same in the document and the client.
fn id(operation: &Operation) -> &'static str {
    operation.value["operationId"].as_str().expect("a name")
}

/// A credential of the scheme that an operation takes. Prism checks the scheme only.
fn credential(operation: &Operation) -> &'static str {
    if operation.takes_oauth() { "Bearer made-up" } else { "Basic bWFkZTp1cA==" }
}

/// Calls an operation through the client.
async fn validate(client: &Client, id: &str, arguments: &SampleArguments) -> Validation {
    match call(client, id, arguments).await {
        None => Validation::Rejected("the client has no such operation".to_owned()),
        Some(Ok(())) => Validation::Decoded,
        Some(Err(error)) if error.is_decode() => {
            Validation::Undecoded(format!("{error} in {}", error.body().unwrap_or_default()))
        }
        Some(Err(error)) => {
            // Where the document declares an error response, Prism makes one up and puts the reason
            // into a header.
            let violations = error.headers().and_then(|headers| headers.get("sl-violations")?.to_str().ok());
            Validation::Rejected(format!("{error} {} {}", violations.unwrap_or_default(), error.body().unwrap_or_default()))
        }
    }
}

/// A client for Prism, with the credential and the base URL that an operation takes.
fn client(base_url: &str, operation: &Operation) -> Client {
    let gateway = Gateway::new(base_url).expect("a loopback gateway");
    let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(credential(operation)))]);
    let base_urls = if operation.takes_oauth() { BaseUrls::oauth_at } else { BaseUrls::basic_at };
    Client::new(base_urls(&gateway, &cloud_id()), http(headers))
}

/// An HTTP client that works with every set of reqwest's features in the workspace.
fn http(headers: HeaderMap) -> reqwest::Client {
    // rustls takes the first provider of a process only, and the tests share it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().default_headers(headers).build().expect("an HTTP client")
}

/// The status of the response to a request without query and body.
async fn bare_status(base_url: &str, operation: &Operation, credential: Option<&'static str>) -> u16 {
    let mut url = format!("{base_url}{}", operation.documented);
    while let Some((before, (_, after))) =
        url.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        url = format!("{before}{CLOUD_ID}{after}");
    }
    let method = Method::from_bytes(operation.method.as_bytes()).expect("a method");
    let credential = credential.map(|credential| (AUTHORIZATION, HeaderValue::from_static(credential)));
    let request = http(HeaderMap::from_iter(credential)).request(method, url);
    request.send().await.expect("a response").status().as_u16()
}
