//! Rate limits: those of the service, and the client's own.

use std::{num::NonZeroU32, time::Duration};

use jsm_ops::{Client, Rate};
use jsm_ops_fake::{Endpoint, Fake, FakeResponse, Fault, RateLimitHeaders};
use serde_json::json;

use crate::support::{TestClock, World, api_token_client};

fn requests(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("not zero")
}

async fn world() -> (Fake, TestClock) {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake);
    (fake, clock)
}

async fn list(client: &Client) {
    client.alerts().list().send().await.expect("a response");
}

#[tokio::test]
async fn clones_of_a_client_share_the_latest_rate_limits() {
    let world = World::new().await;
    let client = Client::builder().session(world.session.clone()).build().await.expect("a client");
    let clone = client.clone();
    list(&client).await;
    assert!(clone.rate_limits().is_empty());
    world.fake.queue_fault(Endpoint::Gateway, Fault::Header("X-RateLimit-NearLimit".to_owned(), "true".to_owned()));
    list(&client).await;
    assert!(clone.rate_limits().near_limit && clone.rate_limits().received_at == Some(jsm_ops::Clock::now(&world.clock)));
    list(&client).await;
    assert!(clone.rate_limits().near_limit, "a response without limits changes nothing");
    let quota = r#""global-app-quota";r=11000;t=600"#;
    world.fake.queue_fault(Endpoint::Gateway, Fault::Header("RateLimit".to_owned(), quota.to_owned()));
    list(&client).await;
    let latest = clone.rate_limits();
    assert_eq!((latest.near_limit, latest.policies[0].remaining), (false, Some(11000)));
    assert_eq!(world.clock.waited(), Duration::ZERO, "adaptive rate limiting is off");
}

#[tokio::test]
async fn adaptive_rate_limiting_slows_the_client_down() {
    let (fake, clock) = world().await;
    let response = FakeResponse::json(200, &json!({ "values": [] }))
        .header("RateLimit-Policy", r#""global-app-quota";q=100;w=60"#)
        .header("RateLimit", r#""global-app-quota";r=9;t=60"#);
    fake.set_response(Endpoint::Gateway, response);
    for (is_adaptive, expected) in [(false, 0), (true, 18)] {
        let builder = api_token_client(&fake, &clock, "127.0.0.1");
        let builder = if is_adaptive { builder.adaptive_rate_limiting() } else { builder };
        let client = builder.build().await.expect("a client");
        // The first two are sent at once: no limit is known for the first, and the second takes the
        // first turn.
        for _ in 0..5 {
            list(&client).await;
        }
        assert_eq!(clock.waited(), Duration::from_secs(expected));
    }
    assert_eq!(fake.count(&Endpoint::Gateway), 10);
}

#[tokio::test]
async fn a_spent_quota_delays_the_next_request_up_to_a_maximum() {
    for (wait, slept) in [(45, 45), (600, 0)] {
        let (fake, clock) = world().await;
        let client = api_token_client(&fake, &clock, "127.0.0.1").adaptive_rate_limiting().build().await.expect("a client");
        let spent = Fault::Header("RateLimit".to_owned(), format!(r#""global-app-quota";r=0;t={wait}"#));
        fake.queue_fault(Endpoint::Gateway, spent);
        list(&client).await;
        list(&client).await;
        list(&client).await;
        assert_eq!((clock.waited(), fake.count(&Endpoint::Gateway)), (Duration::from_secs(slept), 3), "{wait}");
    }
}

#[tokio::test]
async fn a_429_delays_the_other_calls_of_an_adaptive_client() {
    let (fake, clock) = world().await;
    let policy = jsm_ops::RetryPolicy::new().max_attempts(1);
    let client = api_token_client(&fake, &clock, "127.0.0.1")
        .adaptive_rate_limiting()
        .retry_policy(policy)
        .build()
        .await
        .expect("a client");
    fake.queue_rate_limit(Endpoint::Gateway, RateLimitHeaders::Seconds, Duration::from_secs(30));
    assert!(client.alerts().list().send().await.expect_err("throttled").is_rate_limited());
    list(&client).await;
    assert_eq!(clock.waited(), Duration::from_secs(30));
}

#[tokio::test]
async fn an_area_keeps_to_its_rate_and_others_do_not_wait() {
    let (fake, clock) = world().await;
    let rate = Rate::per_second(requests(2)).burst(requests(3));
    let client = api_token_client(&fake, &clock, "127.0.0.1").rate_limit("alerts", rate).build().await.expect("a client");
    for _ in 0..3 {
        list(&client).await;
    }
    assert_eq!(clock.waited(), Duration::ZERO);
    for _ in 0..4 {
        list(&client).await;
    }
    assert_eq!(clock.waited(), Duration::from_secs(2));
    for _ in 0..10 {
        client.schedules().list().send().await.expect("a response");
    }
    assert_eq!((clock.waited(), fake.count(&Endpoint::Gateway)), (Duration::from_secs(2), 17));
    clock.advance(Duration::from_secs(60));
    for _ in 0..3 {
        list(&client).await;
    }
    assert_eq!(clock.waited(), Duration::from_secs(2), "the burst is available again after a pause");
}

#[tokio::test]
async fn concurrent_calls_take_turns_and_retries_count() {
    let (fake, clock) = world().await;
    let rate = Rate::per_second(requests(1)).burst(requests(1));
    let client = api_token_client(&fake, &clock, "127.0.0.1").rate_limit("alerts", rate).build().await.expect("a client");
    futures_util::future::join_all((0..20).map(|_| list(&client))).await;
    assert_eq!((clock.waited(), fake.count(&Endpoint::Gateway)), (Duration::from_secs(19), 20));

    // The backoff is half of 500 ms, and the turn is the rest of the second.
    fake.queue_fault(Endpoint::Gateway, Fault::Respond(FakeResponse::rate_limited()));
    list(&client).await;
    assert_eq!((clock.waited(), fake.count(&Endpoint::Gateway)), (Duration::from_secs(21), 22));
}

#[tokio::test]
async fn a_rate_limit_for_an_unknown_area_is_an_error() {
    let (fake, clock) = world().await;
    let builder = api_token_client(&fake, &clock, "127.0.0.1").rate_limit("alarms", Rate::per_second(requests(1)));
    let error = builder.build().await.expect_err("no such area");
    assert!(error.is_misconfigured() && error.to_string().contains("alarms"), "{error}");
}
