//! Schedules that the simulator found, as sequences of events.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    freshness::RefreshTiming,
    held::Held,
    machine::{Machine, TokenAction},
    now::Now,
    refresh::{RefreshAction, RefreshEvent, RefreshId},
};
use crate::{
    error::{Error, ErrorKind, consent_reason::ConsentReason},
    grant::{Grant, tests::tokens},
    store::error::StoreError,
};

fn at(seconds: u64) -> Now {
    let wall = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(seconds as i64);
    Now { wall, monotonic: Duration::from_secs(seconds) }
}

fn machine() -> Machine {
    Machine::new(RefreshTiming { margin: TimeDelta::minutes(5), jitter: 0.0 })
}

fn consent(seconds: u64) -> Grant {
    Grant::issue(tokens("access", Some("refresh")), at(seconds).wall).expect("a grant")
}

fn refreshed(grant: &Grant, seconds: u64) -> Grant {
    grant.refreshed(tokens("next access", Some("next refresh")), at(seconds).wall)
}

fn unavailable() -> Error {
    ErrorKind::Unavailable { endpoint: "test", reason: "test".to_owned(), retry_after: None, source: None }.into()
}

fn rejection() -> Error {
    let (code, description) = ("invalid_grant".to_owned(), String::new());
    ErrorKind::Consent(ConsentReason::Rejected { code, description, retry_at: None }).into()
}

/// Reports loads until the refresh needs something else. It gets the lock.
fn load(machine: &mut Machine, now: &Now, id: RefreshId, stored: Option<&Grant>) -> RefreshAction {
    let mut event = RefreshEvent::Started;
    loop {
        event = match machine.refresh_event(now, id, event) {
            RefreshAction::Load => RefreshEvent::Loaded(Ok(stored.cloned())),
            RefreshAction::Lock => RefreshEvent::Locked(Ok(())),
            other => return other,
        };
    }
}

fn start(machine: &mut Machine, now: &Now) -> RefreshId {
    match machine.token_needed(now) {
        TokenAction::Start(id) => id,
        other => unreachable!("{other:?}"),
    }
}

/// Starts a refresh that sends the refresh token of the stored grant.
fn start_asking(machine: &mut Machine, now: &Now, stored: &Grant) -> RefreshId {
    let id = start(machine, now);
    assert!(matches!(load(machine, now, id, Some(stored)), RefreshAction::Ask(_)));
    id
}

/// A machine that saved a consent.
fn signed_in(grant: &Grant, now: &Now) -> Machine {
    let mut machine = machine();
    let id = machine.consented(now, grant.clone(), None);
    assert!(matches!(load(&mut machine, now, id, None), RefreshAction::Save(..)));
    machine.refresh_event(now, id, RefreshEvent::Saved(Ok(())));
    assert!(matches!(machine.held, Held::Saved(_)));
    machine
}

#[test]
fn a_consent_after_a_sign_out_does_not_end_with_it() {
    let old = consent(0);
    let mut machine = signed_in(&old, &at(0));
    machine.signed_out(Some(&old));
    // The sign-in had loaded the old grant before.
    let id = machine.consented(&at(5), consent(5), Some(&old));
    assert!(matches!(load(&mut machine, &at(5), id, None), RefreshAction::Save(_, None)));
}

#[test]
fn an_old_read_of_a_signed_out_grant_does_not_drop_the_next_consent() {
    let old = consent(0);
    let mut machine = signed_in(&old, &at(0));
    machine.signed_out(Some(&old));
    let new = consent(5);
    let id = machine.consented(&at(5), new.clone(), None);
    match load(&mut machine, &at(5), id, Some(&old)) {
        RefreshAction::Save(saved, expected) => {
            assert_eq!((saved.generation(), expected), (new.generation(), Some(old.generation())));
        }
        other => unreachable!("{other:?}"),
    }
    machine.refresh_event(&at(5), id, RefreshEvent::Saved(Err(StoreError::conflict())));
    assert!(machine.save_error().is_some());
    assert_eq!(machine.grant().map(Grant::generation), Some(new.generation()));
}

