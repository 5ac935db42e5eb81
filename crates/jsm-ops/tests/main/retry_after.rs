//! How long a client waits if the service asks for it.

use std::time::Duration;

use jsm_ops::{
    CallError, Client, RetryPolicy,
    api::operations as table,
    core::{Body, RetryAfter},
};
use jsm_ops_fake::{Endpoint, Fake, FakeResponse, Fault, RateLimitHeaders};

use crate::support::{MINUTE, TestClock, api_token_client};

const HALF_HOUR: Duration = Duration::from_secs(1800);

async fn world() -> (Fake, TestClock, Client) {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake);
    let client = api_token_client(&fake, &clock, "127.0.0.1").build().await.expect("a client");
    (fake, clock, client)
}

async fn note(client: &Client) -> Result<(), CallError> {
    let body = Body::json(&serde_json::json!({ "note": "on it" })).expect("a body");
    client.call(&table::ADD_ALERT_NOTE, &["a-1"]).send_empty(body).await
}

/// Whether this form says when to retry.
fn has_time(throttle: RateLimitHeaders) -> bool {
    // The period of an account limit is its counting window; its bucket refills all the time.
    !matches!(throttle, RateLimitHeaders::Absent | RateLimitHeaders::Account)
}

#[tokio::test]
async fn every_form_of_429_is_waited_for() {
    for throttle in RateLimitHeaders::ALL {
        let (fake, clock, client) = world().await;
        fake.seed_alerts(1);
        fake.queue_rate_limit(Endpoint::Gateway, throttle, MINUTE);
        let outcome = note(&client).await;
        assert!(!outcome.as_ref().is_err_and(CallError::is_rate_limited), "{throttle:?}: {outcome:?}");
        assert_eq!(fake.count(&Endpoint::Gateway), 2, "{throttle:?}");
        // Half of the first backoff is added, so that clients spread out.
        let expected = if has_time(throttle) { MINUTE } else { Duration::ZERO } + Duration::from_millis(250);
        assert_eq!(clock.waited(), expected, "{throttle:?}");
    }
}

#[tokio::test]
async fn a_long_delay_is_returned_and_not_waited_for() {
    for throttle in RateLimitHeaders::ALL.into_iter().filter(|throttle| has_time(*throttle)) {
        let (fake, clock, client) = world().await;
        fake.queue_rate_limit(Endpoint::Gateway, throttle, HALF_HOUR);
        let now = jsm_ops::Clock::now(&clock);
        let error = note(&client).await.expect_err("throttled");
        assert!(error.is_rate_limited() && error.attempts() == 1, "{throttle:?}: {error}");
        assert_eq!((fake.count(&Endpoint::Gateway), clock.waited()), (1, Duration::ZERO), "{throttle:?}");
        let limits = error.rate_limit().expect("limits");
        assert_eq!(limits.retry_at(), Some(now + HALF_HOUR), "{throttle:?}");
        assert_eq!(limits.wait(now), Some(HALF_HOUR), "{throttle:?}");
        assert_eq!(client.rate_limits(), limits, "{throttle:?}");
        // The error keeps the time, so the delay shrinks.
        clock.advance(MINUTE);
        assert_eq!(error.rate_limit().expect("limits").wait(now + MINUTE), Some(HALF_HOUR - MINUTE));
    }
}

