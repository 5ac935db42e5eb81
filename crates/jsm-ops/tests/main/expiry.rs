//! Tokens that expire: when, how often and by which caller they are refreshed.

use std::{sync::Arc, time::Duration};

use jsm_ops::{FileStore, OAuth, TokenStore as _, core::Body};
use jsm_ops_fake::{Endpoint, Fake, FakeResponse, Fault};

use crate::support::{HOUR, LIST, MINUTE, TestClock, World, assert_signed_in, oauth, sign_in, soon};

const TASKS: usize = 1000;

async fn storm(fake: &Fake, clock: &TestClock, oauth: &OAuth) {
    sign_in(fake, oauth, "ada").await;
    clock.advance(HOUR);
    let start = Arc::new(tokio::sync::Barrier::new(TASKS));
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            // Every task asks for the session.
            let (oauth, start) = (oauth.clone(), Arc::clone(&start));
            tokio::spawn(async move {
                start.wait().await;
                oauth.session("ada").access_token().await.expect("a token").secret().expose().to_owned()
            })
        })
        .collect();
    let mut tokens = Vec::new();
    for task in tasks {
        tokens.push(task.await.expect("a task"));
    }
    tokens.dedup();
    assert_eq!(tokens.len(), 1);
    assert!(fake.is_access_token_valid(&tokens[0]));
    assert_eq!(fake.count(&Endpoint::Refresh), 1);
    fake.assert_no_violations();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_tasks_cause_one_refresh() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake);
    storm(&fake, &clock, &oauth(&fake, &clock, jsm_ops::MemoryStore::new())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_tasks_over_a_file_cause_one_refresh() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake);
    let directory = tempfile::tempdir().expect("a directory");
    storm(&fake, &clock, &oauth(&fake, &clock, FileStore::directory(directory.path()))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_rejections_of_one_token_cause_one_refresh() {
    let world = World::new().await;
    world.fake.expire_access_tokens();
    let old = world.session.access_token().await.expect("a token");
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let (session, generation) = (world.session.clone(), old.generation());
            tokio::spawn(async move {
                // Late tasks report a token that is already replaced.
                session.invalidate(generation);
                session.access_token().await.expect("a token").generation()
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.expect("a task").number(), 2);
    }
    assert_eq!(world.fake.count(&Endpoint::Refresh), 1);
}

#[tokio::test]
async fn a_token_is_refreshed_early_with_jitter_and_not_before() {
    let world = World::new().await;
    world.clock.advance(HOUR - 6 * MINUTE - Duration::from_secs(1));
    world.assert_signed_in().await;
    assert_eq!(world.refreshes(), 0, "the jitter is a fifth of the margin at most");
    world.clock.advance(MINUTE + Duration::from_secs(1));
    world.assert_signed_in().await;
    assert_eq!(world.refreshes(), 1);
}

#[tokio::test]
async fn a_failed_early_refresh_keeps_the_token_and_starts_a_cooldown() {
    let world = World::new().await;
    let before = world.session.access_token().await.expect("a token").generation();
    world.clock.advance(HOUR - 4 * MINUTE);
    world.fake.queue_faults(&Endpoint::Refresh, &Fault::Respond(FakeResponse::gateway_error(503)), 100);
    for _ in 0..10 {
        assert_eq!(world.session.access_token().await.expect("a token").generation(), before);
    }
    assert_eq!(world.fake.count(&Endpoint::Refresh), 1, "one attempt, then a cooldown");
    world.clock.advance(MINUTE + Duration::from_secs(1));
    world.fake.clear_faults();
    assert_ne!(world.session.access_token().await.expect("a token").generation(), before);
}

#[tokio::test]
async fn one_caller_waits_for_an_early_refresh() {
    let world = World::new().await;
    world.clock.advance(HOUR - 4 * MINUTE);
    let gate = world.fake.hold_request(Endpoint::Refresh);
    let session = world.session.clone();
    let first = tokio::spawn(async move { session.access_token().await.expect("a token").generation().number() });
    gate.wait_for_requests(1).await;
    assert_eq!(world.session.access_token().await.expect("a token").generation().number(), 1);
    gate.release();
    assert_eq!(first.await.expect("a task"), 2);
    assert_eq!(world.session.access_token().await.expect("a token").generation().number(), 2);
}

#[tokio::test]
async fn a_hanging_lock_holder_does_not_block_a_valid_token() {
    let world = World::new().await;
    let _lock = world.store.lock(world.session.key()).await.expect("a lock");
    world.clock.advance(HOUR - 4 * MINUTE);
    // The timeout for the lock passes at once now. Nothing below waits for a socket.
    tokio::time::pause();
    for _ in 0..3 {
        assert_eq!(world.session.access_token().await.expect("a token").generation().number(), 1);
    }
    assert_eq!(world.fake.count(&Endpoint::Refresh), 0);
}

#[tokio::test]
async fn a_call_with_a_valid_token_does_not_wait_for_its_early_refresh() {
    let world = World::new().await;
    let builder = jsm_ops::Client::builder().session(world.session.clone());
    let client = builder.timeout(Duration::from_secs(5)).build().await.expect("a client");
    world.clock.advance(HOUR - 4 * MINUTE);
    let clock = world.clock.clone().manual();
    let gate = world.fake.hold_response(Endpoint::Refresh);
    // The moment of the first caller passes by the machine's time.
    soon("a call", client.call(&LIST, &[]).send(Body::None)).await.expect("a response");
    gate.wait_for_requests(1).await;
    assert_eq!(world.fake.count(&Endpoint::Gateway), 1);
    assert_eq!(world.session.access_token().await.expect("a token").generation().number(), 1);
    gate.release();
    world.session.flush().await.expect("saved");
    assert_eq!(world.session.access_token().await.expect("a token").generation().number(), 2);
    drop(clock);
}

#[tokio::test]
async fn a_rejected_early_refresh_keeps_the_token_until_it_expires() {
    let world = World::new().await;
    world.clock.advance(HOUR - 4 * MINUTE);
    world.fake.change_password("712020:operator");
    for _ in 0..3 {
        assert!(world.session.access_token().await.is_ok());
    }
    assert_eq!(world.fake.count(&Endpoint::Refresh), 1);
    world.clock.advance(4 * MINUTE);
    assert!(world.session.access_token().await.expect_err("no token").is_consent_needed());
    assert_eq!(world.fake.count(&Endpoint::Refresh), 1);
}

#[tokio::test]
async fn a_refresh_outlives_its_caller() {
    let world = World::new().await;
    world.clock.advance(HOUR);
    let gate = world.fake.hold_response(Endpoint::Refresh);
    let session = world.session.clone();
    let caller = tokio::spawn(async move { session.access_token().await });
    gate.wait_for_requests(1).await;
    caller.abort();
    assert!(caller.await.expect_err("gone").is_cancelled());
    gate.release();
    world.session.flush().await.expect("settled");
    let stored = world.store.load(world.session.key()).await.expect("a store").expect("a grant");
    assert_eq!(stored.generation().number(), 2, "the rotated token was saved");
    world.assert_signed_in().await;
    assert_eq!(world.fake.count(&Endpoint::Refresh), 1);
}

#[test]
fn a_refresh_whose_runtime_was_shut_down_restarts_in_another() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let main = runtime();
    let world = main.block_on(World::new());
    world.clock.advance(HOUR);
    let gate = world.fake.hold_request(Endpoint::Refresh);
    let short = runtime();
    let session = world.session.clone();
    short.spawn(async move { session.access_token().await.map(drop) });
    main.block_on(gate.wait_for_requests(1));
    short.shutdown_background();
    main.block_on(async {
        gate.release();
        world.assert_signed_in().await;
        assert!(world.is_alive_in_store().await);
    });
}

