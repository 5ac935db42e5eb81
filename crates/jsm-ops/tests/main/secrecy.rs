//! Secrets are never printed: by `Debug`, `Display`, sources of errors, or logs at TRACE.

use std::{
    collections::BTreeSet,
    error::Error as StdError,
    fmt::{Debug, Write as _},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jsm_ops::{
    ApiToken, Client, CloudId, FileStore, Gateway, Grant, LoopbackSignIn, MemoryStore, OAuth, PendingSignIn, SiteChoice,
    TokenStore as _, core::Body,
};
use jsm_ops_fake::{Endpoint, Fake, FakeResponse, Fault};
use tracing::{Event, Metadata, Subscriber, field::Visit, span};

use crate::support::{FailingStore, HOUR, LIST, TestClock, app, full_disk, oauth, refresh_token, scopes};

/// Everything that this process logged.
static LOG: Mutex<String> = Mutex::new(String::new());

fn log() -> MutexGuard<'static, String> {
    LOG.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Records every event and span of `tracing` with all fields.
struct Recorder;

impl Subscriber for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        span.record(&mut Fields(span.metadata()));
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        let mut line = String::new();
        values.record(&mut Line(&mut line));
        log().push_str(&line);
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Fields(event.metadata()));
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

struct Fields(&'static Metadata<'static>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn Debug) {
        // Formatted before the lock is taken: a value that logs while it is formatted would
        // deadlock.
        let line = format!("{} {}={value:?}\n", self.0.target(), field.name());
        log().push_str(&line);
    }
}

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn Debug) {
        let _ = writeln!(self.0, "{}={value:?}", field.name());
    }
}

/// Records every line of `log`, which the HTTP crates use.
struct Lines;

impl log::Log for Lines {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{} {}\n", record.target(), record.args());
        log().push_str(&line);
    }

    fn flush(&self) {}
}

/// The strings that must not be printed.
#[derive(Default)]
struct Secrets(BTreeSet<String>);

impl Secrets {
    fn add(&mut self, secret: impl Into<String>) {
        let secret = secret.into();
        assert!(secret.len() > 7, "{secret:?} is found everywhere");
        self.0.insert(secret);
    }

    fn add_grants(&mut self, fake: &Fake) {
        for grant in fake.grants() {
            self.add(grant.access_token);
            grant.refresh_token.into_iter().for_each(|token| self.add(token));
        }
    }

    fn add_sign_in(&mut self, pending: &PendingSignIn) {
        let json: serde_json::Value = serde_json::to_value(pending).expect("JSON");
        for field in ["state", "verifier"] {
            self.add(json[field].as_str().expect("a string"));
        }
    }

    fn add_callback(&mut self, callback: &str) {
        let code = callback.split_once("code=").expect("a code").1.split('&').next().expect("a code");
        self.add(code);
    }

    fn assert_not_in(&self, what: &str, text: &str) {
        for secret in &self.0 {
            if let Some(at) = text.find(secret.as_str()) {
                let line = text[..at].lines().count();
                unreachable!("{what} prints a secret, in line {line}: {}", text[..at].lines().last().unwrap_or_default());
            }
        }
    }

    fn check(&self, what: &str, value: &dyn Debug) {
        self.assert_not_in(what, &format!("{value:?}\n{value:#?}"));
    }

    fn check_error(&self, what: &str, error: &(dyn StdError + 'static)) {
        let mut text = String::new();
        let mut next = Some(error);
        while let Some(error) = next {
            let _ = writeln!(text, "{error}\n{error:?}\n{error:#?}");
            next = error.source();
        }
        self.assert_not_in(what, &text);
    }
}

/// Starts recording. This is the global subscriber; other tests set one for their thread.
pub(crate) fn listen() {
    let _ = tracing::subscriber::set_global_default(Recorder);
    let _ = log::set_logger(&Lines);
    log::set_max_level(log::LevelFilter::Trace);
}

#[tokio::test]
async fn no_type_error_or_log_prints_a_secret() {
    listen();
    let mut secrets = Secrets::default();
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake);
    let directory = tempfile::tempdir().expect("a directory");
    let store = FileStore::directory(directory.path());
    let oauth = oauth(&fake, &clock, store.clone());
    secrets.add(fake.app().client_secret);
    secrets.check("App", oauth.app());
    secrets.check("OAuth", &oauth);
    secrets.check("OAuthBuilder", &OAuth::builder(app(&fake), store.clone()));
    secrets.check("Endpoints", oauth.endpoints());
    secrets.check("LoopbackSignIn", &LoopbackSignIn::new(&oauth));

