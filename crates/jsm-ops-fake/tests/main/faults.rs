//! Faults, and how the request log records them.

use jsm_ops_fake::{Consent, Endpoint, Fake, FakeResponse, Fault, HoldPoint};
use serde_json::Value;

use crate::http_client::{client, get, refresh, refreshed, token, token_json};

async fn start() -> (Fake, String, Value) {
    let fake = Fake::builder().check_on_drop().start().await.unwrap();
    let grant = fake.create_grant(&Consent::default());
    let body = refresh(&fake, &grant.refresh_token.unwrap());
    (fake, grant.access_token, body)
}

#[tokio::test]
async fn connections_can_be_dropped_before_and_after_the_execution() {
    let (fake, _, body) = start().await;
    fake.queue_fault(Endpoint::Refresh, Fault::DropBefore);
    fake.queue_fault(Endpoint::Token, Fault::DropAfter);
    for executed in [0, 1] {
        let error = client().post(fake.token_url()).json(&body).send().await.unwrap_err();
        assert!(error.is_request(), "{error:?}");
        assert_eq!(fake.executions(&Endpoint::Refresh), executed);
    }
    assert_eq!(token_json(&fake, &body).await.0, 200);
    let recorded: Vec<_> = fake.requests().iter().map(|request| (request.fault, request.executed, request.status)).collect();
    let expected = [(Some("dropped before"), false, None), (Some("dropped after"), true, None), (None, true, Some(200))];
    assert_eq!(recorded, expected);
    assert_eq!(fake.queued_faults(), 0);
}

#[tokio::test]
async fn held_requests_and_responses_wait_for_the_test() {
    let (fake, access, body) = start().await;
    let before = fake.hold_request(Endpoint::Refresh);
    let after = fake.hold_response(Endpoint::Resources);
    let test = async {
        before.wait_for_requests(1).await;
        after.wait_for_requests(1).await;
        assert_eq!((fake.executions(&Endpoint::Refresh), fake.executions(&Endpoint::Resources)), (0, 1));
        before.release();
        after.release();
    };
    let url = fake.resources_url();
    let (refreshed, resources, ()) = tokio::join!(token(&fake, &body), get(&url, &access), test);
    assert_eq!((refreshed.status().as_u16(), resources.0), (200, 200));
}

#[tokio::test]
async fn a_response_can_replace_the_execution_or_its_response() {
    let (fake, access, body) = start().await;
    fake.queue_fault(Endpoint::Refresh, Fault::Respond(FakeResponse::rate_limited()));
    fake.queue_fault(Endpoint::Refresh, Fault::Respond(FakeResponse::rate_limited_until("7")));
    fake.queue_fault(Endpoint::Refresh, Fault::RespondAfter(FakeResponse::gateway_error(502)));
    fake.queue_fault(Endpoint::Resources, Fault::Respond(FakeResponse::redirect(&fake.foreign_host_url())));
    let response = token(&fake, &body).await;
    assert_eq!((response.status().as_u16(), response.headers().get("retry-after")), (429, None));
    assert_eq!(response.headers()["date"], "Fri, 01 Jan 2027 00:00:00 GMT");
    let response = token(&fake, &body).await;
    assert_eq!((response.status().as_u16(), response.headers()["retry-after"].to_str().unwrap()), (429, "7"));
    assert_eq!(fake.executions(&Endpoint::Refresh), 0);
    let response = token(&fake, &body).await;
    assert_eq!(response.status(), 502);
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(response.text().await.unwrap().starts_with("<html>"));
    assert_eq!(fake.executions(&Endpoint::Refresh), 1);
    assert_eq!(get(&fake.resources_url(), &access).await.0, 302);
}