#[test]
fn a_signed_out_grant_is_deleted_only_if_the_store_really_has_it() {
    let old = consent(0);
    for (saved, is_deleted) in [(Err(StoreError::conflict()), false), (Ok(()), true)] {
        let mut machine = signed_in(&old, &at(0));
        machine.signed_out(Some(&old));
        let id = start(&mut machine, &at(5));
        // An earlier or later generation of the same consent is signed out too.
        let stored = refreshed(&old, 1);
        assert!(matches!(load(&mut machine, &at(5), id, Some(&stored)), RefreshAction::Save(..)));
        let action = machine.refresh_event(&at(5), id, RefreshEvent::Saved(saved));
        assert_eq!(matches!(action, RefreshAction::Delete), is_deleted, "{action:?}");
        assert!(machine.grant().is_none());
    }
}

#[test]
fn an_old_read_after_a_rejection_does_not_replace_a_newer_consent() {
    let (old, new) = (consent(0), consent(5));
    let mut machine = signed_in(&new, &at(5));
    let now = at(4000);
    let id = start_asking(&mut machine, &now, &new);
    let rejected = RefreshEvent::Responded { sent: new.generation(), result: Err(rejection()) };
    assert!(matches!(machine.refresh_event(&now, id, rejected), RefreshAction::Load));
    let action = machine.refresh_event(&now, id, RefreshEvent::Loaded(Ok(Some(old))));
    // Nothing is saved over it: it may be a later consent on a machine whose clock is behind.
    assert!(matches!(action, RefreshAction::Finish(Err(_))), "{action:?}");
    assert_eq!(machine.grant().map(Grant::generation), Some(new.generation()));
}

#[test]
fn a_rejection_that_cannot_be_saved_leaves_the_tokens_unsaved() {
    let old = consent(0);
    let mut machine = signed_in(&old, &at(0));
    let now = at(4000);
    let id = start_asking(&mut machine, &now, &old);
    let next = refreshed(&old, 4000);
    machine.refresh_event(&now, id, RefreshEvent::Responded { sent: old.generation(), result: Ok(next.clone()) });
    machine.refresh_event(&now, id, RefreshEvent::Saved(Err(StoreError::other("full"))));
    // The service rejects them, and neither they nor the rejection can be saved.
    let now = at(8000);
    let id = start(&mut machine, &now);
    assert!(matches!(load(&mut machine, &now, id, Some(&old)), RefreshAction::Save(..)));
    let action = machine.refresh_event(&now, id, RefreshEvent::Saved(Err(StoreError::other("full"))));
    assert!(matches!(action, RefreshAction::Ask(_)), "{action:?}");
    let rejected = RefreshEvent::Responded { sent: next.generation(), result: Err(rejection()) };
    assert!(matches!(machine.refresh_event(&now, id, rejected), RefreshAction::Load));
    assert!(matches!(machine.refresh_event(&now, id, RefreshEvent::Loaded(Ok(Some(old.clone())))), RefreshAction::Save(..)));
    machine.refresh_event(&now, id, RefreshEvent::Saved(Err(StoreError::other("full"))));
    assert!(machine.save_error().is_some());
    // The next save takes the rejection along, and the hold-off counts from the rejection.
    let id = machine.save_needed().expect("a save");
    match load(&mut machine, &at(8100), id, Some(&old)) {
        RefreshAction::Save(saved, _) => assert!(saved.is_rejected() && saved.generation() == next.generation()),
        other => unreachable!("{other:?}"),
    }
    machine.refresh_event(&at(8100), id, RefreshEvent::Saved(Ok(())));
    assert!(matches!(&machine.held, Held::Rejected(rejected) if rejected.since == now.monotonic));
}

