//! Receipts of queued writes, polled until the write ends.

use std::time::Duration;

use chrono::{DateTime, Utc};
use jsm_ops_api::{BaseUrls, Client, Error, Gateway, HttpTransport, WaitPolicy, operations::OPERATIONS};
use jsm_ops_test_server::{Response, Server};
use jsm_ops_tests::clock::TestClock;

use crate::sample_arguments::{cloud_id, http};

/// A client whose waits take no time.
fn client(server: &Server, clock: &TestClock) -> Client {
    let gateway = Gateway::new(&server.url()).expect("a loopback gateway");
    let transport = HttpTransport::new(http()).with_clock(std::sync::Arc::new(clock.clone()));
    Client::with_transport(BaseUrls::oauth_at(&gateway, &cloud_id()), transport)
}

fn receipt() -> Response {
    Response::json(202, r#"{"result":"Request will be processed","requestId":"r-1","took":0.01}"#)
}

fn queued() -> Response {
    Response::json(404, r#"{"message":"not found","took":0.01}"#)
}

#[tokio::test]
async fn a_receipt_is_polled_until_the_write_is_done() -> Result<(), Error> {
    let (server, clock) = (Server::start().expect("a server"), TestClock::default());
    server.respond_in_turn([
        receipt(),
        queued(),
        queued(),
        Response::json(200, r#"{"status":"in work"}"#),
        Response::json(200, r#"{"isSuccess":true,"status":"Alert does not exist","alertId":"a-1","integrationId":""}"#),
    ]);
    let receipt = client(&server, &clock).alerts().acknowledge("a-1").send().await?;
    assert_eq!(receipt.request_id.as_deref(), Some("r-1"));
    let status = receipt.wait().await?;
    assert_eq!(status.alert_id.as_deref(), Some("a-1"), "the flag counts, not the text beside it");
    let seen = server.take_requests();
    assert_eq!(seen.len(), 5);
    assert!(seen[0].path().ends_with("/v1/alerts/a-1/acknowledge") && seen[0].method() == "POST");
    assert!(seen[1..].iter().all(|seen| seen.path().ends_with("/v1/alerts/requests/r-1") && seen.method() == "GET"));
    assert_eq!(clock.sleeps(), [250, 500, 1000, 2000].map(Duration::from_millis));
    Ok(())
}

#[tokio::test]
async fn a_queued_write_may_fail() -> Result<(), Error> {
    let (server, clock) = (Server::start().expect("a server"), TestClock::default());
    let failure = r#"{"isSuccess":false,"status":"Your account plan does not support snoozing"}"#;
    server.respond_in_turn([receipt(), Response::json(200, failure)]);
    let until: DateTime<Utc> = "2026-12-01T00:00:00Z".parse().expect("a date");
    let receipt = client(&server, &clock).alerts().snooze("a", until).send().await?;
    let error = receipt.wait().await.expect_err("a failure");
    assert!(error.is_write_failed(), "{error}");
    assert_eq!(error.message(), Some("Your account plan does not support snoozing"));
    assert_eq!(server.take_requests().len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_wait_ends_at_its_timeout() -> Result<(), Error> {
    let (server, clock) = (Server::start().expect("a server"), TestClock::default());
    server.respond(queued());
    server.respond_in_turn([receipt()]);
    let receipt = client(&server, &clock).alerts().close("a").send().await?;
    let error = receipt.wait_with(WaitPolicy::with_timeout(Duration::from_secs(2))).await.expect_err("an end");
    assert!(error.is_wait_timeout(), "{error}");
    assert_eq!(clock.sleeps(), [250, 500, 1000, 250].map(Duration::from_millis), "the last wait is cut at the timeout");
    assert_eq!(server.take_requests().len(), 5);
    // The receipt can be polled again.
    server.respond(Response::json(200, r#"{"isSuccess":true}"#));
    assert!(receipt.wait().await.is_ok());
    Ok(())
}

#[tokio::test]
async fn other_errors_end_the_wait() -> Result<(), Error> {
    let (server, clock) = (Server::start().expect("a server"), TestClock::default());
    let scope = r#"{"code":401,"message":"Unauthorized; scope does not match"}"#;
    server.respond_in_turn([receipt(), Response::json(401, scope)]);
    let receipt = client(&server, &clock).alerts().delete("a").send().await?;
    assert!(receipt.wait().await.is_err_and(|error| error.is_scope_missing()));
    assert_eq!(server.take_requests().len(), 2);

    // A receipt without the request id cannot be polled.
    server.respond_in_turn([Response::json(202, "{}")]);
    let receipt = client(&server, &clock).alerts().close("a").send().await?;
    assert!(receipt.wait().await.is_err_and(|error| error.is_invalid_request()));
    assert_eq!(server.take_requests().len(), 1);
    Ok(())
}

#[tokio::test]
async fn enabling_operations_is_polled_at_its_team() -> Result<(), Error> {
    let (server, clock) = (Server::start().expect("a server"), TestClock::default());
    server.respond_in_turn([
        Response::json(200, r#"{"requestId":"r-2"}"#),
        Response::json(200, r#"{"status":{"value":"IN_PROGRESS"}}"#),
        Response::json(200, r#"{"status":{"value":"SUCCESSFUL"}}"#),
    ]);
    let client = client(&server, &clock);
    client.teams().enable_operations("t-1").admin_account_ids(["712020:a"]).send().await?.wait().await?;
    let seen = server.take_requests();
    assert_eq!(&*seen[0].body, br#"{"adminAccountIds":["712020:a"]}"#);
    assert!(seen[1..].iter().all(|seen| seen.path().ends_with("/v1/teams/t-1/requests/r-2")), "{seen:?}");

    server.respond_in_turn([
        Response::json(200, r#"{"requestId":"r-3"}"#),
        Response::json(200, r#"{"status":{"value":"FAILED"}}"#),
    ]);
    let receipt = client.teams().enable_operations("t-1").send().await?;
    assert!(receipt.wait().await.is_err_and(|error| error.is_write_failed()));
    Ok(())
}

#[test]
fn queued_writes_have_a_status_operation() {
    let status_operations: Vec<_> = OPERATIONS.iter().filter_map(|row| row.status_operation).collect();
    assert_eq!(status_operations.iter().filter(|id| **id == "get_alert_request_status").count(), 17);
    assert_eq!(status_operations.iter().filter(|id| **id == "get_team_request_status").count(), 1);
}
