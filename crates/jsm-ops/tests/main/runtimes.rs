//! Runtimes that end, are missing or stand still, and code of the application in odd places.

use std::{
    fmt,
    pin::pin,
    sync::{Arc, Mutex, OnceLock, mpsc},
    task::{Context, Poll, Waker},
    time::Duration,
};

use chrono::{DateTime, Utc};
use jsm_ops::{BoxFuture, Clock, Session, StoreError, TokenStore as _};
use jsm_ops_fake::Endpoint;
use tokio::{runtime::Runtime, sync::Notify};
use tracing::{Event, Metadata, Subscriber, span};

use crate::support::{HOUR, MINUTE, Script, ScriptedStore, World, full_disk, oauth, oauth_with_clock};

/// The scripts of a store.
type Scripts = Arc<Mutex<Vec<(&'static str, Script)>>>;

/// Runs a test on a thread and fails it if it hangs: the machine's time, because the tested code
/// may block every other one.
fn must_end(what: &str, act: impl FnOnce() + Send + 'static) {
    let (send, receive) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        act();
        let _ = send.send(());
    });
    match receive.recv_timeout(Duration::from_secs(20)) {
        Ok(()) => thread.join().expect("a thread"),
        Err(mpsc::RecvTimeoutError::Disconnected) => std::panic::resume_unwind(thread.join().expect_err("a panic")),
        Err(mpsc::RecvTimeoutError::Timeout) => unreachable!("{what}: it hangs"),
    }
}

fn threads() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
}

fn current_thread() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Polls a call once.
fn poll_once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => Some(result),
        Poll::Pending => None,
    }
}

/// A session over the store of a world, with scripts.
fn scripted(world: &World) -> (Session, Scripts) {
    let store = ScriptedStore::new(&world.store);
    let scripts = Arc::clone(&store.scripts);
    let oauth = oauth(&world.fake, &world.clock, store);
    (oauth.session("ada"), scripts)
}

#[test]
fn a_poll_outside_of_a_runtime_is_an_error_and_harms_no_other() {
    must_end("a poll outside of a runtime", || {
        let runtime = threads();
        let world = runtime.block_on(World::new());
        world.clock.advance(HOUR);
        let error = poll_once(world.session.access_token()).expect("ready").expect_err("no runtime");
        assert!(error.is_misconfigured() && error.to_string().contains("tokio runtime"), "{error}");
        // Calls that the error does not concern.
        assert!(poll_once(world.session.flush()).expect("ready").is_ok());
        assert!(poll_once(world.session.sign_out()).expect("ready").is_err());
        runtime.block_on(world.assert_signed_in());
        // A valid token needs no runtime.
        assert!(poll_once(world.session.access_token()).expect("ready").is_ok());
    });
}

#[test]
fn a_runtime_that_shuts_down_ends_its_refresh() {
    must_end("the end of a runtime", || {
        let main = threads();
        let world = main.block_on(World::new());
        world.clock.advance(HOUR);
        let gate = world.fake.hold_request(Endpoint::Refresh);
        let short = threads();
        let session = world.session.clone();
        short.spawn(async move { session.access_token().await.map(drop) });
        main.block_on(gate.wait_for_requests(1));
        drop(short);
        gate.release();
        main.block_on(world.assert_signed_in());
        main.block_on(async { assert!(world.is_alive_in_store().await) });
    });
}

#[test]
fn a_runtime_that_is_already_down_ends_a_refresh_at_once() {
    must_end("a refresh in a runtime that is down", || {
        let main = threads();
        let world = main.block_on(World::new());
        world.clock.advance(HOUR);
        let short = threads();
        let handle = short.handle().clone();
        drop(short);
        {
            let _entered = handle.enter();
            let error = poll_once(world.session.access_token()).expect("ready").expect_err("no runtime");
            assert!(error.is_transient() && !error.is_consent_needed(), "{error}");
        }
        main.block_on(world.assert_signed_in());
    });
}

/// A subscriber that uses the session whenever something is logged.
struct Curious(Session);

