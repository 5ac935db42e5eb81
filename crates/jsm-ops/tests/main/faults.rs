//! Network and service faults at every endpoint.

use std::time::Duration;

use jsm_ops::MemoryStore;
use jsm_ops_fake::{Endpoint, Fake, FakeResponse, Fault, HoldPoint};

use crate::support::{HOUR, MINUTE, TestClock, World, oauth, scopes};

/// Temporary faults, by name. A retry after one of them succeeds.
fn temporary() -> Vec<(&'static str, Fault)> {
    vec![
        ("dropped before", Fault::DropBefore),
        ("dropped after", Fault::DropAfter),
        ("500 as HTML", Fault::Respond(FakeResponse::gateway_error(500))),
        ("502 as HTML", Fault::Respond(FakeResponse::gateway_error(502))),
        ("503 after it was done", Fault::RespondAfter(FakeResponse::gateway_error(503))),
        ("504 without a body", Fault::Respond(FakeResponse::empty(504))),
        ("403 as HTML", Fault::Respond(FakeResponse::html(403, "<html>The request could not be satisfied</html>"))),
        ("429", Fault::Respond(FakeResponse::rate_limited())),
        ("429 for two seconds", Fault::Respond(FakeResponse::rate_limited_until("2"))),
        ("half a body", Fault::HalfBody),
        ("cut in the body", Fault::CutBody),
        ("without access_token", Fault::WithoutField("access_token".to_owned())),
        ("an empty success", Fault::RespondAfter(FakeResponse::empty(200))),
        ("a huge body", Fault::HugeBody(2 << 20)),
    ]
}

/// Faults that a tolerant client does not notice.
fn unnoticed() -> Vec<(&'static str, Fault)> {
    vec![
        ("another media type", Fault::ContentType("text/plain".to_owned())),
        ("without token_type", Fault::WithoutField("token_type".to_owned())),
        ("without expires_in", Fault::WithoutField("expires_in".to_owned())),
        ("without scope", Fault::WithoutField("scope".to_owned())),
        ("white space before it", Fault::HugeBody(1000)),
    ]
}

#[tokio::test]
async fn a_refresh_survives_temporary_faults() {
    for (name, fault) in temporary().into_iter().chain(unnoticed()) {
        let world = World::new().await;
        world.clock.advance(HOUR);
        world.fake.queue_fault(Endpoint::Refresh, fault);
        world.assert_signed_in().await;
        assert!(world.is_alive_in_store().await, "{name}");
        assert!(world.fake.count(&Endpoint::Refresh) <= 2, "{name}");
        world.fake.assert_no_violations();
    }
}

#[tokio::test]
async fn a_refresh_that_keeps_failing_loses_nothing_and_stops() {
    for (name, fault) in temporary() {
        let world = World::new().await;
        world.clock.advance(HOUR);
        world.fake.queue_faults(&Endpoint::Refresh, &fault, 3);
        let error = world.session.access_token().await.expect_err(name);
        assert!(error.is_transient() && !error.is_consent_needed() && !error.is_misconfigured(), "{name}: {error}");
        assert_eq!(world.fake.count(&Endpoint::Refresh), 3, "{name}");
        assert!(world.is_alive_in_store().await, "{name}");
        let delay = error.retry_after().unwrap_or(Duration::from_secs(1));
        world.clock.advance(delay);
        world.assert_signed_in().await;
        assert!(world.is_alive_in_store().await, "{name}");
        assert!(world.clock.waited() < Duration::from_secs(30), "{name}");
    }
}

#[tokio::test]
async fn a_long_retry_after_is_returned_and_not_waited_for() {
    let world = World::new().await;
    world.clock.advance(HOUR);
    world.fake.queue_fault(Endpoint::Refresh, Fault::Respond(FakeResponse::rate_limited_until("1800")));
    let error = world.session.access_token().await.expect_err("throttled");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(1800)));
    assert!(error.is_transient(), "{error}");
    assert_eq!(world.clock.waited(), Duration::ZERO);
    // Until then no request is sent, and the error says how long that is.
    world.clock.advance(MINUTE);
    for _ in 0..200 {
        let error = world.session.access_token().await.expect_err("throttled");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(1740)));
        assert!(error.is_transient(), "{error}");
    }
    assert_eq!(world.fake.count(&Endpoint::Refresh), 1);
    world.clock.advance(Duration::from_secs(1740));
    world.assert_signed_in().await;
    assert_eq!(world.fake.count(&Endpoint::Refresh), 2);
}

