//! Grants that are replaced, rejected or signed out while a refresh runs or a save fails.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use jsm_ops::{AccessToken, ConsentReason, Error, Grant, GrantKey, OAuth, Session, StoreError, TokenStore as _};
use jsm_ops_fake::{Endpoint, FakeResponse, Fault};
use tokio::{sync::Notify, task::JoinHandle};

use crate::support::{
    FailingStore, HOUR, MINUTE, Script, ScriptedStore, World, assert_signed_in, full_disk, issued, oauth, oauth_with_clock,
    refresh_token, sign_in, soon,
};

/// The account of the fake that consents.
const ACCOUNT: &str = "712020:operator";

/// A rejected refresh token, as the service reports it.
fn rejection() -> Fault {
    let body = serde_json::json!({ "error": "invalid_grant", "error_description": "Unknown or invalid refresh token." });
    Fault::Respond(FakeResponse::json(403, &body))
}

/// A process of its own, with a store that fails on demand.
fn process(world: &World) -> (OAuth, FailingStore) {
    let store = FailingStore::over(&world.store);
    (oauth(&world.fake, &world.clock, store.clone()), store)
}

/// A caller that needs a token, in a task of its own.
fn spawn_call(session: &Session) -> JoinHandle<Result<AccessToken, Error>> {
    let session = session.clone();
    tokio::spawn(async move { session.access_token().await })
}

/// Enough turns of the other tasks to save or delete in a store in memory.
async fn many_turns() {
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
}

/// The newest refresh token that the service issued.
fn newest(world: &World) -> String {
    world.fake.grants().pop().expect("a grant").refresh_token.expect("a refresh token")
}

async fn stored(world: &World) -> Option<Grant> {
    world.store.load(&GrantKey::new("fake-client-id", "ada")).await.expect("a store")
}

async fn stored_refresh_token(world: &World) -> String {
    refresh_token(&stored(world).await.expect("a grant"))
}

fn retry_at(error: &Error) -> chrono::DateTime<chrono::Utc> {
    match error.consent_reason() {
        Some(ConsentReason::Rejected { retry_at: Some(at), .. }) => *at,
        other => unreachable!("{other:?}"),
    }
}

#[tokio::test]
async fn a_late_response_does_not_replace_a_new_consent() {
    let world = World::new().await;
    let (oauth, store) = process(&world);
    let session = oauth.session("ada");
    world.clock.advance(HOUR);
    let gate = world.fake.hold_response(Endpoint::Refresh);
    let call = spawn_call(&session);
    gate.wait_for_requests(1).await;
    // The user consents anew while the store fails for a moment.
    store.fail_saves(Some(full_disk));
    store.fail_locks(Some(full_disk));
    sign_in(&world.fake, &oauth, "ada").await;
    assert!(session.save_error().is_some());
    let consented = session.grant().await.expect("a store").expect("a grant");
    gate.release();
    let token = soon("a token", call).await.expect("a task").expect("a token");
    assert_eq!(token.generation(), consented.generation(), "the new consent counts");
    store.fail_saves(None);
    store.fail_locks(None);
    session.flush().await.expect("saved");
    assert_eq!(stored_refresh_token(&world).await, newest(&world));
    assert_signed_in(&world.fake, &session).await;
}

#[tokio::test]
async fn a_late_rejection_does_not_end_a_new_consent() {
    for save_fails in [true, false] {
        let world = World::new().await;
        let (oauth, store) = process(&world);
        let session = oauth.session("ada");
        world.clock.advance(HOUR);
        let gate = world.fake.hold_request(Endpoint::Refresh);
        let call = spawn_call(&session);
        gate.wait_for_requests(1).await;
        // The service will reject the old refresh token.
        world.fake.change_password(ACCOUNT);
        store.fail_saves(save_fails.then_some(full_disk as _));
        sign_in(&world.fake, &oauth, "ada").await;
        gate.release();
        soon("a token", call).await.expect("a task").expect("a token");
        store.fail_saves(None);
        session.flush().await.expect("saved");
        assert!(!stored(&world).await.expect("a grant").is_rejected());
        assert_eq!(stored_refresh_token(&world).await, newest(&world));
        assert_signed_in(&world.fake, &session).await;
    }
}

