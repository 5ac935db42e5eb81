//! Which requests are retried, and which are not.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use jsm_ops::{
    CallError, CallOptions, Client, Operation, RetryPolicy, SeededRandom,
    api::operations as table,
    core::{Body, Call, Idempotency, Upload},
};
use jsm_ops_fake::{Endpoint, Fake, FakeResponse, Fault, HoldPoint, RateLimitHeaders};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use serde_json::{Value, json};

use crate::support::{TestClock, World, api_token_client, api_token_client_with, browser};

/// Calls of every idempotency. Their HTTP methods alone would mislead.
#[derive(Debug, Clone, Copy, PartialEq)]
enum TestCall {
    Get,
    Acknowledge,
    CreateWithAlias,
    Create,
    CreateWithEmptyAlias,
    AddNote,
    Escalate,
    Ping,
    Upload,
}

use TestCall::{Acknowledge, AddNote, Create, CreateWithAlias, CreateWithEmptyAlias, Escalate, Get, Ping, Upload as File};

const TEST_CALLS: [TestCall; 9] =
    [Get, Acknowledge, CreateWithAlias, Create, CreateWithEmptyAlias, AddNote, Escalate, Ping, File];

impl TestCall {
    fn operation(self) -> &'static Operation {
        match self {
            Get => &table::GET_ALERT,
            Acknowledge => &table::ACKNOWLEDGE_ALERT,
            CreateWithAlias | Create | CreateWithEmptyAlias => &table::CREATE_ALERT,
            AddNote => &table::ADD_ALERT_NOTE,
            Escalate => &table::ESCALATE_ALERT,
            Ping => &table::PING_HEARTBEAT,
            File => &table::ADD_ALERT_ATTACHMENT,
        }
    }

    fn endpoint(self) -> Endpoint {
        let operation = self.operation();
        Endpoint::operation(&format!("{} {}", operation.method, operation.path))
    }

    /// Whether it may be retried if it is unknown whether it was carried out.
    fn is_idempotent(self) -> bool {
        matches!(self, Get | Acknowledge | CreateWithAlias)
    }

    fn body(self) -> Body {
        let json = |value: Value| Body::json(&value).expect("a body");
        match self {
            Get | Acknowledge | Ping => Body::None,
            CreateWithAlias => json(json!({ "message": "disk full", "alias": "disk-7" })),
            Create => json(json!({ "message": "disk full" })),
            CreateWithEmptyAlias => json(json!({ "message": "disk full", "alias": "" })),
            AddNote => json(json!({ "note": "on it" })),
            Escalate => json(json!({ "escalationId": "e-1" })),
            File => Body::Form { name: "file", file: Upload::bytes("graph.png", vec![1, 2, 3]) },
        }
    }
}

/// A call without its body.
fn call(client: &Client, fake: &Fake, kind: TestCall) -> Call {
    let alert = fake.alerts()[0]["id"].as_str().expect("an id").to_owned();
    let id = if kind == Ping { "t-1".to_owned() } else { alert };
    let mut call = client.call(kind.operation(), &[&id]);
    if kind == Ping {
        call.query("name", "pump");
    }
    call
}