    // Sign-ins that succeed and fail. The URL of the consent page is shown with its state.
    let sign_in = oauth.begin_sign_in(&scopes(&fake)).expect("a sign-in");
    secrets.add_sign_in(&sign_in.pending);
    secrets.check("PendingSignIn", &sign_in.pending);
    secrets.check("SignIn", &sign_in);
    let callback = fake.approve(sign_in.url.as_str()).await.expect("consent");
    secrets.add_callback(&callback);
    for damaged in [
        callback.replace("state=", "other="),
        callback.replace("/callback", "/other"),
        format!("{callback}&{}", callback.split_once('?').expect("a query").1),
        callback.replace("code=", "cod="),
    ] {
        let error = oauth.finish_sign_in("ada", sign_in.pending.clone(), &damaged).await.expect_err("damaged");
        secrets.check_error("a callback", &error);
    }
    let session = oauth.finish_sign_in("ada", sign_in.pending.clone(), &callback).await.expect("a session");
    secrets.add_grants(&fake);
    secrets.check_error("a spent code", &oauth.finish_sign_in("ada", sign_in.pending, &callback).await.expect_err("spent"));

    let token = session.access_token().await.expect("a token");
    secrets.check("Session", &session);
    secrets.check("AccessToken", &token);
    secrets.check("SecretString", token.secret());
    let grant = session.grant().await.expect("a store").expect("a grant");
    secrets.check("Grant", &grant);
    secrets.check("SecretString", &grant.to_json());
    secrets.check("FileStore", &store);
    secrets.check("StoreLock", &store.lock(session.key()).await.expect("a lock"));

    // A service that echoes what it received.
    let echo = |status: u16, error: &str, sent: &str| {
        let description = format!("{} {sent} no", fake.app().client_secret);
        let body = serde_json::json!({ "error": error, "error_description": description });
        Fault::Respond(FakeResponse::json(status, &body))
    };
    for number in 0..10 {
        let token = session.access_token().await.expect("a token");
        let sent = refresh_token(&session.grant().await.expect("a store").expect("a grant"));
        let fault = match number {
            0 => Fault::DropBefore,
            1 => Fault::CutBody,
            2 => Fault::HalfBody,
            3 => Fault::WithoutField("access_token".to_owned()),
            4 => Fault::Respond(FakeResponse::gateway_error(502)),
            5 => Fault::Respond(FakeResponse::rate_limited_until("3000")),
            6 => Fault::Respond(FakeResponse::redirect(&format!("{}/?t={sent}", fake.foreign_host_url()))),
            7 => echo(400, "invalid_request", &sent),
            8 => echo(401, "access_denied", &sent),
            _ => echo(500, "server_error", &sent),
        };
        fake.queue_faults(&Endpoint::Refresh, &fault, 3);
        session.invalidate(token.generation());
        secrets.check_error("a refresh", &session.access_token().await.expect_err("a fault"));
        fake.clear_faults();
        // The error of the refresh is remembered for a while.
        secrets.check_error("a remembered error", &session.access_token().await.expect_err("a fault"));
        session.retry_rejected().await.expect("a refresh");
        session.access_token().await.expect("a token");
        secrets.add_grants(&fake);
    }