#[tokio::test]
async fn a_wrong_secret_is_not_sent_with_every_call() {
    let world = World::new().await;
    world.clock.advance(HOUR);
    let body = serde_json::json!({ "error": "access_denied", "error_description": "Unauthorized" });
    world.fake.queue_faults(&Endpoint::Refresh, &Fault::Respond(FakeResponse::json(401, &body)), 2);
    for _ in 0..200 {
        let error = world.session.access_token().await.expect_err("a wrong secret");
        assert!(error.is_misconfigured() && !error.is_consent_needed(), "{error}");
    }
    assert_eq!(world.fake.count(&Endpoint::Refresh), 1);
    world.clock.advance(MINUTE);
    assert!(world.session.access_token().await.expect_err("a wrong secret").is_misconfigured());
    world.clock.advance(MINUTE);
    world.assert_signed_in().await;
}

#[tokio::test]
async fn failures_in_a_row_are_asked_about_less_often() {
    let world = World::new().await;
    world.clock.advance(HOUR);
    world.fake.queue_faults(&Endpoint::Refresh, &Fault::DropBefore, 30);
    let mut delays = Vec::new();
    for failures in 1..=9 {
        let error = world.session.access_token().await.expect_err("no response");
        assert_eq!(world.fake.count(&Endpoint::Refresh), 3 * failures);
        let remembered = world.session.access_token().await.expect_err("no response");
        assert!(error.is_transient() && remembered.is_transient(), "{remembered}");
        assert_eq!(world.fake.count(&Endpoint::Refresh), 3 * failures);
        let delay = remembered.retry_after().expect("a delay");
        delays.push(delay.as_secs());
        world.clock.advance(delay);
    }
    assert_eq!(delays, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
}

#[tokio::test]
async fn tokens_that_expire_at_once_are_not_refreshed_with_every_call() {
    let world = World::new().await;
    world.fake.set_access_lifetime(Duration::ZERO);
    world.clock.advance(HOUR);
    let first = world.session.access_token().await.expect("a token").generation();
    for _ in 0..100 {
        assert_eq!(world.session.access_token().await.expect("a token").generation(), first);
    }
    assert_eq!(world.refreshes(), 1);
    world.clock.advance(MINUTE);
    assert_ne!(world.session.access_token().await.expect("a token").generation(), first);
    assert_eq!(world.refreshes(), 2);
}

#[tokio::test]
async fn a_refresh_that_does_not_rotate_keeps_the_old_token() {
    let world = World::new().await;
    world.clock.advance(HOUR);
    world.fake.queue_fault(Endpoint::Refresh, Fault::WithoutField("refresh_token".to_owned()));
    world.assert_signed_in().await;
    let grant = world.session.grant().await.expect("a store").expect("a grant");
    assert!(grant.is_refreshable());
    assert!(world.is_alive_in_store().await);
}

#[tokio::test]
async fn an_unknown_oauth_error_changes_nothing() {
    let world = World::new().await;
    world.clock.advance(HOUR);
    let body = serde_json::json!({ "error": "invalid_request", "error_description": "what" });
    world.fake.queue_fault(Endpoint::Refresh, Fault::Respond(FakeResponse::json(400, &body)));
    let error = world.session.access_token().await.expect_err("rejected");
    assert!(!error.is_transient() && !error.is_consent_needed() && !error.is_misconfigured(), "{error}");
    assert_eq!(world.fake.count(&Endpoint::Refresh), 1, "a retry would not help");
    world.clock.advance(MINUTE);
    world.assert_signed_in().await;
}

#[tokio::test]
async fn no_secret_follows_a_redirect() {
    for endpoint in [Endpoint::Exchange, Endpoint::Refresh, Endpoint::Resources] {
        for status in [301, 302, 307, 308] {
            let world = World::new().await;
            let to = format!("{}/oauth/token", world.fake.foreign_host_url());
            let response = FakeResponse::empty(status).header("location", &to);
            world.fake.queue_fault(endpoint.clone(), Fault::Respond(response));
            let error = match endpoint {
                Endpoint::Exchange => {
                    let sign_in = world.oauth.begin_sign_in(&scopes(&world.fake)).expect("a sign-in");
                    let callback = world.fake.approve(sign_in.url.as_str()).await.expect("consent");
                    world.oauth.finish_sign_in("grace", sign_in.pending, &callback).await.expect_err("a redirect")
                }
                Endpoint::Refresh => {
                    world.clock.advance(HOUR);
                    world.session.access_token().await.expect_err("a redirect")
                }
                _ => world.session.sites().await.expect_err("a redirect"),
            };
            assert!(error.is_misconfigured() && error.to_string().contains("redirects"), "{error}");
            // The fake reports a request to the other host as a violation.
            world.fake.assert_no_violations();
            assert!(world.is_alive_in_store().await);
        }
    }
}

#[tokio::test]
async fn a_code_exchange_survives_temporary_faults_until_the_code_is_spent() {
    for (name, fault) in temporary() {
        let fake = Fake::start().await.expect("a fake");
        let clock = TestClock::of(&fake);
        let oauth = oauth(&fake, &clock, MemoryStore::new());
        let sign_in = oauth.begin_sign_in(&scopes(&fake)).expect("a sign-in");
        let callback = fake.approve(sign_in.url.as_str()).await.expect("consent");
        fake.queue_fault(Endpoint::Exchange, fault);
        match oauth.finish_sign_in("ada", sign_in.pending, &callback).await {
            Ok(session) => assert!(session.access_token().await.is_ok(), "{name}"),
            // The response was lost and the code was spent, so another sign-in is needed.
            Err(error) => {
                assert!(error.is_code_rejected() && !error.is_consent_needed(), "{name}: {error}");
                assert!(fake.executions(&Endpoint::Exchange) > 0, "{name}: the code was not even spent");
            }
        }
        let sign_in = oauth.begin_sign_in(&scopes(&fake)).expect("a sign-in");
        let callback = fake.approve(sign_in.url.as_str()).await.expect("consent");
        oauth.finish_sign_in("ada", sign_in.pending, &callback).await.expect(name);
    }
}

#[tokio::test]
async fn the_list_of_sites_survives_temporary_faults() {
    for (name, fault) in temporary() {
        // The list has no such field, and a 403 of the gateway is not temporary.
        if matches!(fault, Fault::WithoutField(_)) || name == "403 as HTML" {
            continue;
        }
        let world = World::new().await;
        world.fake.queue_fault(Endpoint::Resources, fault.clone());
        assert_eq!(world.session.sites().await.expect(name).len(), 1);
        world.fake.queue_faults(&Endpoint::Resources, &fault, 3);
        let error = world.session.sites().await.expect_err(name);
        assert!(error.is_transient(), "{name}: {error}");
        assert_eq!(world.refreshes(), 0, "{name}");
    }
}

#[tokio::test]
async fn a_list_of_sites_that_rejects_every_token_causes_one_refresh() {
    let world = World::new().await;
    let rejection = FakeResponse::json(401, &serde_json::json!({ "code": 401, "message": "Unauthorized" }));
    world.fake.queue_faults(&Endpoint::Resources, &Fault::Respond(rejection), 10);
    let error = world.session.sites().await.expect_err("rejected");
    assert!(error.is_token_rejected(), "{error}");
    assert_eq!((world.fake.count(&Endpoint::Resources), world.refreshes()), (2, 1));
}

#[tokio::test]
async fn a_missing_response_ends_the_refresh() {
    let world = World::new().await;
    let oauth = jsm_ops::OAuth::builder(crate::support::app(&world.fake), world.store.clone())
        .endpoints(crate::support::endpoints(&world.fake.url()))
        .clock(std::sync::Arc::new(world.clock.clone()))
        .request_timeout(Duration::from_millis(20))
        .build()
        .expect("an OAuth");
    world.clock.advance(HOUR);
    // Before the request is handled, after it, and during the response.
    let gates = [world.fake.hold_request(Endpoint::Refresh), world.fake.hold_response(Endpoint::Refresh), HoldPoint::new()];
    world.fake.queue_fault(Endpoint::Refresh, Fault::HoldBody(gates[2].clone()));
    let error = oauth.session("ada").access_token().await.expect_err("no response");
    assert!(error.is_transient(), "{error}");
    gates.iter().for_each(HoldPoint::release);
    world.assert_signed_in().await;
}
