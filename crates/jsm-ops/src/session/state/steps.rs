//! The steps of a refresh.

use crate::{
    error::{Error, ErrorKind},
    grant::Grant,
    session::state::{
        decision::{Decision, no_grant},
        failure::EARLY,
        freshness::Freshness,
        held::{Held, Stored},
        machine::Machine,
        now::Now,
        outbox::Note,
        refresh::{Purpose, Refresh, RefreshAction, RefreshEvent, RefreshId, Step, finish},
    },
    store::error::StoreError,
};

/// Requests of a refresh whose access token is expired.
const MAX_ATTEMPTS: u32 = 3;

impl Machine {
    /// Something happened to a refresh. Returns what it does next.
    pub fn refresh_event(&mut self, now: &Now, id: RefreshId, event: RefreshEvent) -> RefreshAction {
        // It goes back unless the refresh is over. So a refresh that was superseded stays away.
        let Some(mut refresh) = self.refresh.take_if(|refresh| refresh.id == id) else {
            return self.late_event(now, event);
        };
        let step = std::mem::replace(&mut refresh.step, Step::Start);
        let action = self.advance(now, &mut refresh, step, event);
        if matches!(action, RefreshAction::Finish(_)) {
            self.report_unsaved(now);
        } else {
            if matches!(action, RefreshAction::Load) {
                self.load_started = now.monotonic;
            }
            self.refresh = Some(refresh);
        }
        action
    }

    /// Reports tokens that no refresh is about to save, so that saving is retried.
    pub(super) fn report_unsaved(&mut self, now: &Now) {
        if self.refresh.is_none() && self.held.unsaved().is_some_and(|unsaved| unsaved.error.is_none()) {
            self.set_save_error(now, StoreError::conflict());
        }
    }

    pub(super) fn advance(&mut self, now: &Now, refresh: &mut Refresh, step: Step, event: RefreshEvent) -> RefreshAction {
        match (step, event) {
            (Step::Start, RefreshEvent::Started) if refresh.purpose == Purpose::Save && !self.is_unsaved() => finish(Ok(())),
            (Step::Start, RefreshEvent::Started) => refresh.load(Step::Load),
            (Step::Load | Step::LoadWithLock, RefreshEvent::Loaded(Ok(stored))) => self.loaded(now, refresh, stored),
            (Step::Load | Step::LoadWithLock, RefreshEvent::Loaded(Err(error)))
            | (Step::Lock, RefreshEvent::Locked(Err(error))) => self.store_failed(now, refresh, error),
            (Step::Lock, RefreshEvent::Locked(Ok(()))) => {
                refresh.has_lock = true;
                refresh.load(Step::LoadWithLock)
            }
            (Step::SaveAgain(generation), RefreshEvent::Saved(result)) => self.saved_again(now, refresh, generation, result),
            (Step::Ask, RefreshEvent::Responded { sent, result }) => self.responded(now, refresh, sent, result),
            (Step::Wait(sent), RefreshEvent::Waited) => match self.held.grant() {
                Some(grant) if grant.generation() == sent => refresh.ask(grant.clone()),
                // The response to an abandoned refresh came late, with new tokens.
                Some(_) if self.is_unsaved() => self.save_new(refresh),
                _ => self.finish_with_held(now),
            },
            (Step::LoadToSave, RefreshEvent::Loaded(result)) => self.loaded_to_save(now, refresh, result),
            (Step::SaveNew(generation), RefreshEvent::Saved(result)) => self.saved_new(now, refresh, generation, result),
            (Step::LoadAfterConflict, RefreshEvent::Loaded(result)) => self.loaded_after_conflict(now, result),
            (Step::LoadAfterRejection(sent, error), RefreshEvent::Loaded(result)) => {
                self.loaded_after_rejection(now, refresh, sent, error, result)
            }
            (Step::SaveRejection(generation, error), RefreshEvent::Saved(result)) => {
                match result {
                    Ok(()) => self.mark_saved(generation),
                    Err(error) if self.is_unsaved() => self.set_save_error(now, error),
                    Err(error) => self.outbox.note(Note::RejectionNotSaved(error)),
                }
                finish(Err(error))
            }
            (Step::ConfirmRestored(generation), RefreshEvent::Saved(Ok(()))) => {
                self.outbox.note(Note::RestoredAfterSignOut(generation));
                refresh.step = Step::Delete;
                RefreshAction::Delete
            }
            (Step::ConfirmRestored(_), RefreshEvent::Saved(Err(error))) if error.is_conflict() => {
                self.outbox.discard_store(error);
                finish(Err(no_grant()))
            }
            (Step::ConfirmRestored(_), RefreshEvent::Saved(Err(error))) => finish(Err(error.into())),
            (Step::Delete, RefreshEvent::Deleted(result)) => match result {
                Ok(()) => {
                    self.hold(Held::Nothing);
                    finish(Err(no_grant()))
                }
                Err(error) => finish(Err(error.into())),
            },
            // The driver reported something that was not asked for. The next refresh starts anew.
            (_, event) => {
                self.discard_event(event);
                finish(Err(ErrorKind::Interrupted.into()))
            }
        }
    }