    // Calls with either credential.
    let client = Client::builder().session(session.clone()).build().await.expect("a client");
    secrets.check("Client", &client);
    let api_token = "an-api-token-of-ada";
    secrets.add(api_token);
    secrets.add("YWRhQGV4YW1wbGUuY29tOmFuLWFwaS10b2tlbi1vZi1hZGE=");
    let token = ApiToken::new("ada@example.com", api_token).expect("a token");
    secrets.check("ApiToken", &token);
    let site = SiteChoice::Id(CloudId::new(fake.site().id).expect("an id"));
    let gateway = Gateway::new(&fake.url()).expect("a gateway");
    let builder = Client::builder().api_token(token).site(site).gateway(gateway);
    secrets.check("ClientBuilder", &builder);
    let with_api_token = builder.build().await.expect("a client");
    secrets.check("Client", &with_api_token);
    for (client, fault) in [
        (&client, Fault::DropAfter),
        (
            &client,
            Fault::Respond(FakeResponse::json(401, &serde_json::json!({ "message": "Unauthorized; scope does not match" }))),
        ),
        (&with_api_token, Fault::CutBody),
        (&with_api_token, Fault::Respond(FakeResponse::gateway_error(500))),
    ] {
        fake.queue_fault(Endpoint::Gateway, fault);
        let error = client.call(&LIST, &[]).send(Body::None).await.expect_err("a fault");
        secrets.check_error("a call", &error);
    }

    // Failing stores and damaged files.
    let failing = FailingStore::default();
    let other = crate::support::oauth(&fake, &clock.clone().manual(), failing.clone());
    failing.inner.save(session.key(), &grant, None).await.expect("saved");
    failing.fail_saves(Some(full_disk));
    let unsaved = other.session("ada");
    unsaved.invalidate(unsaved.access_token().await.expect("a token").generation());
    unsaved.access_token().await.expect("a token");
    secrets.add_grants(&fake);
    secrets.check_error("an unsaved grant", &unsaved.save_error().expect("unsaved"));
    secrets.check("Session", &unsaved);
    failing.fail_saves(None);
    unsaved.flush().await.expect("saved");
    let path = store.path(session.key());
    let whole = std::fs::read_to_string(&path).expect("a file");
    for damaged in [
        whole.replace("\"access_expires_at\": \"", &format!("\"access_expires_at\": \"{}", refresh_token(&grant))),
        whole.replace("\"consented_at\"", &format!("\"{}\"", refresh_token(&grant))),
        whole[..whole.len() - 20].to_owned(),
    ] {
        std::fs::write(&path, &damaged).expect("written");
        secrets.check_error("a damaged file", &store.load(session.key()).await.expect_err("damaged"));
        let grant = damaged.split_once("\"grant\":").expect("a grant").1;
        secrets.check_error("a damaged grant", &Grant::from_json(grant).expect_err("damaged"));
    }
    std::fs::write(&path, &whole).expect("written");

    // The end of the grant.
    clock.advance(HOUR);
    fake.change_password("712020:operator");
    secrets.check_error("a rejected grant", &session.access_token().await.expect_err("expired"));
    secrets.check("MemoryStore", &MemoryStore::new());
    session.sign_out().await.expect("signed out");

    let log = log().clone();
    for sign in
        ["refreshed", "signed in", "could not be saved", "consent is needed", "path=\"/v1/alerts\"", "outcome=failed"]
    {
        assert!(log.contains(sign), "{sign:?} was not logged, so this test proves nothing");
    }
    assert!(
        log.lines().any(|line| line.starts_with("reqwest") || line.starts_with("hyper")),
        "the HTTP crates logged nothing"
    );
    secrets.assert_not_in("a log", &log);
    println!("{} secrets, {} lines of log", secrets.0.len(), log.lines().count());
}

/// Tasks share sessions, and callers share the error of one refresh.
#[test]
fn shared_types_are_send_and_sync() {
    fn is_shared<T: Send + Sync + Clone + 'static>() {}
    is_shared::<jsm_ops::Session>();
    is_shared::<jsm_ops::Client>();
    is_shared::<OAuth>();
    is_shared::<jsm_ops::Error>();
    is_shared::<Arc<dyn jsm_ops::TokenStore>>();
}
