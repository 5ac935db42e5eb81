//! The bytes of requests on the wire.

use std::sync::Arc;

use jsm_ops_test_server::{self as server, Server};

use super::{Body, FormParts, Upload};
use crate::{dispatcher::Dispatcher, error::Error, http::HttpTransport, operation::Operation};

static LIST: Operation = Operation::custom("POST", "/v1/alerts", "operations");

/// A server, and a dispatcher that sends to it.
fn started() -> (Server, Dispatcher) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let server = Server::start().expect("a free port");
    server.respond(server::Response::json(200, "{\"ok\":true}"));
    let transport = HttpTransport::new(reqwest::Client::new());
    let base_urls = [("operations", server.url())];
    (server, Dispatcher::new(Arc::new(transport), base_urls))
}

fn only(server: &Server) -> server::Request {
    let mut requests = server.take_requests();
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

#[tokio::test]
async fn a_list_with_commas_is_one_parameter_and_values_are_encoded() {
    let (server, dispatcher) = started();
    let mut call = dispatcher.call(&LIST, &[]);
    call.query("size", 2).query_list("sta tus", ["gone"].as_slice());
    call.query_list("sta tus", ["open", "a,b c&d", "é"].as_slice()).query_list("none", [""; 0].as_slice());
    call.query_list("ids", [1_i64, 2].as_slice());
    call.send(Body::None).await.expect("a response");
    let line = "POST /v1/alerts?size=2&sta%20tus=open,a%2Cb%20c%26d,%C3%A9&ids=1,2 HTTP/1.1";
    assert_eq!(only(&server).line, line);

    let mut call = dispatcher.call(&LIST, &[]);
    call.query_list("status", ["open"].as_slice()).query("status", "acked");
    call.send(Body::None).await.expect("a response");
    assert_eq!(only(&server).line, "POST /v1/alerts?status=acked HTTP/1.1");
}

#[tokio::test]
async fn headers_are_sent_once_and_not_printed() {
    let (server, dispatcher) = started();
    let mut call = dispatcher.call(&LIST, &[]);
    call.header("X-Key", "first").header("X-Key", "k-1").header("X-Tags", ["a", "b"].as_slice()).header("X-Flag", true);
    assert!(!format!("{call:?}").contains("k-1"), "{call:?}");
    call.send(Body::None).await.expect("a response");
    let request = only(&server);
    let sent: Vec<_> = request.headers.iter().filter(|(name, _)| name.starts_with("x-")).collect();
    let expected =
        [("x-key", "k-1"), ("x-tags", "a,b"), ("x-flag", "true")].map(|(name, value)| (name.into(), value.into()));
    assert_eq!(sent, expected.iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_is_an_error_before_the_request() {
    let (server, dispatcher) = started();
    for (name, value, reason) in [
        ("X-Key", "a\r\nX-Other: b", "the value of the header `X-Key` is invalid"),
        ("X Key", "a", "\"X Key\" is not a valid header name"),
        ("AUTHORIZATION", "a", "the client sets the header `AUTHORIZATION` itself"),
    ] {
        let mut call = dispatcher.call(&LIST, &[]);
        call.header(name, value).header("X-Later", "a");
        let error = call.send(Body::None).await.expect_err(name);
        assert!(error.is_invalid_request() && error.to_string().contains(reason), "{error}");
    }
    assert_eq!(server.take_requests(), []);
}

#[tokio::test]
async fn bodies_have_their_media_type() -> Result<(), Error> {
    let (server, dispatcher) = started();
    let call = dispatcher.call(&LIST, &[]);
    let body = call.json_body_as("application/merge-patch+json", &serde_json::json!({ "note": null }))?;
    let response: serde_json::Value = call.json_as("application/problem+json", body).await?;
    assert_eq!(response, serde_json::json!({ "ok": true }));
    let request = only(&server);
    assert_eq!(request.header("content-type"), "application/merge-patch+json");
    assert_eq!(request.header("accept"), "application/problem+json");
    assert_eq!(request.body, b"{\"note\":null}");

    let bytes = dispatcher.call(&LIST, &[]).bytes("application/pdf", Body::None).await?;
    assert_eq!((&*bytes, only(&server).header("accept")), (b"{\"ok\":true}".as_slice(), "application/pdf"));
    Ok(())
}

#[tokio::test]
async fn a_form_has_all_its_parts() -> Result<(), Error> {
    let (server, dispatcher) = started();
    let parts = FormParts::new()
        .text("note", "gone")
        .file("file", Upload::bytes("a.txt", "content").media_type("text/plain"))
        .text("note", "disk full")
        .text("ids", [1_i64, 2].as_slice());
    let body = Body::Parts(parts);
    let copy = body.try_clone().expect("no stream");
    for body in [body, copy] {
        dispatcher.call(&LIST, &[]).send(body).await?;
        let request = only(&server);
        let boundary =
            request.header("content-type").strip_prefix("multipart/form-data; boundary=").expect("a form").to_owned();
        let part = |head: &str, content: &str| {
            format!("--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n")
        };
        let expected = [
            part("name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain", "content"),
            part("name=\"note\"", "disk full"),
            part("name=\"ids\"", "1"),
            part("name=\"ids\"", "2"),
            format!("--{boundary}--\r\n"),
        ];
        assert_eq!(String::from_utf8_lossy(&request.body), expected.concat());
    }
    let stream = FormParts::new().file("file", Upload::stream("a.txt", "content"));
    assert!(Body::Parts(stream).try_clone().is_none());
    Ok(())
}