#[tokio::test]
async fn the_refresh_of_another_process_is_found_in_the_store() {
    let world = World::new().await;
    let other = oauth(&world.fake, &world.clock, world.store.clone());
    for _ in 0..5 {
        world.clock.advance(HOUR);
        assert_signed_in(&world.fake, &other.session("ada")).await;
        world.assert_signed_in().await;
    }
    assert_eq!(world.fake.count(&Endpoint::Refresh), 5, "the second one finds the new tokens in the store");
}

#[tokio::test]
async fn a_lost_response_is_retried_with_the_old_token() {
    let world = World::new().await;
    world.clock.advance(HOUR);
    world.fake.queue_faults(&Endpoint::Refresh, &Fault::DropAfter, 3);
    let error = world.session.access_token().await.expect_err("no response");
    assert!(error.is_transient() && !error.is_consent_needed(), "{error}");
    let bodies: Vec<_> =
        world.fake.requests_to(&Endpoint::Refresh).iter().map(jsm_ops_fake::RecordedRequest::text).collect();
    assert_eq!(bodies.len(), 3);
    assert!(bodies.iter().all(|body| *body == bodies[0]), "always the same token");
    world.clock.advance(9 * MINUTE);
    world.assert_signed_in().await;
    assert!(world.is_alive_in_store().await);
}

#[tokio::test]
async fn the_end_of_a_grant_is_known_in_advance() {
    let world = World::new().await;
    let grant = world.session.grant().await.expect("a store").expect("a grant");
    assert_eq!(grant.idle_expires_at() - grant.refreshed_at(), chrono::TimeDelta::days(90));
    assert_eq!(grant.absolute_expires_at() - grant.consented_at(), chrono::TimeDelta::days(365));
    // With daily use it ends after a year.
    let day = 24 * HOUR;
    for _ in 0..364 {
        world.clock.advance(day);
        world.assert_signed_in().await;
    }
    world.clock.advance(day);
    assert!(world.session.access_token().await.expect_err("expired").is_consent_needed());
}
