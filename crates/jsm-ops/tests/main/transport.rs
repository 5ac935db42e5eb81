//! The HTTP client below a client.

use std::time::Duration;

use jsm_ops::Client;
use jsm_ops_fake::{Endpoint, Fake, FakeResponse, Fault};

use crate::support::{TestClock, World, api_token_client};

async fn world() -> (Fake, TestClock) {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake);
    (fake, clock)
}

#[tokio::test]
async fn the_user_agent_is_ours_unless_the_caller_sets_an_http_client() {
    let world = World::new().await;
    let own = Client::builder().session(world.session.clone()).build().await.expect("a client");
    own.alerts().list().send().await.expect("a response");
    let _ = crate::support::browser();
    let http = reqwest::Client::builder().user_agent("pager/7").build().expect("a client");
    let theirs = Client::builder().session(world.session.clone()).http(http).build().await.expect("a client");
    theirs.alerts().list().send().await.expect("a response");
    let seen = world.fake.requests_to(&Endpoint::Gateway);
    let agents: Vec<_> = seen.iter().map(|seen| seen.header("user-agent")).collect();
    assert_eq!(agents, [concat!("jsm-ops/", env!("CARGO_PKG_VERSION")), "pager/7"]);
}

#[tokio::test]
async fn a_response_above_the_size_limit_is_an_error_and_not_retried() {
    let (fake, clock) = world().await;
    let client = api_token_client(&fake, &clock, "127.0.0.1").max_body(1000).build().await.expect("a client");
    fake.queue_fault(Endpoint::Gateway, Fault::HugeBody(1000));
    let error = client.alerts().list().send().await.expect_err("too large");
    assert!(error.is_too_large() && error.status() == Some(reqwest::StatusCode::OK), "{error}");
    assert_eq!(fake.count(&Endpoint::Gateway), 1);
    client.alerts().list().send().await.expect("a response");
}

#[tokio::test]
async fn html_and_incomplete_responses_are_typed_errors() {
    let (fake, clock) = world().await;
    let client = api_token_client(&fake, &clock, "127.0.0.1").build().await.expect("a client");
    let page = FakeResponse::html(200, "<html>welcome</html>").header("atl-traceid", "t-9");
    fake.queue_faults(&Endpoint::Gateway, &Fault::RespondAfter(page), 4);
    let error = client.alerts().list().send().await.expect_err("a page");
    assert!(error.is_decode() && error.trace_id() == Some("t-9") && error.attempts() == 4, "{error}");

    fake.queue_faults(&Endpoint::Gateway, &Fault::HalfBody, 4);
    let error = client.alerts().list().send().await.expect_err("a half");
    assert!(error.is_decode() && error.status().is_some(), "{error}");

    fake.queue_faults(&Endpoint::Gateway, &Fault::CutBody, 4);
    let error = client.alerts().list().send().await.expect_err("cut");
    assert!(error.is_transport() && error.status().is_some() && error.attempts() == 4, "{error}");
    assert_eq!(fake.count(&Endpoint::Gateway), 12);
}

#[tokio::test]
async fn timeouts_conflict_with_an_http_client_of_the_caller() {
    let (fake, clock) = world().await;
    for builder in [
        api_token_client(&fake, &clock, "127.0.0.1").connect_timeout(Duration::from_secs(1)),
        api_token_client(&fake, &clock, "127.0.0.1").read_timeout(Duration::from_secs(1)),
    ] {
        assert!(builder.build().await.expect_err("a conflict").is_misconfigured());
    }
    let world = World::new().await;
    let builder = Client::builder().session(world.session.clone()).read_timeout(Duration::from_millis(50));
    let client = builder.retry_policy(jsm_ops::RetryPolicy::new().max_attempts(2)).build().await.expect("a client");
    let gates = [world.fake.hold_request(Endpoint::Gateway), world.fake.hold_response(Endpoint::Gateway)];
    let error = client.alerts().list().send().await.expect_err("no response");
    gates.iter().for_each(jsm_ops_fake::HoldPoint::release);
    assert!(error.is_timeout() && error.attempts() == 2, "{error}");
    assert_eq!(world.fake.count(&Endpoint::Gateway), 2);
}