#[test]
fn tokens_that_come_late_are_saved_and_not_sent_again() {
    let old = consent(0);
    let mut machine = signed_in(&old, &at(0));
    let now = at(4000);
    let abandoned = start_asking(&mut machine, &now, &old);
    machine.refresh_ended(&now, abandoned, &unavailable());
    let id = start_asking(&mut machine, &now, &old);
    let failed = RefreshEvent::Responded { sent: old.generation(), result: Err(unavailable()) };
    assert!(matches!(machine.refresh_event(&now, id, failed), RefreshAction::Wait(_)));
    let next = refreshed(&old, 4000);
    machine.refresh_event(&now, abandoned, RefreshEvent::Responded { sent: old.generation(), result: Ok(next.clone()) });
    match machine.refresh_event(&now, id, RefreshEvent::Waited) {
        RefreshAction::Save(saved, Some(expected)) => {
            assert_eq!((saved.generation(), expected), (next.generation(), old.generation()));
        }
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn a_delay_that_the_service_asks_for_counts_although_it_comes_late() {
    let old = consent(0);
    let mut machine = signed_in(&old, &at(0));
    let now = at(4000);
    let abandoned = start_asking(&mut machine, &now, &old);
    machine.refresh_ended(&now, abandoned, &unavailable());
    let limited = || ErrorKind::Unavailable {
        endpoint: "test",
        reason: "test".to_owned(),
        retry_after: Some(Duration::from_secs(600)),
        source: None,
    };
    // It concerns the held grant only.
    let other = RefreshEvent::Responded { sent: consent(0).generation(), result: Err(limited().into()) };
    machine.refresh_event(&now, abandoned, other);
    assert!(machine.failure.is_none());
    machine.refresh_event(
        &now,
        abandoned,
        RefreshEvent::Responded { sent: old.generation(), result: Err(limited().into()) },
    );
    match machine.token_needed(&at(4000)) {
        TokenAction::Fail(error) => assert_eq!(error.retry_after(), Some(Duration::from_secs(600))),
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn a_store_that_fails_delays_the_next_early_refresh() {
    let old = consent(0);
    let mut machine = signed_in(&old, &at(0));
    let soon = 3600 - 200;
    let TokenAction::UseAndStart(id) = machine.token_needed(&at(soon)) else { unreachable!("an early refresh") };
    machine.refresh_event(&at(soon), id, RefreshEvent::Started);
    machine.refresh_event(&at(soon), id, RefreshEvent::Loaded(Err(StoreError::other("down"))));
    assert!(matches!(machine.token_needed(&at(soon + 59)), TokenAction::Use(_)));
    assert!(matches!(machine.token_needed(&at(soon + 60)), TokenAction::UseAndStart(_)));
}

#[test]
fn a_store_that_fails_does_not_delay_the_refresh_of_an_expired_token() {
    let old = consent(0);
    let mut machine = signed_in(&old, &at(0));
    let now = at(4000);
    let id = start(&mut machine, &now);
    machine.refresh_event(&now, id, RefreshEvent::Started);
    machine.refresh_event(&now, id, RefreshEvent::Loaded(Err(StoreError::other("down"))));
    assert!(matches!(machine.token_needed(&now), TokenAction::Start(_)));
}

#[test]
fn tokens_that_no_refresh_saves_are_reported() {
    // A response to an abandoned refresh.
    let old = consent(0);
    let mut machine = signed_in(&old, &at(0));
    let now = at(4000);
    let abandoned = start_asking(&mut machine, &now, &old);
    machine.refresh_ended(&now, abandoned, &unavailable());
    let next = refreshed(&old, 4000);
    machine.refresh_event(&now, abandoned, RefreshEvent::Responded { sent: old.generation(), result: Ok(next) });
    assert!(machine.is_unsaved() && machine.save_error().is_some());
    // A store that seems to have lost the grant.
    let mut machine = signed_in(&old, &at(0));
    let id = machine.consented(&at(5), consent(5), Some(&old));
    assert!(matches!(load(&mut machine, &at(20), id, None), RefreshAction::Finish(Ok(()))));
    assert!(machine.is_unsaved() && machine.save_error().is_some());
}

#[test]
fn two_consents_after_the_same_one_have_different_times() {
    // Both clocks are behind.
    let old = consent(1000);
    let times = [(); 2].map(|()| {
        let mut machine = machine();
        machine.consented(&at(5), consent(5), Some(&old));
        machine.held.consented_at()
    });
    assert!(times[0] > Some(old.consented_at()));
    assert_ne!(times[0], times[1]);
}
