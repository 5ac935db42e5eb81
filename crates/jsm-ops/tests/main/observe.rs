//! Spans, events and metrics of calls, without secrets.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::{Arc, Mutex},
    time::Duration,
};

use jsm_ops::{CallReport, Client, Metrics, Operation, Rate, RetryReport, ThrottleReport};
use jsm_ops_fake::{Endpoint, FakeResponse, Fault, RateLimitHeaders};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use crate::support::{Always, HOUR, World};

type Fields = BTreeMap<String, String>;

/// Captures the spans and events of this crate with their fields.
#[derive(Clone, Default)]
pub(crate) struct Capture(Arc<Mutex<Captured>>);

impl Capture {
    /// The events so far, each with its fields.
    pub(crate) fn events(&self) -> Vec<String> {
        self.0.lock().expect("a lock").events.iter().map(|event| format!("{event:?}")).collect()
    }
}

#[derive(Default)]
struct Captured {
    spans: Vec<Fields>,
    events: Vec<Fields>,
    all: String,
}

struct Take<'a>(&'a mut Fields);

impl Visit for Take<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

impl Subscriber for Capture {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("jsm_ops")
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        let mut fields = Fields::from([("name".to_owned(), attributes.metadata().name().to_owned())]);
        attributes.record(&mut Take(&mut fields));
        let mut captured = self.0.lock().expect("a lock");
        captured.all.push_str(&format!("{fields:?}"));
        captured.spans.push(fields);
        span::Id::from_u64(captured.spans.len() as u64)
    }

    fn record(&self, span: &span::Id, values: &span::Record<'_>) {
        let mut captured = self.0.lock().expect("a lock");
        let at = usize::try_from(span.into_u64()).expect("a number") - 1;
        values.record(&mut Take(&mut captured.spans[at]));
        let line = format!("{:?}", captured.spans[at]);
        captured.all.push_str(&line);
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::new();
        event.record(&mut Take(&mut fields));
        let mut captured = self.0.lock().expect("a lock");
        captured.all.push_str(&format!("{fields:?}"));
        captured.events.push(fields);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// Captures the events of this thread from now on.
pub(crate) fn capture() -> (Capture, tracing::subscriber::DefaultGuard) {
    // With a single subscriber, tracing would cache a call site as disabled if another thread
    // reaches it first.
    crate::secrecy::listen();
    let capture = Capture::default();
    let guard = tracing::subscriber::set_default(capture.clone());
    (capture, guard)
}

/// Every report as a line.
#[derive(Debug, Default)]
struct Lines(Mutex<Vec<String>>);

impl Lines {
    fn add(&self, line: String) {
        self.0.lock().expect("a lock").push(line);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("a lock"))
    }
}

impl Metrics for Lines {
    fn call(&self, report: &CallReport) {
        let CallReport { operation, outcome, status, attempts, duration, .. } = report;
        let status = status.map_or(0, |status| status.as_u16());
        self.add(format!("call {} {outcome} {status} {attempts} {}ms", operation.id, duration.as_millis()));
    }

    fn retry(&self, report: &RetryReport) {
        let RetryReport { operation, cause, attempts, delay, .. } = report;
        self.add(format!("retry {} {cause} {attempts} {}ms", operation.id, delay.as_millis()));
    }

    fn throttle(&self, report: &ThrottleReport) {
        let ThrottleReport { operation, cause, delay, .. } = report;
        self.add(format!("throttle {} {cause} {:?}", operation.id, delay.map(|delay| delay.as_millis())));
    }

    fn token_rejected(&self, operation: &'static Operation) {
        self.add(format!("token_rejected {}", operation.id));
    }
}

async fn client(world: &World, metrics: &Arc<Lines>) -> Client {
    let metrics: Arc<dyn Metrics> = Arc::<Lines>::clone(metrics);
    let builder = Client::builder().session(world.session.clone()).metrics(metrics).random(Arc::new(Always(0.5)));
    builder.build().await.expect("a client")
}