    /// An event of a refresh that was abandoned. New tokens are kept if they still belong to the
    /// held grant: the service has replaced its refresh token. So is a delay that the service asked
    /// for.
    pub(super) fn late_event(&mut self, now: &Now, event: RefreshEvent) -> RefreshAction {
        match event {
            RefreshEvent::Responded { sent, result: Ok(next) } => {
                self.hold_new(now, sent, next);
                self.report_unsaved(now);
            }
            RefreshEvent::Responded { sent, result: Err(error) }
                if error.retry_after().is_some() && self.held.generation() == Some(sent) =>
            {
                self.remember_failure(error, sent, now);
            }
            event => self.discard_event(event),
        }
        finish(Err(ErrorKind::Interrupted.into()))
    }

    pub(super) fn discard_event(&mut self, event: RefreshEvent) {
        match event {
            RefreshEvent::Loaded(Err(error))
            | RefreshEvent::Locked(Err(error))
            | RefreshEvent::Saved(Err(error))
            | RefreshEvent::Deleted(Err(error)) => self.outbox.discard_store(error),
            RefreshEvent::Responded { result: Err(error), .. } => self.outbox.discard(error),
            _ => {}
        }
    }

    pub(super) fn loaded(&mut self, now: &Now, refresh: &mut Refresh, stored: Option<Grant>) -> RefreshAction {
        if refresh.has_lock {
            refresh.stored = Some(stored.as_ref().map(Grant::generation));
        }
        // A consent after the sign-out replaces what came back.
        let is_restored = |stored: &&Grant| !self.is_unsaved() && self.is_signed_out(stored);
        if let Some(stored) = stored.as_ref().filter(is_restored) {
            if !refresh.has_lock {
                return refresh.lock();
            }
            // The read may lag behind, and a deletion has no condition. A save has one.
            refresh.step = Step::ConfirmRestored(stored.generation());
            return RefreshAction::Save(stored.clone(), Some(stored.generation()));
        }
        self.detect_rollback(now, stored.as_ref());
        if let Some(unsaved) = self.held.unsaved() {
            let grant = unsaved.grant.clone();
            match self.relation(stored.as_ref()) {
                Stored::Older | Stored::Doubtful if !refresh.has_lock => return refresh.lock(),
                Stored::Older => {
                    self.set_doubtful(None);
                    refresh.step = Step::SaveAgain(grant.generation());
                    return RefreshAction::Save(grant, stored.map(|stored| stored.generation()));
                }
                relation => {
                    // New tokens must not replace it without another look.
                    refresh.stored = None;
                    self.settle(now, stored, relation);
                }
            }
        } else {
            self.adopt_after_doubt(now, stored);
        }
        self.ask_if_due(now, refresh)
    }

    /// The store does not work. The service soon rejects the token in it, so a refresh without the
    /// lock makes nothing worse if the valid token is in memory only.
    pub(super) fn store_failed(&mut self, now: &Now, refresh: &mut Refresh, error: StoreError) -> RefreshAction {
        if self.is_unsaved() {
            let is_busy = error.is_busy();
            self.set_save_error(now, error.clone());
            if !is_busy && refresh.purpose != Purpose::Save {
                return match self.decide(now, refresh.purpose) {
                    Decision::Ask(grant) => self.first_ask(now, refresh, grant),
                    // The held tokens are valid.
                    Decision::Done => finish(Ok(())),
                    Decision::Fail(other) => {
                        self.outbox.discard(other);
                        finish(Err(error.into()))
                    }
                };
            }
        }
        // A busy lock is no failure: its holder refreshes.
        if !error.is_busy() {
            self.store_hold_off = Some(now.monotonic.saturating_add(EARLY));
        }
        let error = Error::from(error);
        self.note_early_failure(now, &error);
        finish(Err(error))
    }

    pub(super) fn ask_if_due(&mut self, now: &Now, refresh: &mut Refresh) -> RefreshAction {
        match self.decide(now, refresh.purpose) {
            Decision::Done => finish(Ok(())),
            Decision::Fail(error) => finish(Err(error)),
            Decision::Ask(_) if !refresh.has_lock => refresh.lock(),
            Decision::Ask(grant) => self.first_ask(now, refresh, grant),
        }
    }

    pub(super) fn first_ask(&mut self, now: &Now, refresh: &mut Refresh, grant: Grant) -> RefreshAction {
        let is_expired = self.freshness(now).is_none_or(|(freshness, _)| freshness == Freshness::Expired);
        // While the access token is valid, the next early refresh is another attempt.
        refresh.attempts_left = if is_expired { MAX_ATTEMPTS } else { 1 };
        self.outbox.note(Note::Refreshing(grant.generation()));
        refresh.ask(grant)
    }
}
