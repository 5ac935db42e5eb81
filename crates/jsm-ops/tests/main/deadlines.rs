//! The timeout of a call covers everything that belongs to it.

use std::time::Duration;

use jsm_ops::{CallError, CallOptions, Client, Rate, api::operations as table, core::Body};
use jsm_ops_fake::{Endpoint, Fake, RateLimitHeaders};
use tokio::task::JoinHandle;

use crate::support::{HOUR, TestClock, api_token_client, oauth, sign_in, soon};

const TIMEOUT: Duration = Duration::from_secs(5);

fn call(client: &Client, timeout: Option<Duration>) -> JoinHandle<Result<(), CallError>> {
    let mut call = client.call(&table::LIST_ALERTS, &[]);
    let mut options = CallOptions::new();
    options.timeout = timeout;
    call.options(options);
    tokio::spawn(async move { call.send_empty(Body::None).await })
}

async fn world() -> (Fake, TestClock) {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake).manual();
    (fake, clock)
}

#[tokio::test]
async fn a_missing_response_ends_the_call_by_the_injected_clock() {
    for per_call in [true, false] {
        let (fake, clock) = world().await;
        let builder = api_token_client(&fake, &clock, "127.0.0.1");
        let builder = if per_call { builder.timeout(HOUR) } else { builder.timeout(TIMEOUT) };
        let client = builder.build().await.expect("a client");
        let gate = fake.hold_request(Endpoint::Gateway);
        let waiting = call(&client, per_call.then_some(TIMEOUT));
        soon("the request", gate.wait_for_requests(1)).await;
        clock.sleepers(1).await;
        clock.advance(TIMEOUT - Duration::from_millis(1));
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        clock.advance(Duration::from_millis(1));
        let error = soon("the call", waiting).await.expect("a task").expect_err("expired");
        assert!(error.is_timeout() && !error.is_connect() && error.attempts() == 1, "{error}");
        assert!(error.to_string().contains("the deadline of 5 s passed"), "{error}");
        gate.release();
        soon("a call", call(&client, None)).await.expect("a task").expect("the client still works");
        assert_eq!(fake.count(&Endpoint::Gateway), 2);
    }
}

#[tokio::test]
async fn the_refresh_counts_and_completes_without_the_call() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake);
    let store = jsm_ops::MemoryStore::new();
    let oauth = oauth(&fake, &clock, store.clone());
    let session = sign_in(&fake, &oauth, "ada").await;
    let client = Client::builder().session(session.clone()).timeout(TIMEOUT).build().await.expect("a client");
    let clock = clock.manual();
    clock.advance(HOUR);
    let gate = fake.hold_request(Endpoint::Refresh);
    let waiting = call(&client, None);
    soon("the request", gate.wait_for_requests(1)).await;
    clock.sleepers(1).await;
    clock.advance(TIMEOUT);
    let error = soon("the call", waiting).await.expect("a task").expect_err("expired");
    assert!(error.is_timeout() && error.attempts() == 0, "nothing was sent: {error}");
    gate.release();
    session.flush().await.expect("saved");
    soon("a call", call(&client, None)).await.expect("a task").expect("a response");
    assert_eq!((fake.executions(&Endpoint::Refresh), fake.count(&Endpoint::Gateway)), (1, 1));
    assert!(crate::support::is_alive_in_store(&fake, &store, session.key()).await);
}

#[tokio::test]
async fn a_delay_that_would_end_too_late_does_not_start() {
    let (fake, clock) = world().await;
    let client = api_token_client(&fake, &clock, "127.0.0.1").timeout(TIMEOUT).build().await.expect("a client");
    (0..3).for_each(|_| fake.queue_rate_limit(Endpoint::Gateway, RateLimitHeaders::Seconds, Duration::from_secs(2)));
    let waiting = call(&client, None);
    // Two delays fit into the timeout, and a third does not.
    for sent in 1..=2 {
        clock.sleepers(sent + 1).await;
        assert_eq!(fake.count(&Endpoint::Gateway), sent);
        clock.advance(Duration::from_millis(2250));
    }
    let error = soon("the call", waiting).await.expect("a task").expect_err("throttled");
    assert!(error.is_rate_limited() && error.rate_limit().is_some() && error.attempts() == 3, "{error}");
    assert_eq!(fake.count(&Endpoint::Gateway), 3);
}

#[tokio::test]
async fn waiting_for_a_rate_limit_counts() {
    let (fake, clock) = world().await;
    let rate = Rate::per_minute(1.try_into().expect("not zero"));
    let client = api_token_client(&fake, &clock, "127.0.0.1")
        .rate_limit("alerts", rate)
        .timeout(TIMEOUT)
        .build()
        .await
        .expect("a client");
    soon("a call", call(&client, None)).await.expect("a task").expect("a response");
    let waiting = call(&client, None);
    clock.sleepers(3).await;
    clock.advance(TIMEOUT);
    let error = soon("the call", waiting).await.expect("a task").expect_err("expired");
    assert!(error.is_timeout() && error.attempts() == 0, "{error}");
    assert_eq!(fake.count(&Endpoint::Gateway), 1);
    clock.advance(Duration::from_secs(55));
    soon("a call", call(&client, None)).await.expect("a task").expect("the call that timed out did not use its turn");
}

#[tokio::test]
async fn the_http_client_does_not_apply_the_timeout() {
    let (fake, clock) = world().await;
    let client = api_token_client(&fake, &clock, "127.0.0.1").build().await.expect("a client");
    let gate = fake.hold_request(Endpoint::Gateway);
    let waiting = call(&client, Some(Duration::from_millis(1)));
    soon("the request", gate.wait_for_requests(1)).await;
    // By the machine's clock the timeout is over; the injected clock stands still.
    tokio::time::sleep(Duration::from_millis(20)).await;
    gate.release();
    soon("the call", waiting).await.expect("a task").expect("a response");
}
