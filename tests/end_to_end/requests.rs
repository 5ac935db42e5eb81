//! Requests: encoded ids, uploads, inputs that are not set, operations without a builder.

use jsm_ops_api::{Body, CloudId, Error, Operation, Upload, reqwest};
use jsm_ops_test_server::{Response, Server};
use serde_json::Value;

use crate::sample_arguments::oauth_client;

#[tokio::test]
async fn ids_are_encoded() {
    let server = Server::start().expect("a server");
    let _ = oauth_client(&server).alerts().get("a b?c#d%").send().await;
    let seen = server.take_requests();
    assert_eq!(seen.len(), 1);
    assert!(seen[0].path().ends_with("/v1/alerts/a%20b%3Fc%23d%25"), "{}", seen[0].path());
    assert_eq!(seen[0].query(), "");
}

#[tokio::test]
async fn a_file_is_uploaded_from_memory_and_from_a_stream() -> Result<(), Error> {
    let server = Server::start().expect("a server");
    let client = oauth_client(&server);
    let chunks = || futures_util::stream::iter(["what ", "happened"].map(Ok::<_, std::io::Error>));
    let uploads = [
        Upload::bytes("log.txt", "what happened"),
        Upload::stream("log.txt", reqwest::Body::wrap_stream(chunks())).length(13),
        Upload::stream("log.txt", reqwest::Body::wrap_stream(chunks())).media_type("text/plain"),
    ];
    for (upload, known_length) in uploads.into_iter().zip([true, true, false]) {
        server.respond(Response::json(200, r#"{"id":"1704869443312"}"#));
        let attachment = client.alerts().add_attachment("a", upload).send().await?;
        assert_eq!(attachment.id.as_deref(), Some("1704869443312"));
        let seen = server.take_requests();
        assert_eq!(seen.len(), 1);
        let body = String::from_utf8_lossy(&seen[0].body);
        assert!(
            body.contains(r#"name="file"; filename="log.txt""#) && body.contains("\r\n\r\nwhat happened\r\n--"),
            "{body}"
        );
        assert_eq!(seen[0].header_names().any(|name| name == "content-length"), known_length);
    }
    let invalid = client.alerts().add_attachment("a", Upload::bytes("x", "").media_type("no type at all")).send().await;
    assert!(invalid.is_err_and(|error| error.is_invalid_request()));
    assert_eq!(server.take_requests().len(), 0);
    Ok(())
}

#[tokio::test]
async fn inputs_that_are_not_set_are_not_sent() {
    let server = Server::start().expect("a server");
    let client = oauth_client(&server);
    let _ = client.teams().enable_operations("team").send().await;
    let _ = client.alerts().list().send().await;
    let seen = server.take_requests();
    assert_eq!(seen.len(), 2);
    assert_eq!((seen[0].body.len(), seen[0].header("content-type")), (0, ""));
    assert_eq!(seen[1].query(), "", "no default is sent");
}

#[tokio::test]
async fn operations_without_a_builder_can_be_called() {
    static NEW: Operation = Operation::custom("POST", "/v2/alerts/{id}/news", "operations");
    let server = Server::start().expect("a server");
    let client = oauth_client(&server);
    server.respond(Response::json(200, r#"{"number":42}"#));
    let mut call = client.call(&NEW, &["a b"]);
    call.query("deep", true).query("page", 1).query("page", 2);
    let body = Body::json(&serde_json::json!({"x": []})).expect("JSON");
    let response: Value = call.json(body).await.expect("a response");
    assert_eq!(response["number"], 42);
    let seen = server.take_requests();
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].method(), seen[0].query()), ("POST", "deep=true&page=2"));
    assert!(seen[0].path().ends_with("/v2/alerts/a%20b/news"), "{}", seen[0].path());
    assert_eq!(&*seen[0].body, br#"{"x":[]}"#);

    static LOST: Operation = Operation::custom("GET", "/x", "nowhere");
    assert!(client.call(&LOST, &[]).send(Body::None).await.is_err_and(|error| error.is_invalid_request()));
    assert!(CloudId::new("../x").is_err());
}
