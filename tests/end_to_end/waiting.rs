//! Queued writes, followed to their end.

use std::time::Duration;

use chrono::{DateTime, Utc};
use jsm_ops_api::{BaseUrls, Client, Error, Gateway, HttpTransport, WaitPolicy, operations::OPERATIONS};
use jsm_ops_tests::{
    clock::TestClock,
    server::{Answer, Server},
};

use crate::arguments::{cloud_id, http};

/// A client whose waiting takes no time.
fn client(server: &Server, clock: &TestClock) -> Client {
    let gateway = Gateway::new(&server.url()).expect("a loopback gateway");
    let transport = HttpTransport::new(http()).with_clock(std::sync::Arc::new(clock.clone()));
    Client::with_transport(BaseUrls::oauth_at(&gateway, &cloud_id()), transport)
}

fn receipt() -> Answer {
    Answer::json(202, r#"{"result":"Request will be processed","requestId":"r-1","took":0.01}"#)
}

fn queued() -> Answer {
    Answer::json(404, r#"{"message":"not found","took":0.01}"#)
}

#[tokio::test]
async fn a_write_is_followed_through_its_queue() -> Result<(), Error> {
    let (server, clock) = (Server::start().await.expect("a server"), TestClock::default());
    server.answer_in_turn([
        receipt(),
        queued(),
        queued(),
        Answer::json(200, r#"{"status":"in work"}"#),
        Answer::json(200, r#"{"isSuccess":true,"status":"Alert does not exist","alertId":"a-1","integrationId":""}"#),
    ]);
    let receipt = client(&server, &clock).alerts().acknowledge("a-1").send().await?;
    assert_eq!(receipt.request_id.as_deref(), Some("r-1"));
    let status = receipt.wait().await?;
    assert_eq!(status.alert_id.as_deref(), Some("a-1"), "the flag counts, and not the words beside it");
    let seen = server.take_seen();
    assert_eq!(seen.len(), 5);
    assert!(seen[0].path.ends_with("/v1/alerts/a-1/acknowledge") && seen[0].method == "POST");
    assert!(seen[1..].iter().all(|seen| seen.path.ends_with("/v1/alerts/requests/r-1") && seen.method == "GET"));
    assert_eq!(clock.sleeps(), [250, 500, 1000, 2000].map(Duration::from_millis));
    Ok(())
}

#[tokio::test]
async fn a_write_may_fail_after_it_was_accepted() -> Result<(), Error> {
    let (server, clock) = (Server::start().await.expect("a server"), TestClock::default());
    let failure = r#"{"isSuccess":false,"status":"Your account plan does not support snoozing"}"#;
    server.answer_in_turn([receipt(), Answer::json(200, failure)]);
    let until: DateTime<Utc> = "2026-12-01T00:00:00Z".parse().expect("a date");
    let receipt = client(&server, &clock).alerts().snooze("a", until).send().await?;
    let error = receipt.wait().await.expect_err("a failure");
    assert!(error.is_write_failed(), "{error}");
    assert_eq!(error.message(), Some("Your account plan does not support snoozing"));
    assert_eq!(server.take_seen().len(), 2);
    Ok(())
}

#[tokio::test]
async fn waiting_ends_when_its_time_is_up() -> Result<(), Error> {
    let (server, clock) = (Server::start().await.expect("a server"), TestClock::default());
    server.answer(queued());
    server.answer_in_turn([receipt()]);
    let receipt = client(&server, &clock).alerts().close("a").send().await?;
    let error = receipt.wait_with(WaitPolicy::with_timeout(Duration::from_secs(2))).await.expect_err("an end");
    assert!(error.is_wait_timeout(), "{error}");
    assert_eq!(clock.sleeps(), [250, 500, 1000, 250].map(Duration::from_millis), "the last pause is what is left");
    assert_eq!(server.take_seen().len(), 5);
    // The receipt is still good for another try.
    server.answer(Answer::json(200, r#"{"isSuccess":true}"#));
    assert!(receipt.wait().await.is_ok());
    Ok(())
}

#[tokio::test]
async fn what_is_no_queue_is_an_error() -> Result<(), Error> {
    let (server, clock) = (Server::start().await.expect("a server"), TestClock::default());
    let scope = r#"{"code":401,"message":"Unauthorized; scope does not match"}"#;
    server.answer_in_turn([receipt(), Answer::json(401, scope)]);
    let receipt = client(&server, &clock).alerts().delete("a").send().await?;
    assert!(receipt.wait().await.is_err_and(|error| error.is_scope_missing()));
    assert_eq!(server.take_seen().len(), 2);

    // A receipt without the id that it is all about cannot be followed.
    server.answer_in_turn([Answer::json(202, "{}")]);
    let receipt = client(&server, &clock).alerts().close("a").send().await?;
    assert!(receipt.wait().await.is_err_and(|error| error.is_invalid_request()));
    assert_eq!(server.take_seen().len(), 1);
    Ok(())
}

#[tokio::test]
async fn enabling_operations_is_followed_within_its_team() -> Result<(), Error> {
    let (server, clock) = (Server::start().await.expect("a server"), TestClock::default());
    server.answer_in_turn([
        Answer::json(200, r#"{"requestId":"r-2"}"#),
        Answer::json(200, r#"{"status":{"value":"IN_PROGRESS"}}"#),
        Answer::json(200, r#"{"status":{"value":"SUCCESSFUL"}}"#),
    ]);
    let client = client(&server, &clock);
    client.teams().enable_operations("t-1").admin_account_ids(["712020:a"]).send().await?.wait().await?;
    let seen = server.take_seen();
    assert_eq!(&*seen[0].body, br#"{"adminAccountIds":["712020:a"]}"#);
    assert!(seen[1..].iter().all(|seen| seen.path.ends_with("/v1/teams/t-1/requests/r-2")), "{seen:?}");

    server.answer_in_turn([
        Answer::json(200, r#"{"requestId":"r-3"}"#),
        Answer::json(200, r#"{"status":{"value":"FAILED"}}"#),
    ]);
    let receipt = client.teams().enable_operations("t-1").send().await?;
    assert!(receipt.wait().await.is_err_and(|error| error.is_write_failed()));
    Ok(())
}

#[test]
fn queued_writes_are_those_that_answer_a_receipt() {
    let followed: Vec<_> = OPERATIONS.iter().filter_map(|row| row.status_operation).collect();
    assert_eq!(followed.iter().filter(|id| **id == "get_alert_request_status").count(), 17);
    assert_eq!(followed.iter().filter(|id| **id == "get_team_request_status").count(), 1);
}
