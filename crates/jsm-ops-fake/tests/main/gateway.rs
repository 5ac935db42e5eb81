//! Who is let in at the gateway.

use jsm_ops_fake::{Answer, ApiToken, Consent, Endpoint, Fake, Site};
use serde_json::json;

use crate::plain::{client, get};

const MISMATCH: &str = "Unauthorized; scope does not match";

#[tokio::test]
async fn each_credential_opens_its_own_address() {
    let fake = Fake::builder().check_on_drop().start().await.unwrap();
    let token = fake.grant(&Consent::default()).access_token;
    let site = fake.site().id;
    let (oauth, classic) =
        (format!("{}/v1/alerts", fake.gateway_url(&site)), format!("{}/v1/alerts", fake.classic_url(&site)));
    assert_eq!(get(&oauth, &token).await.0, 200);
    assert_eq!(get(&classic, &token).await, (401, json!({ "code": 401, "message": MISMATCH })));
    assert_eq!(get(&oauth, "a stranger").await, (401, json!({ "code": 401, "message": "Unauthorized" })));
    let ApiToken { email, token } = ApiToken::default();
    let basic =
        async |url: &str, token: &str| client().get(url).basic_auth(&email, Some(token)).send().await.unwrap().status();
    assert_eq!(basic(&classic, &token).await, 200);
    assert_eq!(basic(&classic, "another").await, 401);
    assert_eq!(basic(&oauth, &token).await, 401);
    assert_eq!(client().get(&oauth).send().await.unwrap().status(), 401);
    assert_eq!(fake.executions(&Endpoint::operation("GET /v1/alerts")), 2);
    assert_eq!(fake.count(&Endpoint::Gateway), 7);
}

#[tokio::test]
async fn every_scope_of_an_operation_is_needed() {
    let fake = Fake::builder().check_on_drop().start().await.unwrap();
    let read = vec!["read:ops-alert:jira-service-management".to_owned()];
    let token = fake.grant_scopes(&Consent::default(), read).access_token;
    let base = fake.gateway_url(&fake.site().id);
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
    // No 3LO token opens the attachments, whatever its scopes.
    let all = fake.grant(&Consent::default()).access_token;
    assert_eq!(get(&format!("{base}/v1/alerts/an-id/attachments"), &all).await.1["message"], MISMATCH);
    let names: Vec<_> = fake.requests().iter().map(|seen| seen.endpoint.to_string()).collect();
    assert_eq!(names[0], "GET /v1/alerts/{id}");
}

#[tokio::test]
async fn sites_are_told_apart() {
    let (second, third) = (Site::new("second", "second").without_operations(), Site::new("third", "third"));
    let fake = Fake::builder().site(Site::default()).site(second).site(third).start().await.unwrap();
    let first = fake.site().id;
    let token = fake.grant(&Consent::default().to_sites([first.as_str(), "second"])).access_token;
    let status = async |site: &str| get(&format!("{}/v1/alerts", fake.gateway_url(site)), &token).await;
    assert_eq!(status(&first).await.0, 200);
    let (refused, body) = status("second").await;
    assert_eq!((refused, &body["code"]), (403, &json!(40301)));
    assert_eq!(status("third").await.0, 404);
    assert_eq!(status("nowhere").await.0, 404);
}

#[tokio::test]
async fn a_test_says_what_is_answered() {
    let fake = Fake::builder().check_on_drop().start().await.unwrap();
    let token = fake.grant(&Consent::default()).access_token;
    let base = fake.gateway_url(&fake.site().id);
    fake.answer(Endpoint::Gateway, Answer::json(200, &json!({ "values": [1] })));
    fake.answer(Endpoint::operation("GET /v1/alerts/{id}"), Answer::json(418, &json!({ "id": "x" })));
    assert_eq!(get(&format!("{base}/v1/alerts"), &token).await, (200, json!({ "values": [1] })));
    assert_eq!(get(&format!("{base}/v1/alerts/x"), &token).await, (418, json!({ "id": "x" })));
}

#[tokio::test]
async fn a_get_with_a_body_and_an_operation_that_is_none() {
    let fake = Fake::start().await.unwrap();
    let token = fake.grant(&Consent::default()).access_token;
    let base = fake.gateway_url(&fake.site().id);
    let refused = client().get(format!("{base}/v1/alerts")).bearer_auth(&token).body("{}").send().await.unwrap();
    assert_eq!(refused.status(), 403);
    assert!(refused.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    fake.assert_nothing_unexpected();
    assert_eq!(get(&format!("{base}/v1/nothing"), &token).await.0, 599);
    assert_eq!(fake.nothing_unexpected().unwrap_err().lines.len(), 1);
}
