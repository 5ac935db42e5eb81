//! Access to the gateway.

use jsm_ops_fake::{Consent, Endpoint, Fake, FakeApiToken, FakeResponse, FakeSite};
use serde_json::json;

use crate::http_client::{client, get};

const MISMATCH: &str = "Unauthorized; scope does not match";

#[tokio::test]
async fn each_base_url_accepts_only_its_credential() {
    let fake = Fake::builder().check_on_drop().start().await.unwrap();
    let token = fake.create_grant(&Consent::default()).access_token;
    let site = fake.site().id;
    let (oauth_url, basic_url) =
        (format!("{}/v1/alerts", fake.oauth_base_url(&site)), format!("{}/v1/alerts", fake.basic_base_url(&site)));
    assert_eq!(get(&oauth_url, &token).await.0, 200);
    assert_eq!(get(&basic_url, &token).await, (401, json!({ "code": 401, "message": MISMATCH })));
    assert_eq!(get(&oauth_url, "an unknown token").await, (401, json!({ "code": 401, "message": "Unauthorized" })));
    let FakeApiToken { email, token } = FakeApiToken::default();
    let basic =
        async |url: &str, token: &str| client().get(url).basic_auth(&email, Some(token)).send().await.unwrap().status();
    assert_eq!(basic(&basic_url, &token).await, 200);
    assert_eq!(basic(&basic_url, "another").await, 401);
    assert_eq!(basic(&oauth_url, &token).await, 401);
    assert_eq!(client().get(&oauth_url).send().await.unwrap().status(), 401);
    assert_eq!(fake.executions(&Endpoint::operation("GET /v1/alerts")), 2);
    assert_eq!(fake.count(&Endpoint::Gateway), 7);
}

#[tokio::test]
async fn an_operation_needs_all_of_its_scopes() {
    let fake = Fake::builder().check_on_drop().start().await.unwrap();
    let read = vec!["read:ops-alert:jira-service-management".to_owned()];
    let token = fake.create_grant_with_scopes(&Consent::default(), read).access_token;
    let base = fake.oauth_base_url(&fake.site().id);
    assert_eq!(
        get(&format!("{base}/v1/alerts/an-id"), &token).await,
        (
            404,
            json!({
                "code": 40400, "message": "Alert not found", "took": 0.004, "requestId": "fake-request",
            })
        )
    );
    assert_eq!(get(&format!("{base}/v1/schedules"), &token).await.1["message"], MISMATCH);
    let acknowledge = client().post(format!("{base}/v1/alerts/an-id/acknowledge")).bearer_auth(&token);
    assert_eq!(acknowledge.send().await.unwrap().status(), 401);
    // Attachments reject every 3LO token.
    let all = fake.create_grant(&Consent::default()).access_token;
    assert_eq!(get(&format!("{base}/v1/alerts/an-id/attachments"), &all).await.1["message"], MISMATCH);
    let names: Vec<_> = fake.requests().iter().map(|request| request.endpoint.to_string()).collect();
    assert_eq!(names[0], "GET /v1/alerts/{id}");
}

#[tokio::test]
async fn a_token_reaches_only_granted_sites_with_operations() {
    let (second, third) = (FakeSite::new("second", "second").without_operations(), FakeSite::new("third", "third"));
    let fake = Fake::builder().site(FakeSite::default()).site(second).site(third).start().await.unwrap();
    let first = fake.site().id;
    let token = fake.create_grant(&Consent::default().to_sites([first.as_str(), "second"])).access_token;
    let status_and_body = async |site: &str| get(&format!("{}/v1/alerts", fake.oauth_base_url(site)), &token).await;
    assert_eq!(status_and_body(&first).await.0, 200);
    let (without_operations, body) = status_and_body("second").await;
    assert_eq!((without_operations, &body["code"]), (403, &json!(40301)));
    assert_eq!(status_and_body("third").await.0, 404);
    assert_eq!(status_and_body("nowhere").await.0, 404);
}

#[tokio::test]
async fn a_test_can_set_responses() {
    let fake = Fake::builder().check_on_drop().start().await.unwrap();
    let token = fake.create_grant(&Consent::default()).access_token;
    let base = fake.oauth_base_url(&fake.site().id);
    fake.set_response(Endpoint::Gateway, FakeResponse::json(200, &json!({ "values": [1] })));
    fake.set_response(Endpoint::operation("GET /v1/alerts/{id}"), FakeResponse::json(418, &json!({ "id": "x" })));
    assert_eq!(get(&format!("{base}/v1/alerts"), &token).await, (200, json!({ "values": [1] })));
    assert_eq!(get(&format!("{base}/v1/alerts/x"), &token).await, (418, json!({ "id": "x" })));
}

#[tokio::test]
async fn a_get_with_a_body_and_an_unknown_operation_are_rejected() {
    let fake = Fake::start().await.unwrap();
    let token = fake.create_grant(&Consent::default()).access_token;
    let base = fake.oauth_base_url(&fake.site().id);
    let rejected = client().get(format!("{base}/v1/alerts")).bearer_auth(&token).body("{}").send().await.unwrap();
    assert_eq!(rejected.status(), 403);
    assert!(rejected.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    fake.assert_no_violations();
    assert_eq!(get(&format!("{base}/v1/nothing"), &token).await.0, 599);
    assert_eq!(fake.check_violations().unwrap_err().lines.len(), 1);
}
