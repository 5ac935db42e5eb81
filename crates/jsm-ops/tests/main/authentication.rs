//! Calls to the gateway: the token, the URL, and what follows a rejected token.

use std::{error::Error as _, sync::Arc};

use jsm_ops::{
    ApiToken, Client, CloudId, Error, Gateway, MissingScopes, Operation, SiteChoice,
    api::operations::OPERATIONS,
    core::{Body, Call},
};
use jsm_ops_fake::{Endpoint, FakeResponse, Fault};
use reqwest::Url;

use crate::support::{HOUR, LIST, World};

static CREATE: Operation = Operation::new("create_alert", "alerts().create", "POST", "/v1/alerts")
    .with_family("operations", "alerts")
    .with_scopes(true, &["read:ops-alert:jira-service-management", "write:ops-alert:jira-service-management"]);
static SECRET_SCOPE: Operation = Operation::new("list_alerts", "alerts().list", "GET", "/v1/alerts")
    .with_family("operations", "alerts")
    .with_scopes(true, &["read:something-else"]);
async fn client(world: &World) -> Client {
    Client::builder().session(world.session.clone()).build().await.expect("a client")
}

fn list(client: &Client) -> Call {
    client.call(&LIST, &[])
}

#[tokio::test]
async fn a_call_goes_to_the_gateway_with_a_token() {
    let world = World::new().await;
    let client = client(&world).await;
    list(&client).send(Body::None).await.expect("a response");
    let seen = &world.fake.requests_to(&Endpoint::Gateway)[0];
    assert_eq!(seen.path, format!("/ex/jira/{}/jsm/ops/api/v1/alerts", world.fake.site().id));
    let token = world.session.access_token().await.expect("a token");
    assert_eq!(seen.header("authorization"), format!("Bearer {}", token.secret().expose()));
    world.fake.assert_no_violations();
}