#[tokio::test]
async fn a_rejection_of_unsaved_tokens_does_not_replace_a_newer_consent() {
    let world = World::new().await;
    let (oauth, store) = process(&world);
    let session = oauth.session("ada");
    world.clock.advance(HOUR);
    store.fail_saves(Some(full_disk));
    assert_signed_in(&world.fake, &session).await;
    world.clock.advance(HOUR);
    let gate = world.fake.hold_request(Endpoint::Refresh);
    let call = spawn_call(&session);
    gate.wait_for_requests(1).await;
    // The service will reject the refresh token, and another process saves the grant of a newer
    // consent.
    world.fake.change_password(ACCOUNT);
    let before = stored(&world).await.expect("a grant").generation();
    let consented = issued(&world.fake, &world.clock);
    world.store.save(session.key(), &consented, Some(before)).await.expect("saved");
    store.fail_saves(None);
    gate.release();
    let token = soon("a token", call).await.expect("a task").expect("a token");
    assert_eq!(token.generation(), consented.generation());
    let stored = stored(&world).await.expect("a grant");
    assert_eq!((stored.generation(), stored.is_rejected()), (consented.generation(), false));
}

#[tokio::test]
async fn a_false_conflict_keeps_the_new_tokens() {
    let world = World::new().await;
    let store = ScriptedStore::new(&world.store);
    let scripts = Arc::clone(&store.scripts);
    let oauth = oauth(&world.fake, &world.clock, store);
    let session = oauth.session("ada");
    world.clock.advance(HOUR);
    ScriptedStore::script(&scripts, "save", Script::Fail(Arc::new(StoreError::conflict)));
    let token = session.access_token().await.expect("a token");
    assert_eq!(token.generation().number(), 2);
    session.flush().await.expect("saved");
    assert_eq!(stored(&world).await.expect("a grant").generation(), token.generation());
    assert!(world.is_alive_in_store().await);
    assert_eq!(world.refreshes(), 1);
}

#[tokio::test]
async fn a_sign_in_is_not_saved_after_a_sign_out_elsewhere() {
    let world = World::new().await;
    let (oauth, store) = process(&world);
    let clock = world.clock.clone().manual();
    store.fail_saves(Some(full_disk));
    let session = sign_in(&world.fake, &oauth, "ada").await;
    assert!(session.save_error().is_some());
    // Another process signs the user out. Within seconds of the consent, the order is not known.
    clock.advance(MINUTE);
    world.store.delete(session.key()).await.expect("deleted");
    store.fail_saves(None);
    // One look could be too early, if the store reads from a replica.
    session.flush().await.expect_err("the store has no grant");
    clock.advance(MINUTE);
    session.flush().await.expect("nothing to save");
    assert!(stored(&world).await.is_none());
    let error = session.access_token().await.expect_err("signed out");
    assert_eq!(error.consent_reason(), Some(&ConsentReason::NoGrant));
}

#[tokio::test]
async fn a_sign_out_ends_a_refresh_that_is_running() {
    let world = World::new().await;
    world.clock.advance(HOUR);
    let gate = world.fake.hold_response(Endpoint::Refresh);
    let call = spawn_call(&world.session);
    gate.wait_for_requests(1).await;
    // The refresh has the lock. A sign-out does not wait for it for long.
    tokio::time::pause();
    world.session.sign_out().await.expect("signed out");
    tokio::time::resume();
    gate.release();
    let error = soon("an error", call).await.expect("a task").expect_err("signed out");
    assert_eq!(error.consent_reason(), Some(&ConsentReason::NoGrant));
    assert!(stored(&world).await.is_none());
    assert!(world.session.access_token().await.is_err());
}

#[tokio::test]
async fn a_deletion_that_has_begun_ends_before_a_new_consent_is_saved() {
    let world = World::new().await;
    let store = ScriptedStore::new(&world.store);
    let scripts = Arc::clone(&store.scripts);
    let oauth = oauth_with_clock(&world.fake, world.clock.clone(), store);
    let session = oauth.session("ada");
    let restored = stored(&world).await.expect("a grant");
    session.access_token().await.expect("a token");
    session.sign_out().await.expect("signed out");
    // A backup brings the grant back, and the session starts to delete it again.
    world.store.save(session.key(), &restored, None).await.expect("saved");
    let gate = Arc::new(Notify::new());
    ScriptedStore::script(&scripts, "delete", Script::Hold(Arc::clone(&gate)));
    let call = spawn_call(&session);
    while !scripts.lock().expect("a lock").is_empty() {
        tokio::task::yield_now().await;
    }
    // The user consents anew in this moment.
    let consent = async {
        // The debug form says what the session holds, without a look into the store.
        while format!("{session:?}").contains("grant: None") {
            tokio::task::yield_now().await;
        }
        many_turns().await;
        gate.notify_one();
        many_turns().await;
    };
    let (signed_in, ()) = tokio::join!(sign_in(&world.fake, &oauth, "ada"), consent);
    call.await.expect("a task").expect("a token");
    assert_eq!(stored_refresh_token(&world).await, newest(&world));
    assert!(signed_in.save_error().is_none());
}

