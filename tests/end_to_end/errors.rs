//! Errors of calls: invalid ids, error bodies, responses of another shape or size.

use jsm_ops_api::{BaseUrls, Client, Gateway, HttpTransport, RateLimits, operations::GET_ALERT, reqwest::StatusCode};
use jsm_ops_test_server::{Response, Server};

use crate::sample_arguments::{cloud_id, http, oauth_client};

#[tokio::test]
async fn an_id_that_would_change_the_path_fails_before_a_request() {
    let server = Server::start().expect("a server");
    let client = oauth_client(&server);
    for id in ["", ".", "..", "a/b", "../../schedules"] {
        let error = client.alerts().get(id).send().await.expect_err(id);
        assert!(error.is_invalid_request() && error.to_string().contains("`id`"), "{error}");
        assert_eq!(error.operation(), Some(&GET_ALERT));
    }
    assert_eq!(server.take_requests().len(), 0);
}

/// Status, media type and body of a response, and the code and message that the error reads from
/// it.
type ErrorBody = (u16, &'static str, &'static str, Option<&'static str>, Option<&'static str>);

#[tokio::test]
async fn every_form_of_error_body_is_read() {
    let server = Server::start().expect("a server");
    let client = oauth_client(&server);
    let responses: [ErrorBody; 7] = [
        (
            401,
            "application/json",
            r#"{"code":401,"message":"Unauthorized; scope does not match"}"#,
            Some("401"),
            Some("Unauthorized; scope does not match"),
        ),
        (
            403,
            "application/json",
            r#"{"code":40301,"message":"no","took":0.062,"requestId":"r"}"#,
            Some("40301"),
            Some("no"),
        ),
        (422, "application/json", r#"{"errors":[{"title":"no","detail":"why"}]}"#, None, Some("no: why")),
        (
            403,
            "application/json",
            r#"{"error":"access_denied","error_description":"no"}"#,
            Some("access_denied"),
            Some("no"),
        ),
        (502, "text/html", "<html><title>bad gateway</title></html>", None, Some("bad gateway")),
        (504, "", "", None, None),
        (500, "application/json", r#"{"code":"#, None, Some(r#"{"code":"#)),
    ];
    for (status, media_type, body, code, message) in responses {
        let response = Response::new(status).with_header("atl-traceid", "t-1").with_header("retry-after", "3");
        let response = if media_type.is_empty() { response } else { response.with_header("content-type", media_type) };
        server.respond(response.with_body(body));
        let error = client.teams().list().send().await.expect_err("an error status");
        assert!(error.is_status(), "{error}");
        assert_eq!(error.status(), StatusCode::from_u16(status).ok());
        assert_eq!((error.code(), error.message(), error.body()), (code, message, Some(body)), "{error}");
        assert_eq!((error.trace_id(), error.operation().map(|operation| operation.id)), (Some("t-1"), Some("list_teams")));
        let RateLimits { retry_after, .. } = error.rate_limit().expect("limits");
        assert!(retry_after.is_some() && retry_after == error.retry_after());
    }
}

#[tokio::test]
async fn a_response_of_another_shape_names_the_place() {
    let server = Server::start().expect("a server");
    let client = oauth_client(&server);
    // A required property of the union's alternative is missing.
    server.respond(Response::json(200, r#"{"values":[{"id":"a"},{"id":{}}]}"#).with_header("atl-traceid", "t-2"));
    let error = client.alerts().list().send().await.expect_err("an id that is an object");
    assert!(error.is_decode(), "{error}");
    assert_eq!(error.json_path(), Some("values[1].id"));
    assert_eq!((error.status(), error.trace_id()), (Some(StatusCode::OK), Some("t-2")));
    assert!(
        error
            .to_string()
            .starts_with("`list_alerts` (GET /v1/alerts): the response does not match its type at `values[1].id`"),
        "{error}"
    );

    server.respond(Response::json(
        200,
        r#"{"rotations":[{"timeRestriction":{"type":"time-of-day","restriction":{"startHour":"x"}}}]}"#,
    ));
    let error = client.schedules().get("s").send().await.expect_err("an hour that is a string");
    assert!(
        error.to_string().contains("rotations[0].timeRestriction") && error.to_string().contains("restriction.startHour"),
        "{error}"
    );
}

#[tokio::test]
async fn a_missing_required_field_is_named() {
    let server = Server::start().expect("a server");
    let body = r#"{"filter":{"conditions":[{"field":"message","operation":"equals"},{"operation":"equals"}]}}"#;
    server.respond(Response::json(200, body).with_header("atl-traceid", "t-3"));
    let error = oauth_client(&server).integrations().get_action("i", "a").send().await.expect_err("no field");
    assert!(error.is_decode() && error.to_string().contains("missing field `field`"), "{error}");
    assert_eq!(error.json_path(), Some("filter.conditions[1]"));
    assert_eq!((error.status(), error.trace_id()), (Some(StatusCode::OK), Some("t-3")));
    assert_eq!(error.operation().map(|operation| operation.id), Some("get_integration_action"));
}

#[tokio::test]
async fn a_response_beyond_the_size_limit_is_not_read_to_its_end() {
    let server = Server::start().expect("a server");
    let gateway = Gateway::new(&server.url()).expect("a loopback gateway");
    let transport = HttpTransport::new(http()).with_max_body(1000);
    let client = Client::with_transport(BaseUrls::oauth_at(&gateway, &cloud_id()), transport);
    server.respond(Response::json(200, format!(r#"{{"platformTeams":[],"x":"{}"}}"#, "y".repeat(2000))));
    let error = client.teams().list().send().await.expect_err("too large");
    assert!(error.is_too_large() && error.to_string().contains("1000"), "{error}");
}