impl Subscriber for Curious {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("jsm_ops")
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, _: &Event<'_>) {
        let _ = (self.0.save_error(), format!("{:?}", self.0));
        let _ = poll_once(self.0.grant());
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[test]
fn a_subscriber_may_use_the_session() {
    must_end("an event", || {
        let runtime = current_thread();
        let world = runtime.block_on(World::new());
        tracing::subscriber::with_default(Curious(world.session.clone()), || {
            runtime.block_on(async {
                world.fake.expire_access_tokens();
                let generation = world.session.access_token().await.expect("a token").generation();
                world.session.invalidate(generation);
                world.assert_signed_in().await;
                world.clock.advance(HOUR);
                world.fake.change_password("712020:operator");
                world.session.access_token().await.expect_err("consent is needed");
            });
        });
    });
}

/// A clock that uses the session whenever it is read.
#[derive(Debug, Default)]
struct CuriousClock(OnceLock<Session>);

impl CuriousClock {
    fn look(&self) {
        if let Some(session) = self.0.get() {
            let _ = (session.save_error(), format!("{session:?}"));
        }
    }
}

/// Implements [`Clock`] for a shared value.
#[derive(Debug)]
struct Shared(Arc<CuriousClock>, crate::support::TestClock);

impl Clock for Shared {
    fn now(&self) -> DateTime<Utc> {
        self.0.look();
        self.1.now()
    }

    fn monotonic(&self) -> Duration {
        self.0.look();
        self.1.monotonic()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.0.look();
        self.1.sleep(duration)
    }
}

#[test]
fn a_clock_may_use_the_session() {
    must_end("a clock", || {
        let runtime = current_thread();
        let world = runtime.block_on(World::new());
        let clock = Arc::new(CuriousClock::default());
        let oauth = oauth_with_clock(&world.fake, Shared(Arc::clone(&clock), world.clock.clone()), world.store.clone());
        let session = oauth.session("ada");
        clock.0.set(session.clone()).expect("the first session");
        world.clock.advance(HOUR);
        let generation = runtime.block_on(session.access_token()).expect("a token").generation();
        session.invalidate(generation);
        runtime.block_on(session.access_token()).expect("a token");
    });
}

/// An error of a store that uses the session when it is dropped.
struct CuriousError(Session);

impl Drop for CuriousError {
    fn drop(&mut self) {
        let _ = (self.0.save_error(), format!("{:?}", self.0));
    }
}

impl fmt::Debug for CuriousError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CuriousError")
    }
}

impl fmt::Display for CuriousError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a curious error")
    }
}

impl std::error::Error for CuriousError {}

#[test]
fn an_error_of_a_store_may_use_the_session_when_it_is_dropped() {
    must_end("a dropped error", || {
        let runtime = current_thread();
        let world = runtime.block_on(World::new());
        let (session, scripts) = scripted(&world);
        world.clock.advance(HOUR);
        let for_errors = session.clone();
        let fail = Script::Fail(Arc::new(move || StoreError::other(CuriousError(for_errors.clone()))));
        for _ in 0..3 {
            ScriptedStore::script(&scripts, "save", fail.clone());
        }
        ScriptedStore::script(&scripts, "load", fail);
        runtime.block_on(async {
            session.access_token().await.expect_err("the store cannot be read");
            session.access_token().await.expect("a token");
            // One of the attempts to save it succeeds.
            while session.flush().await.is_err() {}
        });
    });
}

#[tokio::test]
async fn a_store_call_that_hangs_ends_for_its_callers() {
    for operation in ["load", "lock", "save"] {
        let world = World::new().await;
        let (session, scripts) = scripted(&world);
        world.clock.advance(HOUR);
        ScriptedStore::script(&scripts, operation, Script::Hang);
        let call = tokio::spawn({
            let session = session.clone();
            async move { session.access_token().await.map(drop) }
        });
        while !scripts.lock().expect("a lock").is_empty() {
            tokio::task::yield_now().await;
        }
        // From here on nothing else happens, so the bounds pass at once.
        tokio::time::pause();
        let started = tokio::time::Instant::now();
        let result = call.await.expect("a task");
        assert!(started.elapsed() <= Duration::from_secs(91), "{operation}");
        tokio::time::resume();
        match operation {
            // The tokens are in memory, and another attempt saves them.
            "save" => assert!(result.is_ok(), "{operation}"),
            _ => {
                let error = result.expect_err(operation);
                assert!(error.is_transient() && error.is_store_failed(), "{operation}: {error}");
            }
        }
        session.access_token().await.expect(operation);
        session.flush().await.expect(operation);
        assert!(world.is_alive_in_store().await, "{operation}");
        // The lock is free.
        drop(crate::support::soon(operation, world.store.lock(session.key())).await);
        assert_eq!(world.refreshes(), 1, "{operation}");
    }
}