/// Failures, and which requests are retried after each.
fn failures() -> Vec<(&'static str, Fault, Expected)> {
    use Expected::{Always, IfIdempotent, Never};
    let page = |status| Fault::Respond(FakeResponse::gateway_error(status));
    vec![
        ("429", Fault::Respond(FakeResponse::rate_limited()), Always),
        ("500", page(500), IfIdempotent),
        ("502", page(502), IfIdempotent),
        ("503", page(503), IfIdempotent),
        ("503 after it was done", Fault::RespondAfter(FakeResponse::gateway_error(503)), IfIdempotent),
        ("503 with Retry-After", Fault::Respond(FakeResponse::gateway_error(503).header("retry-after", "2")), IfIdempotent),
        ("504", page(504), IfIdempotent),
        ("501", page(501), Never),
        ("dropped before", Fault::DropBefore, IfIdempotent),
        ("dropped after", Fault::DropAfter, IfIdempotent),
        ("cut in the body", Fault::CutBody, IfIdempotent),
        ("half a body", Fault::HalfBody, IfIdempotent),
        ("200 with a page", Fault::RespondAfter(FakeResponse::html(200, "<html>welcome</html>")), IfIdempotent),
        ("400", Fault::Respond(FakeResponse::json(400, &json!({ "message": "no" }))), Never),
        ("403 with a page", Fault::Respond(FakeResponse::html(403, "<html>")), Never),
        ("404", Fault::Respond(FakeResponse::json(404, &json!({ "message": "no" }))), Never),
        ("409", Fault::Respond(FakeResponse::json(409, &json!({ "message": "no" }))), Never),
    ]
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Expected {
    Always,
    IfIdempotent,
    Never,
}

async fn site() -> (Fake, TestClock) {
    let fake = Fake::start().await.expect("a fake");
    fake.seed_alerts(1);
    let clock = TestClock::of(&fake);
    // The content of responses does not matter here.
    fake.set_response(
        Endpoint::Gateway,
        FakeResponse::json(200, &json!({ "result": "done", "requestId": "r-1", "took": 0.1 })),
    );
    (fake, clock)
}

#[tokio::test]
async fn only_safe_retries_are_made_for_every_call_and_failure() {
    let mut rows = 0;
    let http = browser();
    for kind in TEST_CALLS {
        for (name, fault, expected) in failures() {
            let (fake, clock) = site().await;
            let client = api_token_client_with(&fake, &clock, "127.0.0.1", http.clone()).build().await.expect("a client");
            fake.queue_fault(kind.endpoint(), fault);
            let outcome = call(&client, &fake, kind).json::<Value>(kind.body()).await;
            let is_retried = expected == Expected::Always || (expected == Expected::IfIdempotent && kind.is_idempotent());
            let requests = if is_retried { 2 } else { 1 };
            assert_eq!(fake.count(&kind.endpoint()), requests, "{kind:?}, {name}: {outcome:?}");
            assert_eq!(outcome.is_ok(), is_retried, "{kind:?}, {name}: {outcome:?}");
            if !kind.is_idempotent() {
                assert!(fake.executions(&kind.endpoint()) <= 1, "{kind:?}, {name}");
            }
            if is_retried {
                let bodies: Vec<_> = fake.requests().iter().map(|seen| (seen.text(), seen.query.clone())).collect();
                // The boundary of a form is random.
                assert!(kind == File || bodies[0] == bodies[1], "{kind:?}, {name}: {bodies:?}");
            } else {
                assert_eq!(clock.waited(), Duration::ZERO, "{kind:?}, {name}");
                assert_eq!(outcome.expect_err("a failure").attempts(), 1, "{kind:?}, {name}");
            }
            fake.assert_no_violations();
            rows += 1;
        }
    }
    assert_eq!(rows, TEST_CALLS.len() * 17);
}

/// Fails a number of times, then resolves to the fake.
struct FlakyDns(AtomicUsize);

impl Resolve for FlakyDns {
    fn resolve(&self, _: Name) -> Resolving {
        let is_failing = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        Box::pin(async move {
            if is_failing {
                return Err("no such host".into());
            }
            let address: Addrs = Box::new(std::iter::once(([127, 0, 0, 1], 0).into()));
            Ok(address)
        })
    }
}

async fn with_flaky_dns(fake: &Fake, clock: &TestClock, failures: usize) -> Client {
    let _ = browser();
    let http = reqwest::Client::builder().dns_resolver(Arc::new(FlakyDns(failures.into()))).build().expect("a client");
    api_token_client_with(fake, clock, "localhost", http).build().await.expect("a client")
}

#[tokio::test]
async fn a_failed_connection_is_retried_for_every_call() {
    for kind in TEST_CALLS {
        let (fake, clock) = site().await;
        let client = with_flaky_dns(&fake, &clock, 3).await;
        call(&client, &fake, kind)
            .json::<Value>(kind.body())
            .await
            .unwrap_or_else(|error| unreachable!("{kind:?}: {error}"));
        assert_eq!(fake.count(&Endpoint::Gateway), 1, "{kind:?}");

        let client = with_flaky_dns(&fake, &clock, 4).await;
        let error = call(&client, &fake, kind).json::<Value>(kind.body()).await.expect_err("no connection");
        assert!(error.is_connect() && error.attempts() == 4, "{kind:?}: {error}");
        assert_eq!(fake.count(&Endpoint::Gateway), 1, "{kind:?}");
    }
}

#[tokio::test]
async fn a_missing_response_is_retried_for_idempotent_calls() {
    let _ = browser();
    let http = &reqwest::Client::builder().read_timeout(Duration::from_millis(300)).build().expect("a client");
    let calls = TEST_CALLS.map(|kind| async move {
        let (fake, clock) = site().await;
        let client = api_token_client_with(&fake, &clock, "127.0.0.1", http.clone()).build().await.expect("a client");
        let gate = fake.hold_request(kind.endpoint());
        let outcome = call(&client, &fake, kind).json::<Value>(kind.body()).await;
        gate.release();
        assert_eq!(fake.count(&kind.endpoint()), if kind.is_idempotent() { 2 } else { 1 }, "{kind:?}: {outcome:?}");
        match outcome {
            Ok(_) => assert!(kind.is_idempotent(), "{kind:?}"),
            Err(error) => assert!(!kind.is_idempotent() && error.is_timeout(), "{kind:?}: {error}"),
        }
    });
    futures_util::future::join_all(calls).await;
}

#[tokio::test]
async fn attempts_are_limited_and_the_last_response_is_the_error() {
    let (fake, clock) = site().await;
    let client = api_token_client(&fake, &clock, "127.0.0.1").build().await.expect("a client");
    fake.queue_faults(&Endpoint::Gateway, &Fault::Respond(FakeResponse::gateway_error(503)), 10);
    let error = call(&client, &fake, Get).send(Body::None).await.expect_err("a failing server");
    assert!(error.is_server_error() && error.attempts() == 4, "{error}");
    assert!(error.to_string().contains("after 4 attempts [status 503, trace fake0trace0id]"), "{error}");
    assert_eq!(fake.count(&Endpoint::Gateway), 4);
    // Half of 500, 1,000 and 2,000 ms.
    assert_eq!(clock.waited(), Duration::from_millis(1750));

    let patient = RetryPolicy::new().max_attempts(6).backoff(Duration::from_secs(2), Duration::from_secs(3));
    let client = api_token_client(&fake, &clock, "127.0.0.1").retry_policy(patient).build().await.expect("a client");
    fake.clear_requests();
    let error = call(&client, &fake, Get).send(Body::None).await.expect_err("a failing server");
    assert_eq!((error.attempts(), fake.count(&Endpoint::Gateway)), (6, 6));
    assert_eq!(clock.waited(), Duration::from_millis(1750 + 1000 + 4 * 1500));

    fake.clear_faults();
    fake.queue_faults(&Endpoint::Gateway, &Fault::Respond(FakeResponse::rate_limited()), 2);
    let never = RetryPolicy::new().max_attempts(1);
    let client = api_token_client(&fake, &clock, "127.0.0.1").retry_policy(never).build().await.expect("a client");
    fake.clear_requests();
    let error = call(&client, &fake, Get).send(Body::None).await.expect_err("too many");
    assert!(error.is_rate_limited() && fake.count(&Endpoint::Gateway) == 1, "{error}");
}

#[tokio::test]
async fn max_elapsed_limits_the_delays() {
    let (fake, clock) = site().await;
    let policy = RetryPolicy::new().max_attempts(100).max_elapsed(Duration::from_secs(25));
    let client = api_token_client(&fake, &clock, "127.0.0.1").retry_policy(policy).build().await.expect("a client");
    for _ in 0..10 {
        fake.queue_rate_limit(Endpoint::Gateway, RateLimitHeaders::Seconds, Duration::from_secs(10));
    }
    let error = call(&client, &fake, Get).send(Body::None).await.expect_err("too many");
    assert!(error.is_rate_limited() && error.attempts() == 3, "{error}");
    assert_eq!(fake.count(&Endpoint::Gateway), 3);
    assert_eq!(clock.waited(), Duration::from_millis(20_500));
}

#[tokio::test]
async fn the_same_seed_causes_the_same_delays() {
    let mut waited = Vec::new();
    for seed in [7, 7, 8] {
        let (fake, clock) = site().await;
        let random = Arc::new(SeededRandom::new(seed));
        let client = api_token_client(&fake, &clock, "127.0.0.1").random(random).build().await.expect("a client");
        fake.queue_faults(&Endpoint::Gateway, &Fault::Respond(FakeResponse::gateway_error(503)), 3);
        call(&client, &fake, Get).send(Body::None).await.expect("a response");
        waited.push(clock.waited());
    }
    assert!(waited[0] == waited[1] && waited[1] != waited[2], "{waited:?}");
    assert!(waited.iter().all(|waited| *waited < Duration::from_millis(3500)), "{waited:?}");
}

async fn after_a_503(
    client: &Client,
    fake: &Fake,
    kind: TestCall,
    options: CallOptions,
) -> (Result<Value, CallError>, usize) {
    fake.clear_requests();
    fake.clear_faults();
    fake.queue_fault(kind.endpoint(), Fault::Respond(FakeResponse::gateway_error(503)));
    let mut call = call(client, fake, kind);
    call.options(options);
    let outcome = call.json(kind.body()).await;
    (outcome, fake.count(&kind.endpoint()))
}

#[tokio::test]
async fn calls_and_clients_override_idempotency() {
    let (fake, clock) = site().await;
    let client = api_token_client(&fake, &clock, "127.0.0.1").build().await.expect("a client");
    let (safe, never) = (
        CallOptions::new().idempotency(Idempotency::Idempotent),
        CallOptions::new().idempotency(Idempotency::NotIdempotent),
    );
    assert_eq!(after_a_503(&client, &fake, Ping, safe).await.1, 2);
    assert_eq!(after_a_503(&client, &fake, Get, never).await.1, 1);
    assert_eq!(after_a_503(&client, &fake, CreateWithAlias, never).await.1, 1);
    assert_eq!(after_a_503(&client, &fake, Create, CallOptions::new().idempotency(Idempotency::WithAlias)).await.1, 1);

    let policy = RetryPolicy::new().idempotency(|operation| match operation.id {
        "ping_heartbeat" => Idempotency::Idempotent,
        _ => Idempotency::NotIdempotent,
    });
    let client = api_token_client(&fake, &clock, "127.0.0.1").retry_policy(policy).build().await.expect("a client");
    let asked = CallOptions::new();
    assert_eq!(after_a_503(&client, &fake, Ping, asked).await.1, 2);
    assert_eq!(after_a_503(&client, &fake, Get, asked).await.1, 1);
    assert_eq!(after_a_503(&client, &fake, Get, safe).await.1, 2, "the option of the call has precedence");
}

#[tokio::test]
async fn call_builders_pass_on_the_options() {
    let (fake, clock) = site().await;
    let client = api_token_client(&fake, &clock, "127.0.0.1").build().await.expect("a client");
    fake.queue_fault(Endpoint::Gateway, Fault::Respond(FakeResponse::gateway_error(503)));
    let ping = client.heartbeats().ping("t-1", "pump").with(CallOptions::new().idempotency(Idempotency::Idempotent));
    ping.send().await.expect("a response");
    assert_eq!(fake.count(&Endpoint::Gateway), 2);
}

#[tokio::test]
async fn a_stream_is_sent_once() {
    for fault in
        [Fault::Respond(FakeResponse::rate_limited()), Fault::Respond(FakeResponse::gateway_error(503)), Fault::DropBefore]
    {
        let (fake, clock) = site().await;
        let client = api_token_client(&fake, &clock, "127.0.0.1").build().await.expect("a client");
        fake.queue_fault(File.endpoint(), fault.clone());
        let file = Upload::stream("graph.png", vec![1, 2, 3]).length(3);
        let mut call = call(&client, &fake, File);
        call.options(CallOptions::new().idempotency(Idempotency::Idempotent));
        let error = call.send(Body::Form { name: "file", file }).await.expect_err("a fault");
        assert_eq!((fake.count(&Endpoint::Gateway), error.attempts()), (1, 1), "{fault:?}");
    }
}

#[tokio::test]
async fn a_rejected_token_does_not_count_as_a_retry() {
    let world = World::new().await;
    world.fake.seed_alerts(1);
    let client = Client::builder().session(world.session.clone()).build().await.expect("a client");
    world.fake.expire_access_tokens();
    let endpoint = AddNote.endpoint();
    // Not carried out, because the token was rejected; not carried out, because of the rate limit;
    // then carried out once.
    world.fake.queue_fault(endpoint.clone(), Fault::HoldBefore(open_gate()));
    world.fake.queue_rate_limit(endpoint.clone(), RateLimitHeaders::Seconds, Duration::from_secs(1));
    call(&client, &world.fake, AddNote).send(AddNote.body()).await.expect("a response");
    assert_eq!((world.fake.count(&endpoint), world.fake.executions(&endpoint), world.refreshes()), (3, 1, 1));
    let twice = world.fake.duplicate_writes(&Endpoint::Gateway);
    assert!(twice.is_empty(), "{twice:?}");
}

/// A hold point that holds nothing.
fn open_gate() -> HoldPoint {
    let gate = HoldPoint::new();
    gate.release();
    gate
}