#[tokio::test]
async fn faults_change_the_body_after_the_execution() {
    let (fake, access, body) = start().await;
    let resources = fake.resources_url();
    let whole = client().get(&resources).bearer_auth(&access).send().await.unwrap().bytes().await.unwrap();
    let with_fault = async |fault: Fault| {
        fake.queue_fault(Endpoint::Resources, fault);
        client().get(&resources).bearer_auth(&access).send().await.unwrap()
    };
    assert_eq!(with_fault(Fault::HalfBody).await.bytes().await.unwrap(), whole[..whole.len() / 2]);
    let cut = with_fault(Fault::CutBody).await;
    assert_eq!(cut.content_length(), Some(whole.len() as u64));
    assert!(cut.bytes().await.is_err());
    let missing: Value = with_fault(Fault::WithoutField("url".to_owned())).await.json().await.unwrap();
    assert!(missing[0].get("url").is_none() && missing[0]["id"].is_string());
    let hold = HoldPoint::new();
    let held = with_fault(Fault::HoldBody(hold.clone())).await.bytes();
    let release = async {
        hold.wait_for_requests(1).await;
        hold.release();
    };
    assert_eq!(tokio::join!(held, release).0.unwrap(), whole);
    assert_eq!(with_fault(Fault::ContentType("text/plain".to_owned())).await.headers()["content-type"], "text/plain");
    let huge = with_fault(Fault::HugeBody(3_000_000)).await.bytes().await.unwrap();
    assert!(huge.len() == 3_000_000 + whole.len() && huge.ends_with(&whole));
    fake.queue_fault(Endpoint::Refresh, Fault::WithoutField("refresh_token".to_owned()));
    let (status, response) = token_json(&fake, &body).await;
    assert_eq!((status, response.get("refresh_token")), (200, None));
    assert!(response["access_token"].is_string());
}

#[tokio::test]
async fn the_log_has_every_byte_of_a_request() {
    let (fake, _, body) = start().await;
    token(&fake, &body).await;
    let request = fake.requests_to(&Endpoint::Token).remove(0);
    assert_eq!((request.method.as_str(), request.path.as_str(), request.query.as_str()), ("POST", "/oauth/token", ""));
    assert_eq!(request.header("content-type"), "application/json");
    assert_eq!(request.body, body.to_string());
    fake.clear_requests();
    assert_eq!((fake.requests().len(), fake.count(&Endpoint::Token)), (0, 0));
}

#[tokio::test]
async fn a_request_to_an_unknown_endpoint_returns_599_and_is_a_violation() {
    let fake = Fake::start().await.unwrap();
    assert_eq!(client().put(fake.token_url()).send().await.unwrap().status(), 599);
    assert_eq!(client().get(format!("{}/path?a=b", fake.foreign_host_url())).send().await.unwrap().status(), 599);
    let violations = fake.check_violations().unwrap_err();
    assert_eq!(violations.lines, ["PUT /oauth/token", "GET /path at a foreign host"]);
    assert_eq!(
        violations.to_string(),
        "the client broke rules of the service: PUT /oauth/token; GET /path at a foreign host"
    );
}

#[tokio::test]
async fn an_access_token_at_the_token_endpoint_is_a_violation() {
    let fake = Fake::start().await.unwrap();
    let body = refresh(&fake, &fake.create_grant(&Consent::default()).refresh_token.unwrap());
    assert_eq!(client().post(fake.token_url()).json(&body).bearer_auth("a token").send().await.unwrap().status(), 200);
    assert_eq!(fake.check_violations().unwrap_err().lines.len(), 1);
}

#[tokio::test]
#[should_panic(expected = "the client broke rules of the service: GET /nowhere")]
async fn a_fake_with_check_on_drop_panics_on_a_violation() {
    let fake = Fake::builder().check_on_drop().start().await.unwrap();
    client().get(format!("{}/nowhere", fake.url())).send().await.unwrap();
}

#[tokio::test]
async fn dropping_the_fake_ends_its_connections() {
    let (fake, _, body) = start().await;
    let url = fake.token_url();
    let hold = fake.hold_request(Endpoint::Refresh);
    let pending = tokio::spawn(client().post(&url).json(&body).send());
    hold.wait_for_requests(1).await;
    drop(fake);
    assert!(pending.await.unwrap().is_err());
    assert!(client().post(&url).json(&body).send().await.unwrap_err().is_connect());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_concurrent_requests_succeed() {
    let (fake, access, body) = start().await;
    let (url, client) = (fake.resources_url(), client());
    let requests: Vec<_> = (0..1000).map(|_| tokio::spawn(client.get(&url).bearer_auth(&access).send())).collect();
    for request in requests {
        assert_eq!(request.await.unwrap().unwrap().status(), 200);
    }
    assert_eq!(fake.executions(&Endpoint::Resources), 1000);
    refreshed(&fake, body["refresh_token"].as_str().unwrap()).await;
}