#[tokio::test]
async fn the_error_has_the_reason_and_the_policy() {
    let (fake, _, client) = world().await;
    fake.queue_rate_limit(Endpoint::Gateway, RateLimitHeaders::Quota, HALF_HOUR);
    let error = note(&client).await.expect_err("throttled");
    assert_eq!(error.retry_after(), Some(RetryAfter::Delay(HALF_HOUR)));
    let limits = error.rate_limit().expect("limits");
    assert_eq!(limits.reason.as_deref(), Some("jira-quota-global-based"));
    let [policy] = &limits.policies[..] else { unreachable!("{limits:?}") };
    assert_eq!((policy.name.as_str(), policy.quota, policy.remaining), ("global-app-quota", Some(65000), Some(0)));
    assert_eq!(policy.window, Some(Duration::from_secs(3600)));

    fake.queue_rate_limit(Endpoint::Gateway, RateLimitHeaders::Structured, HALF_HOUR);
    let limits = note(&client).await.expect_err("throttled").rate_limit().expect("limits");
    let left: Vec<_> = limits.policies.iter().map(|policy| (policy.name.as_str(), policy.remaining)).collect();
    assert_eq!(left, [("burst", Some(40)), ("global-app-quota", Some(0))]);

    fake.queue_rate_limit(Endpoint::Gateway, RateLimitHeaders::Reset, HALF_HOUR);
    let limits = note(&client).await.expect_err("throttled").rate_limit().expect("limits");
    assert_eq!((limits.limit, limits.remaining), (Some(100), Some(0)));
    assert_eq!(limits.reason.as_deref(), Some("jira-burst-based"));

    fake.queue_rate_limit(Endpoint::Gateway, RateLimitHeaders::Beta, HALF_HOUR);
    let limits = note(&client).await.expect_err("throttled").rate_limit().expect("limits");
    assert!(limits.retry_after.is_none() && limits.policies.is_empty(), "{limits:?}");
    let announced = limits.announced.expect("announced");
    assert_eq!((announced.policies.len(), announced.retry_after), (1, Some(RetryAfter::Delay(HALF_HOUR))));
}

#[tokio::test]
async fn the_maximum_is_configurable() {
    let (fake, clock, _) = world().await;
    let policy = RetryPolicy::new().max_retry_after(Duration::from_secs(10));
    let client = api_token_client(&fake, &clock, "127.0.0.1").retry_policy(policy).build().await.expect("a client");
    fake.queue_rate_limit(Endpoint::Gateway, RateLimitHeaders::Seconds, Duration::from_secs(11));
    assert!(note(&client).await.expect_err("throttled").is_rate_limited());
    fake.queue_rate_limit(Endpoint::Gateway, RateLimitHeaders::Seconds, Duration::from_secs(10));
    let _ = note(&client).await;
    assert_eq!(fake.count(&Endpoint::Gateway), 3);

    let policy = RetryPolicy::new().max_retry_after(HALF_HOUR).max_elapsed(HALF_HOUR * 2);
    let client = api_token_client(&fake, &clock, "127.0.0.1").retry_policy(policy).build().await.expect("a client");
    fake.queue_rate_limit(Endpoint::Gateway, RateLimitHeaders::Quota, HALF_HOUR);
    let _ = note(&client).await;
    assert_eq!(fake.count(&Endpoint::Gateway), 5);
}

#[tokio::test]
async fn a_failing_server_may_send_retry_after() {
    let (fake, clock, client) = world().await;
    let busy = |wait: &str| Fault::Respond(FakeResponse::gateway_error(503).header("retry-after", wait));
    fake.queue_fault(Endpoint::Gateway, busy("7"));
    client.alerts().list().send().await.expect("a response");
    assert_eq!((fake.count(&Endpoint::Gateway), clock.waited()), (2, Duration::from_millis(7250)));

    fake.queue_fault(Endpoint::Gateway, busy("3600"));
    let error = client.alerts().list().send().await.expect_err("busy");
    assert!(error.is_server_error() && error.trace_id() == Some("fake0trace0id"), "{error}");
    assert_eq!(error.rate_limit().and_then(|limits| limits.retry_after), Some(RetryAfter::Delay(Duration::from_secs(3600))));
    assert_eq!(fake.count(&Endpoint::Gateway), 3);
}

#[tokio::test]
async fn past_and_invalid_times_lead_to_backoff() {
    for value in ["0", "-1", "soon", "", "Fri, 31 Dec 1999 23:59:59 GMT", "99999999999999999999999"] {
        let (fake, clock, client) = world().await;
        fake.queue_fault(Endpoint::Gateway, Fault::Respond(FakeResponse::rate_limited_until(value)));
        client.alerts().list().send().await.expect(value);
        assert_eq!((fake.count(&Endpoint::Gateway), clock.waited()), (2, Duration::from_millis(250)), "{value:?}");
    }
}
