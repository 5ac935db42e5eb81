//! What is sent again, and what never is.

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

use crate::support::{TestClock, World, browser, classic, classic_with};

/// Calls that stand for all: every class, and the traps among the methods.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
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

use Kind::{Acknowledge, AddNote, Create, CreateWithAlias, CreateWithEmptyAlias, Escalate, Get, Ping, Upload as File};

const KINDS: [Kind; 9] = [Get, Acknowledge, CreateWithAlias, Create, CreateWithEmptyAlias, AddNote, Escalate, Ping, File];

impl Kind {
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

    /// Whether it may be repeated when nobody knows whether it was carried out.
    fn is_safe(self) -> bool {
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

/// A call of `kind` that is ready to be sent, but for its body.
fn call(client: &Client, fake: &Fake, kind: Kind) -> Call {
    let alert = fake.alerts()[0]["id"].as_str().expect("an id").to_owned();
    let id = if kind == Ping { "t-1".to_owned() } else { alert };
    let mut call = client.call(kind.operation(), &[&id]);
    if kind == Ping {
        call.query("name", "pump");
    }
    call
}

/// Ways to fail, and whether the request was certainly not carried out then.
fn failures() -> Vec<(&'static str, Fault, Expected)> {
    use Expected::{Always, IfSafe, Never};
    let page = |status| Fault::Respond(FakeResponse::gateway_error(status));
    vec![
        ("429", Fault::Respond(FakeResponse::rate_limited()), Always),
        ("500", page(500), IfSafe),
        ("502", page(502), IfSafe),
        ("503", page(503), IfSafe),
        ("503 after it was done", Fault::RespondAfter(FakeResponse::gateway_error(503)), IfSafe),
        ("503 with Retry-After", Fault::Respond(FakeResponse::gateway_error(503).header("retry-after", "2")), IfSafe),
        ("504", page(504), IfSafe),
        ("501", page(501), Never),
        ("dropped before", Fault::DropBefore, IfSafe),
        ("dropped after", Fault::DropAfter, IfSafe),
        ("cut in the body", Fault::CutBody, IfSafe),
        ("half a body", Fault::HalfBody, IfSafe),
        ("200 with a page", Fault::RespondAfter(FakeResponse::html(200, "<html>welcome</html>")), IfSafe),
        ("400", Fault::Respond(FakeResponse::json(400, &json!({ "message": "no" }))), Never),
        ("403 with a page", Fault::Respond(FakeResponse::html(403, "<html>")), Never),
        ("404", Fault::Respond(FakeResponse::json(404, &json!({ "message": "no" }))), Never),
        ("409", Fault::Respond(FakeResponse::json(409, &json!({ "message": "no" }))), Never),
    ]
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Expected {
    Always,
    IfSafe,
    Never,
}

async fn site() -> (Fake, TestClock) {
    let fake = Fake::start().await.expect("a fake");
    fake.seed_alerts(1);
    let clock = TestClock::of(&fake);
    // What each operation answers is not the matter here.
    fake.set_response(
        Endpoint::Gateway,
        FakeResponse::json(200, &json!({ "result": "done", "requestId": "r-1", "took": 0.1 })),
    );
    (fake, clock)
}

#[tokio::test]
async fn every_operation_meets_every_failure_and_only_what_does_no_harm_is_sent_again() {
    let mut rows = 0;
    let http = browser();
    for kind in KINDS {
        for (name, fault, expected) in failures() {
            let (fake, clock) = site().await;
            let client = classic_with(&fake, &clock, "127.0.0.1", http.clone()).build().await.expect("a client");
            fake.queue_fault(kind.endpoint(), fault);
            let outcome = call(&client, &fake, kind).json::<Value>(kind.body()).await;
            let is_repeated = expected == Expected::Always || (expected == Expected::IfSafe && kind.is_safe());
            let requests = if is_repeated { 2 } else { 1 };
            assert_eq!(fake.count(&kind.endpoint()), requests, "{kind:?}, {name}: {outcome:?}");
            assert_eq!(outcome.is_ok(), is_repeated, "{kind:?}, {name}: {outcome:?}");
            if !kind.is_safe() {
                assert!(fake.executions(&kind.endpoint()) <= 1, "{kind:?}, {name}");
            }
            if is_repeated {
                let bodies: Vec<_> = fake.requests().iter().map(|seen| (seen.text(), seen.query.clone())).collect();
                // The boundary of a form is another one each time.
                assert!(kind == File || bodies[0] == bodies[1], "{kind:?}, {name}: {bodies:?}");
            } else {
                assert_eq!(clock.waited(), Duration::ZERO, "{kind:?}, {name}");
                assert_eq!(outcome.expect_err("a failure").attempts(), 1, "{kind:?}, {name}");
            }
            fake.assert_no_violations();
            rows += 1;
        }
    }
    assert_eq!(rows, KINDS.len() * 17);
}

/// Finds no address so many times, and then the fake's.
struct LateDns(AtomicUsize);

impl Resolve for LateDns {
    fn resolve(&self, _: Name) -> Resolving {
        let is_late = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        Box::pin(async move {
            if is_late {
                return Err("no such host".into());
            }
            let address: Addrs = Box::new(std::iter::once(([127, 0, 0, 1], 0).into()));
            Ok(address)
        })
    }
}

async fn late(fake: &Fake, clock: &TestClock, failures: usize) -> Client {
    let _ = browser();
    let http = reqwest::Client::builder().dns_resolver(Arc::new(LateDns(failures.into()))).build().expect("a client");
    classic_with(fake, clock, "localhost", http).build().await.expect("a client")
}

#[tokio::test]
async fn a_connection_that_did_not_come_about_is_tried_again_for_everything() {
    for kind in KINDS {
        let (fake, clock) = site().await;
        let client = late(&fake, &clock, 3).await;
        call(&client, &fake, kind)
            .json::<Value>(kind.body())
            .await
            .unwrap_or_else(|error| unreachable!("{kind:?}: {error}"));
        assert_eq!(fake.count(&Endpoint::Gateway), 1, "{kind:?}");

        let client = late(&fake, &clock, 4).await;
        let error = call(&client, &fake, kind).json::<Value>(kind.body()).await.expect_err("no connection");
        assert!(error.is_connect() && error.attempts() == 4, "{kind:?}: {error}");
        assert_eq!(fake.count(&Endpoint::Gateway), 1, "{kind:?}");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_is_asked_for_again_where_that_does_no_harm() {
    let _ = browser();
    let http = &reqwest::Client::builder().read_timeout(Duration::from_millis(300)).build().expect("a client");
    let calls = KINDS.map(|kind| async move {
        let (fake, clock) = site().await;
        let client = classic_with(&fake, &clock, "127.0.0.1", http.clone()).build().await.expect("a client");
        let gate = fake.hold_request(kind.endpoint());
        let outcome = call(&client, &fake, kind).json::<Value>(kind.body()).await;
        gate.release();
        assert_eq!(fake.count(&kind.endpoint()), if kind.is_safe() { 2 } else { 1 }, "{kind:?}: {outcome:?}");
        match outcome {
            Ok(_) => assert!(kind.is_safe(), "{kind:?}"),
            Err(error) => assert!(!kind.is_safe() && error.is_timeout(), "{kind:?}: {error}"),
        }
    });
    futures_util::future::join_all(calls).await;
}

#[tokio::test]
async fn attempts_are_bounded_and_the_last_answer_is_the_error() {
    let (fake, clock) = site().await;
    let client = classic(&fake, &clock, "127.0.0.1").build().await.expect("a client");
    fake.queue_faults(&Endpoint::Gateway, &Fault::Respond(FakeResponse::gateway_error(503)), 10);
    let error = call(&client, &fake, Get).send(Body::None).await.expect_err("a failing server");
    assert!(error.is_server_error() && error.attempts() == 4, "{error}");
    assert!(error.to_string().contains("after 4 attempts [status 503, trace fake0trace0id]"), "{error}");
    assert_eq!(fake.count(&Endpoint::Gateway), 4);
    // Half of 500, 1,000 and 2,000 ms.
    assert_eq!(clock.waited(), Duration::from_millis(1750));

    let patient = RetryPolicy::new().attempts(6).backoff(Duration::from_secs(2), Duration::from_secs(3));
    let client = classic(&fake, &clock, "127.0.0.1").retry(patient).build().await.expect("a client");
    fake.clear_requests();
    let error = call(&client, &fake, Get).send(Body::None).await.expect_err("a failing server");
    assert_eq!((error.attempts(), fake.count(&Endpoint::Gateway)), (6, 6));
    assert_eq!(clock.waited(), Duration::from_millis(1750 + 1000 + 4 * 1500));

    fake.clear_faults();
    fake.queue_faults(&Endpoint::Gateway, &Fault::Respond(FakeResponse::rate_limited()), 2);
    let never = RetryPolicy::new().attempts(1);
    let client = classic(&fake, &clock, "127.0.0.1").retry(never).build().await.expect("a client");
    fake.clear_requests();
    let error = call(&client, &fake, Get).send(Body::None).await.expect_err("too many");
    assert!(error.is_rate_limited() && fake.count(&Endpoint::Gateway) == 1, "{error}");
}

#[tokio::test]
async fn a_total_bounds_the_waits() {
    let (fake, clock) = site().await;
    let policy = RetryPolicy::new().attempts(100).total(Duration::from_secs(25));
    let client = classic(&fake, &clock, "127.0.0.1").retry(policy).build().await.expect("a client");
    for _ in 0..10 {
        fake.queue_rate_limit(Endpoint::Gateway, RateLimitHeaders::Seconds, Duration::from_secs(10));
    }
    let error = call(&client, &fake, Get).send(Body::None).await.expect_err("too many");
    assert!(error.is_rate_limited() && error.attempts() == 3, "{error}");
    assert_eq!(fake.count(&Endpoint::Gateway), 3);
    assert_eq!(clock.waited(), Duration::from_millis(20_500));
}

#[tokio::test]
async fn the_same_seed_waits_the_same() {
    let mut waited = Vec::new();
    for seed in [7, 7, 8] {
        let (fake, clock) = site().await;
        let random = Arc::new(SeededRandom::new(seed));
        let client = classic(&fake, &clock, "127.0.0.1").random(random).build().await.expect("a client");
        fake.queue_faults(&Endpoint::Gateway, &Fault::Respond(FakeResponse::gateway_error(503)), 3);
        call(&client, &fake, Get).send(Body::None).await.expect("an answer");
        waited.push(clock.waited());
    }
    assert!(waited[0] == waited[1] && waited[1] != waited[2], "{waited:?}");
    assert!(waited.iter().all(|waited| *waited < Duration::from_millis(3500)), "{waited:?}");
}

async fn after_a_503(client: &Client, fake: &Fake, kind: Kind, options: CallOptions) -> (Result<Value, CallError>, usize) {
    fake.clear_requests();
    fake.clear_faults();
    fake.queue_fault(kind.endpoint(), Fault::Respond(FakeResponse::gateway_error(503)));
    let mut call = call(client, fake, kind);
    call.options(options);
    let outcome = call.json(kind.body()).await;
    (outcome, fake.count(&kind.endpoint()))
}

#[tokio::test]
async fn a_call_says_it_differently_and_a_client_does_too() {
    let (fake, clock) = site().await;
    let client = classic(&fake, &clock, "127.0.0.1").build().await.expect("a client");
    let (safe, never) = (
        CallOptions::new().idempotency(Idempotency::Idempotent),
        CallOptions::new().idempotency(Idempotency::NotIdempotent),
    );
    assert_eq!(after_a_503(&client, &fake, Ping, safe).await.1, 2);
    assert_eq!(after_a_503(&client, &fake, Get, never).await.1, 1);
    assert_eq!(after_a_503(&client, &fake, CreateWithAlias, never).await.1, 1);
    assert_eq!(after_a_503(&client, &fake, Create, CallOptions::new().idempotency(Idempotency::WithAlias)).await.1, 1);

    let policy = RetryPolicy::new().classes(|operation| match operation.id {
        "ping_heartbeat" => Idempotency::Idempotent,
        _ => Idempotency::NotIdempotent,
    });
    let client = classic(&fake, &clock, "127.0.0.1").retry(policy).build().await.expect("a client");
    let asked = CallOptions::new();
    assert_eq!(after_a_503(&client, &fake, Ping, asked).await.1, 2);
    assert_eq!(after_a_503(&client, &fake, Get, asked).await.1, 1);
    assert_eq!(after_a_503(&client, &fake, Get, safe).await.1, 2, "the call counts for more");
}

#[tokio::test]
async fn the_builders_hand_on_what_a_call_says() {
    let (fake, clock) = site().await;
    let client = classic(&fake, &clock, "127.0.0.1").build().await.expect("a client");
    fake.queue_fault(Endpoint::Gateway, Fault::Respond(FakeResponse::gateway_error(503)));
    let ping = client.heartbeats().ping("t-1", "pump").with(CallOptions::new().idempotency(Idempotency::Idempotent));
    ping.send().await.expect("an answer");
    assert_eq!(fake.count(&Endpoint::Gateway), 2);
}

#[tokio::test]
async fn a_stream_is_sent_once_whatever_happens() {
    for fault in
        [Fault::Respond(FakeResponse::rate_limited()), Fault::Respond(FakeResponse::gateway_error(503)), Fault::DropBefore]
    {
        let (fake, clock) = site().await;
        let client = classic(&fake, &clock, "127.0.0.1").build().await.expect("a client");
        fake.queue_fault(File.endpoint(), fault.clone());
        let file = Upload::stream("graph.png", vec![1, 2, 3]).length(3);
        let mut call = call(&client, &fake, File);
        call.options(CallOptions::new().idempotency(Idempotency::Idempotent));
        let error = call.send(Body::Form { name: "file", file }).await.expect_err("a fault");
        assert_eq!((fake.count(&Endpoint::Gateway), error.attempts()), (1, 1), "{fault:?}");
    }
}

#[tokio::test]
async fn a_refused_token_and_a_failing_server_are_two_matters() {
    let world = World::new().await;
    world.fake.seed_alerts(1);
    let client = Client::builder().session(world.session.clone()).build().await.expect("a client");
    world.fake.expire_access_tokens();
    let endpoint = AddNote.endpoint();
    // Not carried out, because the token was refused; then not carried out, because there were too many; then carried out once.
    world.fake.queue_fault(endpoint.clone(), Fault::HoldBefore(open_gate()));
    world.fake.queue_rate_limit(endpoint.clone(), RateLimitHeaders::Seconds, Duration::from_secs(1));
    call(&client, &world.fake, AddNote).send(AddNote.body()).await.expect("an answer");
    assert_eq!((world.fake.count(&endpoint), world.fake.executions(&endpoint), world.refreshes()), (3, 1, 1));
    let twice = world.fake.duplicate_writes(&Endpoint::Gateway);
    assert!(twice.is_empty(), "{twice:?}");
}

/// A fault that is none.
fn open_gate() -> HoldPoint {
    let gate = HoldPoint::new();
    gate.release();
    gate
}