#[tokio::test]
async fn signing_in_and_out_end_when_the_store_hangs() {
    let world = World::new().await;
    let (session, scripts) = scripted(&world);
    tokio::time::pause();
    for operation in ["lock", "load", "delete"] {
        ScriptedStore::script(&scripts, operation, Script::Hang);
        let started = tokio::time::Instant::now();
        let result = session.sign_out().await;
        assert!(started.elapsed() <= Duration::from_secs(41), "{operation}");
        assert_eq!(result.is_err(), operation == "delete", "{operation}");
    }
    ScriptedStore::script(&scripts, "load", Script::Hang);
    session.grant().await.expect_err("no response");
}

#[test]
fn a_refresh_whose_runtime_stands_still_gives_way_to_another() {
    must_end("a runtime that stands still", || {
        let main = threads();
        let world = main.block_on(World::new());
        world.clock.advance(HOUR);
        let gate = world.fake.hold_request(Endpoint::Refresh);
        let still = current_thread();
        let session = world.session.clone();
        still.block_on(async {
            let call = tokio::spawn(async move { session.access_token().await.map(drop) });
            gate.wait_for_requests(1).await;
            drop(call);
        });
        // Its refresh holds the lock, and its runtime is not driven any more.
        let other = current_thread();
        other.block_on(async {
            tokio::time::pause();
            let started = tokio::time::Instant::now();
            // It starts another refresh. No bound of that one matters here.
            let _ = world.session.access_token().await;
            assert!(started.elapsed() < Duration::from_secs(95));
            tokio::time::resume();
            gate.release();
            world.clock.advance(MINUTE);
            world.assert_signed_in().await;
            world.session.flush().await.expect("saved");
            assert!(world.is_alive_in_store().await);
        });
        drop(still);
        assert!(main.block_on(world.session.access_token()).is_ok());
    });
}

#[tokio::test]
async fn a_panic_of_the_store_loses_no_tokens() {
    let world = World::new().await;
    let (session, scripts) = scripted(&world);
    world.clock.advance(HOUR);
    ScriptedStore::script(&scripts, "save", Script::Panic);
    ScriptedStore::script(&scripts, "save", Script::Fail(Arc::new(full_disk)));
    let token = session.access_token().await.expect("a token");
    assert_eq!(token.generation().number(), 2);
    assert!(session.save_error().is_some());
    while session.flush().await.is_err() {}
    assert!(world.is_alive_in_store().await);
    let stored = world.store.load(session.key()).await.expect("a store").expect("a grant");
    assert_eq!(stored.generation(), token.generation());
    assert_eq!(world.refreshes(), 1);
}

#[test]
fn a_runtime_that_ends_during_a_save_loses_no_tokens() {
    must_end("a runtime that ends during a save", || {
        let main = threads();
        let world = main.block_on(World::new());
        let (session, scripts) = scripted(&world);
        world.clock.advance(HOUR);
        ScriptedStore::script(&scripts, "save", Script::Hold(Arc::new(Notify::new())));
        let short = threads();
        let in_short = session.clone();
        short.spawn(async move { in_short.access_token().await.map(drop) });
        while !scripts.lock().expect("a lock").is_empty() {
            std::thread::sleep(Duration::from_millis(1));
        }
        drop(short);
        assert!(session.save_error().is_some(), "the tokens are in memory");
        main.block_on(async {
            let token = session.access_token().await.expect("a token");
            assert_eq!(token.generation().number(), 2);
            session.flush().await.expect("saved");
            assert!(world.is_alive_in_store().await);
        });
        assert_eq!(world.refreshes(), 1);
    });
}
