//! Every operation against Prism, a mock server that knows the repaired document and nothing of this project. It refuses requests
//! that the document does not allow, and answers with values that it makes up from the schemas of the answers.
//!
//! `tests/prism/run.sh` starts it and runs this; elsewhere the test says that it was skipped.

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
    arguments::{CLOUD_ID, MadeUp, cloud_id},
    calls::call,
};

/// Where Prism listens.
const ADDRESS: &str = "JSM_OPS_PRISM";

/// The document that it was given.
const DOCUMENT: &str = "JSM_OPS_PRISM_DOCUMENT";

/// What became of a call.
enum Outcome {
    /// The request was accepted and the answer decoded, or has no body.
    Decoded,
    /// The request was accepted, and the answer did not decode.
    Undecoded(String),
    /// The request was not accepted.
    Refused(String),
}

#[tokio::test]
async fn prism_accepts_every_request_and_its_answers_decode() {
    let Some((address, operations)) = given() else { return };
    let (mut accepted, mut decoded, mut complaints) = (0, 0, Vec::new());
    for operation in &operations {
        let id = id(operation);
        match outcome(&client(&address, operation), id, &MadeUp(*operation)).await {
            Outcome::Decoded => (accepted, decoded) = (accepted + 1, decoded + 1),
            Outcome::Undecoded(reason) => {
                accepted += 1;
                complaints.push(format!("answer of `{id}`: {reason}"));
            }
            Outcome::Refused(reason) => complaints.push(format!("request of `{id}`: {reason}")),
        }
    }
    let all = OPERATIONS.len();
    println!("prism: {accepted} of {all} requests accepted, {decoded} of {all} answers decoded");
    assert!(complaints.is_empty(), "{} operations:\n{}", complaints.len(), complaints.join("\n"));
    assert_eq!((all, accepted, decoded), (240, 240, 240));
}

#[tokio::test]
async fn prism_refuses_what_lacks_a_credential_or_a_body() {
    let Some((address, operations)) = given() else { return };
    let (mut without_credential, mut without_body) = (0, 0);
    for operation in &operations {
        assert_eq!(bare_status(&address, operation, None).await, 401, "`{}` without a credential", id(operation));
        without_credential += 1;
        if operation.requires_body() {
            let status = bare_status(&address, operation, Some(credential(operation))).await;
            assert!([400, 415, 422].contains(&status), "`{}` without its body: {status}", id(operation));
            without_body += 1;
        }
    }
    println!("prism: refuses {without_credential} requests without a credential, {without_body} without their body");
    assert!(without_credential == 240 && without_body > 0);
}

/// Where Prism listens, and the operations of the document that it was given.
fn given() -> Option<(String, Vec<Operation>)> {
    let Ok(address) = env::var(ADDRESS) else {
        eprintln!("skipped: no Prism is given ({ADDRESS}); tests/prism/run.sh starts one");
        return None;
    };
    let path = PathBuf::from(env::var_os(DOCUMENT).unwrap_or_else(|| panic!("{DOCUMENT} names no document")));
    let text = fs::read_to_string(path).expect("the document that Prism was given");
    let root: Value = serde_json::from_str(&text).expect("JSON");
    Some((address, operations_of(Box::leak(Box::new(root)))))
}

/// The name of an operation, which is the document's as well as the client's.
fn id(operation: &Operation) -> &'static str {
    operation.value["operationId"].as_str().expect("a name")
}

/// The credential that an operation takes; Prism looks at its kind only.
fn credential(operation: &Operation) -> &'static str {
    if operation.takes_oauth() { "Bearer made-up" } else { "Basic bWFkZTp1cA==" }
}

/// Calls an operation through the client. All that this file knows about the client's calls and errors is here and in `client`.
async fn outcome(client: &Client, id: &str, arguments: &MadeUp) -> Outcome {
    match call(client, id, arguments).await {
        None => Outcome::Refused("the client has no such operation".to_owned()),
        Some(Ok(())) => Outcome::Decoded,
        Some(Err(error)) if error.is_decode() => {
            Outcome::Undecoded(format!("{error} in {}", error.body().unwrap_or_default()))
        }
        Some(Err(error)) => {
            // Where the document declares an answer for errors, Prism makes up one of those, and its reason stands in a header.
            let violations = error.headers().and_then(|headers| headers.get("sl-violations")?.to_str().ok());
            Outcome::Refused(format!("{error} {} {}", violations.unwrap_or_default(), error.body().unwrap_or_default()))
        }
    }
}

/// A client whose gateway is Prism, with the credential that an operation takes.
fn client(address: &str, operation: &Operation) -> Client {
    let gateway = Gateway::new(address).expect("a loopback gateway");
    let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(credential(operation)))]);
    Client::new(BaseUrls::oauth_at(&gateway, &cloud_id()), http(headers))
}

/// An HTTP client that can be built whichever features the rest of the workspace gives reqwest.
fn http(headers: HeaderMap) -> reqwest::Client {
    // Only the first provider of a process is taken, and the tests share one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().default_headers(headers).build().expect("an HTTP client")
}

/// The status for a request that is nothing but its address and a credential.
async fn bare_status(address: &str, operation: &Operation, credential: Option<&'static str>) -> u16 {
    let mut url = format!("{address}{}", operation.documented);
    while let Some((before, (_, after))) =
        url.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        url = format!("{before}{CLOUD_ID}{after}");
    }
    let method = Method::from_bytes(operation.method.as_bytes()).expect("a method");
    let credential = credential.map(|credential| (AUTHORIZATION, HeaderValue::from_static(credential)));
    let request = http(HeaderMap::from_iter(credential)).request(method, url);
    request.send().await.expect("an answer").status().as_u16()
}