#[tokio::test]
async fn a_rejected_token_is_refreshed_once_and_the_request_is_sent_again_with_its_body() {
    let world = World::new().await;
    let client = client(&world).await;
    world.fake.expire_access_tokens();
    let body = || Body::json(&serde_json::json!({ "message": "disk full" })).expect("a body");
    client.call(&CREATE, &[]).send(body()).await.expect("a response");
    let seen = world.fake.requests_to(&Endpoint::Gateway);
    assert_eq!(seen.iter().map(|seen| seen.text()).collect::<Vec<_>>(), [r#"{"message":"disk full"}"#; 2]);
    assert_eq!(world.refreshes(), 1);
    list(&client).send(Body::None).await.expect("a response");
    assert_eq!(world.refreshes(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_calls_that_are_rejected_at_once_cause_one_refresh() {
    let world = World::new().await;
    let client = client(&world).await;
    world.fake.expire_access_tokens();
    let calls: Vec<_> = (0..100)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { list(&client).send(Body::None).await.map(drop) })
        })
        .collect();
    for call in calls {
        call.await.expect("a task").expect("a response");
    }
    assert_eq!(world.refreshes(), 1);
}

#[tokio::test]
async fn a_gateway_that_rejects_every_token_causes_one_refresh() {
    let world = World::new().await;
    let client = client(&world).await;
    let rejection = FakeResponse::json(401, &serde_json::json!({ "code": 401, "message": "Unauthorized" }));
    world.fake.queue_faults(&Endpoint::Gateway, &Fault::Respond(rejection), 100);
    for _ in 0..5 {
        let error = list(&client).send(Body::None).await.expect_err("rejected");
        assert!(error.is_unauthorized(), "{error}");
    }
    assert_eq!(world.refreshes(), 1, "a token that is rejected right after a refresh is not refreshed again for a while");
    world.clock.advance(HOUR);
    let _ = list(&client).send(Body::None).await;
    assert_eq!(world.refreshes(), 3, "one because the token expired, one because the new one is rejected");
}

#[tokio::test]
async fn a_missing_scope_is_an_error_and_never_refreshed() {
    let world = World::new().await;
    let client = client(&world).await;
    let error = client.call(&SECRET_SCOPE, &[]).send(Body::None).await.expect_err("no scope");
    let scopes = MissingScopes::from_call_error(&error).expect("scopes");
    assert!(error.is_credential_missing() && scopes.required().contains("read:something-else"), "{error}");
    assert!(scopes.granted().expect("known").contains("read:jira-user"));
    assert!(Error::from_call_error(&error).expect("a reason").is_scope_missing());
    assert_eq!(world.fake.count(&Endpoint::Gateway), 0);
    assert_eq!(
        error.to_string(),
        "`list_alerts` (GET /v1/alerts): the request was not sent because it has no usable credential"
    );
    let reason = error.source().expect("a reason");
    assert_eq!(
        reason.to_string(),
        "the grant lacks the scope `read:something-else` of `list_alerts`; add it to the app, then sign in again with it"
    );
    assert!(reason.source().is_none());

    let rejection =
        FakeResponse::json(401, &serde_json::json!({ "code": 401, "message": "Unauthorized; scope does not match" }));
    world.fake.queue_fault(Endpoint::Gateway, Fault::Respond(rejection));
    let error = list(&client).send(Body::None).await.expect_err("no scope");
    let scopes = MissingScopes::from_call_error(&error).expect("scopes");
    assert!(error.is_scope_missing() && scopes.required().contains("read:ops-alert:jira-service-management"));
    assert_eq!((world.fake.count(&Endpoint::Gateway), world.refreshes()), (1, 0));
}

#[tokio::test]
async fn operations_on_attachments_accept_an_api_token_only() {
    let world = World::new().await;
    let with_3lo = client(&world).await;
    let for_api_tokens: Vec<_> = OPERATIONS.iter().copied().filter(|operation| !operation.oauth).collect();
    assert_eq!(for_api_tokens.len(), 4);
    for operation in for_api_tokens {
        let error = with_3lo.call(operation, &["a-1", "b-2"]).send(Body::None).await.expect_err("3LO");
        assert!(Error::from_call_error(&error).expect("a reason").is_api_token_required(), "{error}");
    }
    assert_eq!(world.fake.count(&Endpoint::Gateway), 0);

    let token = ApiToken::new("operator@example.com", "fake-api-token").expect("a token");
    let site = SiteChoice::Id(CloudId::new(world.fake.site().id).expect("an id"));
    let gateway = Gateway::new(&world.fake.url()).expect("a gateway");
    let with_api_token = Client::builder()
        .api_token(token.clone())
        .site(site)
        .gateway(gateway)
        .clock(Arc::new(world.clock.clone()))
        .build()
        .await
        .expect("a client");
    with_api_token.alerts().list_attachments("a-1").send().await.expect("a response");
    with_api_token.alerts().list().send().await.expect("a response");
    let seen = &world.fake.requests_to(&Endpoint::Gateway)[0];
    assert_eq!(seen.path, format!("/jsm/ops/api/{}/v1/alerts/a-1/attachments", world.fake.site().id));
    assert!(seen.header("authorization").starts_with("Basic "));
    assert!(Client::builder().api_token(token).build().await.expect_err("no site").is_misconfigured());
    world.fake.assert_no_violations();
}

#[tokio::test]
async fn no_credential_is_sent_to_another_host() {
    let world = World::new().await;
    let client = client(&world).await;
    for url in [
        world.fake.foreign_host_url(),
        format!("{}.example.com/v1/alerts", world.fake.url()),
        format!("{}@example.com/", world.fake.url()),
    ] {
        let Ok(parsed) = Url::parse(&url) else { continue };
        let request = jsm_ops::core::Request::new(&LIST, parsed);
        let error = client.transport().send(request).await.expect_err("not sent");
        assert!(error.is_credential_missing(), "{url}: {error}");
    }
    world.fake.assert_no_violations();
}

#[tokio::test]
async fn faults_of_the_gateway_do_not_affect_the_grant() {
    let world = World::new().await;
    let client = client(&world).await;
    for fault in [
        Fault::DropBefore,
        Fault::DropAfter,
        Fault::Respond(FakeResponse::gateway_error(502)),
        Fault::Respond(FakeResponse::rate_limited()),
        Fault::CutBody,
        Fault::Respond(FakeResponse::json(403, &serde_json::json!({ "code": 40301, "message": "no" }))),
    ] {
        world.fake.queue_fault(Endpoint::Gateway, fault);
        let _ = list(&client).send(Body::None).await;
    }
    assert_eq!(world.refreshes(), 0);
    list(&client).send(Body::None).await.expect("a response");
}

#[tokio::test]
async fn a_grant_that_ended_fails_the_call_with_the_reason() {
    let world = World::new().await;
    let client = client(&world).await;
    world.fake.revoke("712020:operator");
    let error = list(&client).send(Body::None).await.expect_err("expired");
    assert!(Error::from_call_error(&error).expect("a reason").is_consent_needed(), "{error}");
    assert_eq!((world.fake.count(&Endpoint::Gateway), world.fake.count(&Endpoint::Refresh)), (1, 1));
}
