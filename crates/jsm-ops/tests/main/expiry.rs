//! Tokens that end: when they are refreshed, how often, and by whom.

use std::{sync::Arc, time::Duration};

use jsm_ops::{FileStore, OAuth, TokenStore as _};
use jsm_ops_fake::{Endpoint, Fake, FakeResponse, Fault};

use crate::support::{HOUR, MINUTE, TestClock, World, assert_signed_in, oauth, sign_in};

const TASKS: usize = 1000;

async fn storm(fake: &Fake, clock: &TestClock, oauth: &OAuth) {
    sign_in(fake, oauth, "ada").await;
    clock.advance(HOUR);
    let start = Arc::new(tokio::sync::Barrier::new(TASKS));
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            // Some share a session, some ask for one.
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
async fn a_thousand_refusals_of_one_token_cause_one_refresh() {
    let world = World::new().await;
    world.fake.expire_access_tokens();
    let old = world.session.access_token().await.expect("a token");
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let (session, generation) = (world.session.clone(), old.generation());
            tokio::spawn(async move {
                // Those who come late speak of a token that was replaced already.
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
async fn a_failed_early_refresh_leaves_the_token_in_use_and_is_not_repeated_at_once() {
    let world = World::new().await;
    let before = world.session.access_token().await.expect("a token").generation();
    world.clock.advance(HOUR - 4 * MINUTE);
    world.fake.queue_faults(&Endpoint::Refresh, &Fault::Respond(FakeResponse::gateway_error(503)), 100);
    for _ in 0..10 {
        assert_eq!(world.session.access_token().await.expect("a token").generation(), before);
    }
    assert_eq!(world.fake.count(&Endpoint::Refresh), 1, "one attempt, then a pause");
    world.clock.advance(MINUTE + Duration::from_secs(1));
    world.fake.clear_faults();
    assert_ne!(world.session.access_token().await.expect("a token").generation(), before);
}

#[tokio::test]
async fn an_early_refresh_keeps_one_caller_waiting_and_nobody_else() {
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
async fn a_process_that_hangs_with_the_lock_keeps_nobody_from_a_good_token() {
    let world = World::new().await;
    let _lock = world.store.lock(world.session.key()).await.expect("a lock");
    world.clock.advance(HOUR - 4 * MINUTE);
    // The seconds of patience pass at once now. Nothing below waits for a socket.
    tokio::time::pause();
    for _ in 0..3 {
        assert_eq!(world.session.access_token().await.expect("a token").generation().number(), 1);
    }
    assert_eq!(world.fake.count(&Endpoint::Refresh), 0);
}

#[tokio::test]
async fn an_early_refresh_that_is_refused_leaves_the_token_in_use_until_its_end() {
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
async fn a_refresh_outlives_the_caller_who_began_it() {
    let world = World::new().await;
    world.clock.advance(HOUR);
    let gate = world.fake.hold_response(Endpoint::Refresh);
    let session = world.session.clone();
    let caller = tokio::spawn(async move { session.access_token().await });
    gate.wait_for_requests(1).await;
    caller.abort();
    assert!(caller.await.expect_err("gone").is_cancelled());
    gate.release();
    world.session.settle().await.expect("settled");
    let stored = world.store.load(world.session.key()).await.expect("a store").expect("a grant");
    assert_eq!(stored.generation().number(), 2, "the rotated token was saved");
    world.assert_signed_in().await;
    assert_eq!(world.fake.count(&Endpoint::Refresh), 1);
}

#[test]
fn a_refresh_whose_runtime_ended_is_begun_again_in_another() {
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
async fn another_process_may_refresh_and_nobody_asks_for_consent() {
    let world = World::new().await;
    let other = oauth(&world.fake, &world.clock, world.store.clone());
    for _ in 0..5 {
        world.clock.advance(HOUR);
        assert_signed_in(&world.fake, &other.session("ada")).await;
        world.assert_signed_in().await;
    }
    assert_eq!(world.fake.count(&Endpoint::Refresh), 5, "the second one finds the new pair in the store");
}

#[tokio::test]
async fn a_lost_answer_is_repeated_with_the_old_token_and_one_given_up_can_be_taken_up_within_the_leeway() {
    let world = World::new().await;
    world.clock.advance(HOUR);
    world.fake.queue_faults(&Endpoint::Refresh, &Fault::DropAfter, 3);
    let error = world.session.access_token().await.expect_err("no answer came");
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
async fn the_ends_of_a_grant_are_known_beforehand() {
    let world = World::new().await;
    let grant = world.session.grant().await.expect("a store").expect("a grant");
    assert_eq!(grant.idle_expires_at() - grant.refreshed_at(), chrono::TimeDelta::days(90));
    assert_eq!(grant.absolute_expires_at() - grant.consented_at(), chrono::TimeDelta::days(365));
    // Used every day, it ends after a year and not before.
    let day = 24 * HOUR;
    for _ in 0..364 {
        world.clock.advance(day);
        world.assert_signed_in().await;
    }
    world.clock.advance(day);
    assert!(world.session.access_token().await.expect_err("over").is_consent_needed());
}