#[tokio::test]
async fn a_consent_counts_although_the_clock_was_set_back() {
    let world = World::new().await;
    let before = stored(&world).await.expect("a grant");
    let clock = world.clock.skewed(-6 * 3600);
    let store = FailingStore::over(&world.store);
    let oauth = oauth_with_clock(&world.fake, clock, store.clone());
    store.fail_saves(Some(full_disk));
    let session = sign_in(&world.fake, &oauth, "ada").await;
    store.fail_saves(None);
    session.flush().await.expect("saved");
    assert_eq!(stored_refresh_token(&world).await, newest(&world));
    let later = stored(&world).await.expect("a grant").consented_at() - before.consented_at();
    assert!(later > TimeDelta::zero() && later < TimeDelta::milliseconds(3), "{later}");
}

#[tokio::test]
async fn a_rejected_token_is_sent_again_after_minutes_and_then_hours() {
    let world = World::new().await;
    let other = oauth(&world.fake, &world.clock, world.store.clone()).session("ada");
    world.clock.advance(HOUR);
    world.fake.queue_faults(&Endpoint::Refresh, &rejection(), 6);
    let mut delays = Vec::new();
    for rejections in 1..=6 {
        let error = world.session.access_token().await.expect_err("rejected");
        assert!(error.is_consent_needed(), "{error}");
        let delay = retry_at(&error) - chrono::DateTime::from(std::time::UNIX_EPOCH + world.fake.clock().since_epoch());
        delays.push(delay.num_minutes());
        // Nothing is sent until then, by no process.
        world.clock.advance(delay.to_std().expect("a delay") - Duration::from_secs(1));
        for session in [&world.session, &other] {
            assert_eq!(retry_at(&session.access_token().await.expect_err("rejected")), retry_at(&error));
        }
        assert_eq!(world.fake.count(&Endpoint::Refresh), rejections);
        world.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(delays, [5, 30, 120, 720, 720, 720]);
    // It was the service's error: the grant works, for everybody.
    world.assert_signed_in().await;
    assert_signed_in(&world.fake, &other).await;
    assert!(!stored(&world).await.expect("a grant").is_rejected());
    assert_eq!(world.refreshes(), 1);
}

#[tokio::test]
async fn an_operator_may_send_a_rejected_token_at_once() {
    let world = World::new().await;
    world.clock.advance(HOUR);
    world.fake.queue_faults(&Endpoint::Refresh, &rejection(), 2);
    world.session.access_token().await.expect_err("rejected");
    let error = world.session.retry_rejected().await.expect_err("rejected again");
    assert!(error.is_consent_needed(), "{error}");
    world.session.retry_rejected().await.expect("accepted");
    world.assert_signed_in().await;
    assert_eq!(world.fake.count(&Endpoint::Refresh), 3);
    // A valid grant is left alone.
    world.session.retry_rejected().await.expect("nothing to do");
    assert_eq!(world.fake.count(&Endpoint::Refresh), 3);
}

#[tokio::test]
async fn a_clock_that_is_set_back_delays_no_call() {
    let world = World::new().await;
    let clock = world.clock.skewed(0);
    let oauth = oauth_with_clock(&world.fake, clock.clone(), world.store.clone());
    let session = oauth.session("ada");
    let client = jsm_ops::Client::builder().session(session.clone()).build().await.expect("a client");
    let call = || client.call(&crate::support::LIST, &[]).send(jsm_ops::core::Body::None);
    // The gateway rejects the token, and the one after it.
    let unauthorized = FakeResponse::json(401, &serde_json::json!({ "code": 401, "message": "Unauthorized" }));
    world.fake.queue_faults(&Endpoint::Gateway, &Fault::Respond(unauthorized), 2);
    call().await.expect_err("rejected twice");
    clock.set_skew(-6 * 3600);
    world.clock.advance(2 * MINUTE);
    world.fake.expire_access_tokens();
    call().await.expect("a refresh");
    // The same for the delay after a rejected refresh token.
    world.clock.advance(8 * HOUR);
    world.fake.queue_fault(Endpoint::Refresh, rejection());
    session.access_token().await.expect_err("rejected");
    clock.set_skew(-12 * 3600);
    world.clock.advance(6 * MINUTE);
    assert_signed_in(&world.fake, &session).await;
}
