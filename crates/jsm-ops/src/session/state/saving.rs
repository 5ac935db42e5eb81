//! The steps of a refresh that save a grant, or find out that another one counts.

use std::time::Duration;

use crate::{
    error::ErrorKind,
    grant::{Grant, generation::Generation},
    session::state::{
        decision::Decision,
        held::{Held, Rejected, Replaces, Seen, Stored, Unsaved, compare, is_older},
        machine::Machine,
        now::Now,
        outbox::Note,
        refresh::{Purpose, Refresh, RefreshAction, Step, finish},
    },
    store::error::StoreError,
};

/// How long the store has to be without the grant, or with one of an earlier consent, before the
/// one in memory is given up. Reads from a replica may lag behind for less.
const LAG: Duration = Duration::from_secs(10);

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

    /// Takes over what the store has instead of a saved grant. One that seems to be of an earlier
    /// consent has to stay there for a while. An earlier generation does not replace a rejected
    /// one.
    pub(super) fn adopt_after_doubt(&mut self, now: &Now, stored: Option<Grant>) {
        if let (Some(held), Some(stored)) = (self.held.grant(), &stored)
            && is_older(stored, held)
        {
            return;
        }
        let doubted = match (&self.held, &stored) {
            (Held::Saved(held) | Held::Rejected(Rejected { grant: held, .. }), Some(stored))
                if stored.consented_at() < held.consented_at() =>
            {
                Some(stored.generation())
            }
            _ => None,
        };
        let since = self.doubted.filter(|(known, _)| Some(*known) == doubted).map_or(now.monotonic, |(_, since)| since);
        self.doubted = doubted.map(|generation| (generation, since));
        if doubted.is_none() || self.load_started.saturating_sub(since) >= LAG {
            self.adopt(stored, now);
        }
    }

    /// Whether a grant was signed out here.
    pub(super) fn is_signed_out(&self, grant: &Grant) -> bool {
        self.signed_out.contains(&Some(grant.consented_at()))
    }

    /// How the stored grant relates to the held one, which is not in the store.
    pub(super) fn relation(&mut self, stored: Option<&Grant>) -> Stored {
        let was_signed_out = stored.is_some_and(|stored| self.is_signed_out(stored));
        let Held::Unsaved(Unsaved { grant, replaces, .. }) = &mut self.held else { return Stored::Newer };
        // A grant that was signed out here is older, whatever the clocks of other processes say.
        if was_signed_out && stored.map(Grant::consented_at) != Some(grant.consented_at()) {
            return Stored::Older;
        }
        let is_consent = grant.generation().number() == 1;
        let is_new = self.issued.is_some_and(|(generation, at)| {
            is_consent && generation == grant.generation() && self.load_started.saturating_sub(at) < LAG
        });
        // At first the read may be older than the consent.
        if let (Replaces::Consent(seen), Some(_), false) = (&mut *replaces, stored, is_new) {
            *seen = Seen::After;
        }
        match compare(stored, grant, *replaces, is_new) {
            Stored::Newer if is_new => Stored::Doubtful,
            relation => relation,
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
                match stored {
                    // The store does not know of the rejection.
                    Some(stored) if !stored.is_rejected() && self.held.rejected_since().is_some() => {
                        self.mark_saved(stored.generation());
                    }
                    stored => self.adopt(stored, now),
                }
            }
            Stored::Newer => {
                if let Some(stored) = &stored {
                    self.outbox.note(Note::NewerInStore(stored.generation()));
                }
                self.adopt(stored, now);
            }
            Stored::Doubtful => {
                let since = self.held.unsaved().and_then(|unsaved| unsaved.doubtful_since);
                if since.is_some_and(|since| self.load_started.saturating_sub(since) >= LAG) {
                    self.adopt(stored, now);
                } else {
                    self.set_doubtful(since.or(Some(now.monotonic)));
                }
            }
        }
    }

    pub(super) fn set_doubtful(&mut self, since: Option<Duration>) {
        if let Held::Unsaved(unsaved) = &mut self.held {
            unsaved.doubtful_since = since;
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
            self.hold(match unsaved.rejected_since {
                Some(since) => Held::Rejected(Rejected { grant, since }),
                None => Held::Saved(grant),
            });
        }
    }

    pub(super) fn save_new(&mut self, refresh: &mut Refresh) -> RefreshAction {
        // Without unsaved tokens, they were superseded.
        let Some(Unsaved { grant, replaces, .. }) = self.held.unsaved() else {
            return finish(Err(ErrorKind::Interrupted.into()));
        };
        let expected = match replaces {
            Replaces::Generation(generation) => Some(Some(*generation)),
            Replaces::Consent(_) => refresh.stored,
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
        let (stored, relation) = match self.loaded_beside_unsaved(now, result) {
            Ok(loaded) => loaded,
            Err(action) => return action,
        };
        if relation == Stored::Older {
            refresh.stored = Some(stored.map(|stored| stored.generation()));
            return self.save_new(refresh);
        }
        self.settle(now, stored, relation);
        self.finish_with_held(now)
    }

    /// What the store has, and how it relates to the unsaved tokens. Without both, the refresh
    /// ends.
    fn loaded_beside_unsaved(
        &mut self,
        now: &Now,
        result: Result<Option<Grant>, StoreError>,
    ) -> Result<(Option<Grant>, Stored), RefreshAction> {
        match result {
            Ok(_) if !self.is_unsaved() => Err(finish(Err(ErrorKind::Interrupted.into()))),
            Ok(stored) => {
                let relation = self.relation(stored.as_ref());
                Ok((stored, relation))
            }
            Err(error) => {
                self.set_save_error(now, error);
                Err(finish(Ok(())))
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
        let (stored, relation) = match self.loaded_beside_unsaved(now, result) {
            Ok(loaded) => loaded,
            Err(action) => return action,
        };
        if matches!(relation, Stored::Older | Stored::Doubtful) {
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