fn expected(pairs: &[(&str, &str)]) -> Fields {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn a_span_has_the_operation_and_the_outcome() {
    let (capture, _guard) = capture();
    let world = World::new().await;
    world.fake.seed_alerts(1);
    let alert = world.fake.alerts()[0]["id"].as_str().expect("an id").to_owned();
    let metrics = Arc::new(Lines::default());
    let client = client(&world, &metrics).await;
    let secret_note = "the password is swordfish";

    world.fake.queue_fault(Endpoint::Gateway, Fault::Respond(FakeResponse::gateway_error(502)));
    world.fake.queue_rate_limit(Endpoint::Gateway, RateLimitHeaders::Quota, Duration::from_secs(7));
    client.alerts().get(&alert).send().await.expect("a response");
    world.fake.queue_fault(Endpoint::Gateway, Fault::Respond(FakeResponse::gateway_error(503)));
    client.alerts().add_note(&alert, secret_note).send().await.expect_err("a failing server");
    client.alerts().list().query("message: swordfish").send().await.expect("a response");

    let token = world.session.access_token().await.expect("a token");

    let captured = capture.0.lock().expect("a lock");
    let get = expected(&[
        ("name", "jsm_ops.call"),
        ("operation", "get_alert"),
        ("method", "GET"),
        ("path", "/v1/alerts/{id}"),
        ("outcome", "success"),
        ("status", "200"),
        ("attempts", "3"),
        // Half of the first backoff; seven seconds and half of it again.
        ("duration_ms", "7500"),
    ]);
    let note = expected(&[
        ("name", "jsm_ops.call"),
        ("operation", "add_alert_note"),
        ("method", "POST"),
        ("path", "/v1/alerts/{id}/notes"),
        ("outcome", "error_status"),
        ("status", "503"),
        ("attempts", "1"),
        ("trace_id", "fake0trace0id"),
        ("duration_ms", "0"),
    ]);
    let spans: Vec<_> = captured.spans.iter().filter(|span| span["name"] == "jsm_ops.call").collect();
    assert_eq!(spans[..2], [&get, &note]);
    assert_eq!(spans.len(), 3);
    let of = |message: &str| captured.events.iter().filter(|event| event["message"].contains(message)).collect::<Vec<_>>();
    let retries = of("retrying the request after a delay");
    assert_eq!(retries.iter().map(|event| event["cause"].as_str()).collect::<Vec<_>>(), ["server_error", "rate_limited"]);
    assert_eq!(retries.iter().map(|event| event["delay_ms"].as_str()).collect::<Vec<_>>(), ["250", "7250"]);
    let [throttled] = &of("too many requests")[..] else { unreachable!("one") };
    assert_eq!((throttled["reason"].as_str(), throttled["delay_ms"].as_str()), ("jira-quota-global-based", "7000"));

    for hidden in [alert.as_str(), "swordfish", "disk", token.secret().expose(), "127.0.0.1", &world.fake.site().id] {
        assert!(!captured.all.contains(hidden), "{hidden:?} is in {}", captured.all);
    }
    assert_eq!(
        metrics.take(),
        [
            "retry get_alert server_error 1 250ms",
            "throttle get_alert service Some(7000)",
            "retry get_alert rate_limited 2 7250ms",
            "call get_alert success 200 3 7500ms",
            "call add_alert_note error_status 503 1 0ms",
            "call list_alerts success 200 1 0ms",
        ]
    );
}

#[tokio::test]
async fn refreshes_are_reported() {
    let (capture, _guard) = capture();
    let world = World::new().await;
    let metrics = Arc::new(Lines::default());
    let client = client(&world, &metrics).await;
    world.fake.expire_access_tokens();
    client.alerts().list().send().await.expect("a response");
    assert_eq!(metrics.take(), ["token_rejected list_alerts", "call list_alerts success 200 2 0ms"]);
    world.clock.advance(HOUR);
    client.alerts().list().send().await.expect("a response");
    assert_eq!(metrics.take(), ["call list_alerts success 200 1 0ms"]);
    let captured = capture.0.lock().expect("a lock");
    let messages: Vec<_> = captured.events.iter().map(|event| event["message"].as_str()).collect();
    assert_eq!(messages.iter().filter(|message| **message == "refreshed").count(), 2, "{messages:?}");
    assert!(messages.contains(&"the token was rejected; requesting another one"), "{messages:?}");
}

#[tokio::test]
async fn every_end_of_a_call_is_reported_once() {
    let world = World::new().await;
    let metrics = Arc::new(Lines::default());
    let limited = Rate::per_hour(1.try_into().expect("not zero"));
    let with: Arc<dyn Metrics> = Arc::<Lines>::clone(&metrics);
    let builder = Client::builder().session(world.session.clone()).metrics(with).rate_limit("schedules", limited);
    let client = builder.build().await.expect("a client");

    let gate = world.fake.hold_request(Endpoint::Gateway);
    tokio::select! {
        _ = client.alerts().add_note("a-1", "n").send() => unreachable!("it is held"),
        () = gate.wait_for_requests(1) => {}
    }
    gate.release();
    assert_eq!(metrics.take(), ["call add_alert_note dropped 0 1 0ms"]);

    world.fake.queue_fault(Endpoint::Gateway, Fault::DropAfter);
    client.alerts().add_note("a-1", "n").send().await.expect_err("dropped");
    assert_eq!(metrics.take(), ["call add_alert_note failed 0 1 0ms"]);

    client.schedules().list().send().await.expect("a response");
    client.schedules().list().send().await.expect("a response");
    let lines = metrics.take();
    assert_eq!(
        lines,
        [
            "call list_schedules success 200 1 0ms",
            "throttle list_schedules client_rate_limit Some(3600000)",
            "call list_schedules success 200 1 3600000ms",
        ]
    );

    world.fake.revoke("712020:operator");
    world.clock.advance(HOUR);
    client.alerts().list().send().await.expect_err("expired");
    assert_eq!(metrics.take(), ["call list_alerts failed 0 0 0ms"]);
}
