//! The steps of a refresh that save a grant, or find out that another one counts.

use std::time::Duration;

use crate::{
    error::ErrorKind,
    grant::{Grant, generation::Generation},
    session::state::{
        decision::Decision,
        held::{Held, Replaces, Stored, Unsaved, compare, is_older},
        machine::Machine,
        now::Now,
        outbox::Note,
        refresh::{Purpose, Refresh, RefreshAction, Step, finish},
    },
    store::error::StoreError,
};

/// How long the store has to be without the grant before tokens in memory are given up. A read from
/// a replica may lag behind.
const ABSENCE: Duration = Duration::from_secs(10);

impl Machine {
    /// Holds the current grant as unsaved if the store has an older one, for example from a backup.
    ///
    /// The refresh token in the store was used already. To use it again would end the grant.
    pub(super) fn detect_rollback(&mut self, now: &Now, stored: Option<&Grant>) {
        let (Held::Saved(held), Some(stored)) = (&self.held, stored) else { return };
        if !is_older(stored, held) {
            return;
        }
        self.outbox.note(Note::OlderInStore(stored.generation()));
        let (grant, replaces) = (held.clone(), Replaces::Generation(stored.generation()));
        self.hold(Held::Unsaved(Unsaved::new(grant, replaces)));
        self.set_save_error(now, StoreError::conflict());
    }

    pub(super) fn adopt_unless_older(&mut self, now: &Now, stored: Option<Grant>) {
        let is_older = match (self.held.grant(), &stored) {
            (Some(held), Some(stored)) => is_older(stored, held),
            _ => false,
        };
        if !is_older {
            self.adopt(stored, now);
        }
    }

    /// Decides about unsaved tokens that cannot replace what the store has.
    pub(super) fn settle(&mut self, now: &Now, stored: Option<Grant>, relation: Stored) {
        match relation {
            Stored::Older => {}
            Stored::Same => {
                if let Some(generation) = self.held.generation() {
                    self.outbox.note(Note::SavedAfterRetry(generation));
                }
                self.adopt(stored, now);
            }
            Stored::Newer => {
                if let Some(stored) = &stored {
                    self.outbox.note(Note::NewerInStore(stored.generation()));
                }
                self.adopt(stored, now);
            }
            Stored::Absent => {
                let since = self.held.unsaved().and_then(|unsaved| unsaved.absent_since);
                if since.is_some_and(|since| now.monotonic.saturating_sub(since) >= ABSENCE) {
                    self.adopt(None, now);
                } else {
                    self.set_absent(since.or(Some(now.monotonic)));
                }
            }
        }
    }

    pub(super) fn set_absent(&mut self, since: Option<Duration>) {
        if let Held::Unsaved(unsaved) = &mut self.held {
            unsaved.absent_since = since;
        }
    }

    pub(super) fn saved_again(
        &mut self,
        now: &Now,
        refresh: &mut Refresh,
        generation: Generation,
        result: Result<(), StoreError>,
    ) -> RefreshAction {
        match result {
            Ok(()) => {
                self.mark_saved(generation);
                refresh.stored = Some(Some(generation));
                self.outbox.note(Note::SavedAfterRetry(generation));
            }
            Err(error) => self.set_save_error(now, error),
        }
        self.ask_if_due(now, refresh)
    }

    pub(super) fn mark_saved(&mut self, generation: Generation) {
        if let Held::Unsaved(unsaved) = &self.held
            && unsaved.grant.generation() == generation
        {
            let grant = unsaved.grant.clone();
            self.hold(Held::Saved(grant));
        }
    }

    pub(super) fn save_new(&mut self, refresh: &mut Refresh) -> RefreshAction {
        // Without unsaved tokens, they were superseded.
        let Some(Unsaved { grant, replaces, .. }) = self.held.unsaved() else {
            return finish(Err(ErrorKind::Interrupted.into()));
        };
        let expected = match replaces {
            Replaces::Generation(generation) => Some(Some(*generation)),
            Replaces::Consent { .. } => refresh.stored,
        };
        let Some(expected) = expected else { return refresh.load(Step::LoadToSave) };
        refresh.step = Step::SaveNew(grant.generation());
        RefreshAction::Save(grant.clone(), expected)
    }

    pub(super) fn loaded_to_save(
        &mut self,
        now: &Now,
        refresh: &mut Refresh,
        result: Result<Option<Grant>, StoreError>,
    ) -> RefreshAction {
        match result {
            Ok(stored) => {
                refresh.stored = Some(stored.as_ref().map(Grant::generation));
                let Some(unsaved) = self.held.unsaved() else { return finish(Err(ErrorKind::Interrupted.into())) };
                match compare(stored.as_ref(), &unsaved.grant, unsaved.replaces) {
                    Stored::Older => self.save_new(refresh),
                    relation => {
                        self.settle(now, stored, relation);
                        self.finish_with_held(now)
                    }
                }
            }
            Err(error) => {
                self.set_save_error(now, error);
                finish(Ok(()))
            }
        }
    }

    pub(super) fn saved_new(
        &mut self,
        now: &Now,
        refresh: &mut Refresh,
        generation: Generation,
        result: Result<(), StoreError>,
    ) -> RefreshAction {
        match result {
            Ok(()) => {
                self.mark_saved(generation);
                finish(Ok(()))
            }
            // Another process may have signed in, signed out or refreshed without the lock.
            Err(error) if error.is_conflict() => {
                self.outbox.discard_store(error);
                refresh.load(Step::LoadAfterConflict)
            }
            // The tokens are valid all the same. Saving is retried.
            Err(error) => {
                self.set_save_error(now, error);
                finish(Ok(()))
            }
        }
    }

    pub(super) fn loaded_after_conflict(&mut self, now: &Now, result: Result<Option<Grant>, StoreError>) -> RefreshAction {
        let stored = match result {
            Ok(stored) => stored,
            Err(error) => {
                self.set_save_error(now, error);
                return finish(Ok(()));
            }
        };
        let Some(unsaved) = self.held.unsaved() else { return finish(Err(ErrorKind::Interrupted.into())) };
        let relation = compare(stored.as_ref(), &unsaved.grant, unsaved.replaces);
        if matches!(relation, Stored::Older | Stored::Absent) {
            // The conflict may be false, or the read too old. Saving is retried.
            self.set_save_error(now, StoreError::conflict());
        }
        self.settle(now, stored, relation);
        self.finish_with_held(now)
    }

    /// Ends a refresh after which the held grant may be another one.
    pub(super) fn finish_with_held(&mut self, now: &Now) -> RefreshAction {
        match self.decide(now, Purpose::Token) {
            Decision::Done => finish(Ok(())),
            Decision::Fail(error) => finish(Err(error)),
            // It needs a refresh itself, which is the next one.
            Decision::Ask(_) => finish(Err(ErrorKind::Interrupted.into())),
        }
    }
}
