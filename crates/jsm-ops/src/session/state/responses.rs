//! The steps of a refresh that follow a response of the token endpoint.

use crate::{
    error::{Error, ErrorKind, consent_reason::ConsentReason},
    grant::{Grant, generation::Generation, record::Rejection},
    session::state::{
        freshness::Freshness,
        held::{Held, Rejected, Replaces, Stored, Unsaved, is_older},
        machine::Machine,
        now::Now,
        outbox::Note,
        refresh::{Refresh, RefreshAction, Step, finish},
        rejection,
    },
    store::error::StoreError,
    token_endpoint::attempts::MAX_RETRY_AFTER,
};

impl Machine {
    pub(super) fn responded(
        &mut self,
        now: &Now,
        refresh: &mut Refresh,
        sent: Generation,
        result: Result<Grant, Error>,
    ) -> RefreshAction {
        match result {
            Ok(next) => {
                self.hold_new(now, sent, next);
                self.save_new(refresh)
            }
            Err(error) => self.failed(now, refresh, sent, error),
        }
    }

    /// Holds new tokens as unsaved, unless the grant was replaced or signed out in the meantime.
    pub(super) fn hold_new(&mut self, now: &Now, sent: Generation, next: Grant) {
        if self.held.generation() != Some(sent) {
            self.outbox.note(Note::SupersededTokens(next.generation()));
            return;
        }
        self.outbox.note(Note::Refreshed(next.generation(), next.access_expires_at()));
        // Unsaved tokens still replace what the store has.
        let replaces = self.held.replaces().unwrap_or(Replaces::Generation(sent));
        let doubtful_since = self.held.unsaved().and_then(|unsaved| unsaved.doubtful_since);
        self.issued = Some((next.generation(), now.monotonic));
        self.forget_failure();
        self.hold(Held::Unsaved(Unsaved { doubtful_since, ..Unsaved::new(next, replaces) }));
    }

    pub(super) fn failed(&mut self, now: &Now, refresh: &mut Refresh, sent: Generation, error: Error) -> RefreshAction {
        if self.held.generation() != Some(sent) {
            self.outbox.discard(error);
            return finish(Err(ErrorKind::Interrupted.into()));
        }
        if let Some(ConsentReason::Rejected { .. }) = error.consent_reason() {
            return refresh.load(Step::LoadAfterRejection(sent, error));
        }
        refresh.attempts_left = refresh.attempts_left.saturating_sub(1);
        let backoff = refresh.backoff.next(1.0);
        let delay = error.retry_after().unwrap_or(backoff);
        if error.is_transient() && refresh.attempts_left > 0 && delay <= MAX_RETRY_AFTER {
            self.outbox.discard(error);
            refresh.step = Step::Wait(sent);
            return RefreshAction::Wait(delay);
        }
        self.note_early_failure(now, &error);
        self.remember_failure(error.clone(), sent, now);
        finish(Err(error))
    }

    pub(super) fn note_early_failure(&mut self, now: &Now, error: &Error) {
        if self.freshness(now).is_some_and(|(freshness, _)| freshness != Freshness::Expired) {
            self.outbox.note(Note::EarlyRefreshFailed(error.clone()));
        }
    }

    /// Consent is needed only if the store still has the same grant. The rejection is saved, so
    /// that other processes do not ask the service at once.
    pub(super) fn loaded_after_rejection(
        &mut self,
        now: &Now,
        refresh: &mut Refresh,
        sent: Generation,
        error: Error,
        result: Result<Option<Grant>, StoreError>,
    ) -> RefreshAction {
        let stored = match result {
            Ok(stored) => stored,
            Err(store_error) => {
                self.remember_failure(error, sent, now);
                return finish(Err(store_error.into()));
            }
        };
        let Some(held) = self.held.grant().filter(|grant| grant.generation() == sent).cloned() else {
            self.outbox.discard(error);
            return finish(Err(ErrorKind::Interrupted.into()));
        };
        let stored_generation = stored.as_ref().map(Grant::generation);
        let replaces = self.held.replaces().filter(|_| stored_generation != Some(sent));
        if stored.as_ref().is_some_and(|stored| stored.consented_at() < held.consented_at() && !self.is_signed_out(stored)) {
            // It seems to be of an earlier consent. A later look decides.
            self.remember_failure(error.clone(), sent, now);
            return finish(Err(error));
        }
        let is_ours = match (&stored, replaces) {
            (Some(stored), _) if stored.generation() == sent => true,
            // The read lags behind, or the store went back.
            (Some(stored), None) if is_older(stored, &held) || self.is_signed_out(stored) => true,
            (stored, Some(_)) => self.relation(stored.as_ref()) == Stored::Older,
            _ => false,
        };
        if !is_ours {
            self.outbox.discard(error);
            self.outbox.note(Note::OtherThanRejected);
            self.adopt(stored, now);
            if std::mem::replace(&mut refresh.has_switched, true) {
                return self.finish_with_held(now);
            }
            return self.ask_if_due(now, refresh);
        }
        let rejection = rejection_of(&error, &held, now);
        self.outbox.discard(error);
        let error = rejection::error(&rejection);
        let rejected = held.rejected(rejection);
        self.outbox.note(Note::ConsentNeeded(error.clone()));
        let (grant, since) = (rejected.clone(), now.monotonic);
        let doubtful_since = self.held.unsaved().and_then(|unsaved| unsaved.doubtful_since);
        self.hold(match replaces {
            Some(replaces) => {
                let rejected_since = Some(since);
                Held::Unsaved(Unsaved { rejected_since, doubtful_since, ..Unsaved::new(grant, replaces) })
            }
            None => Held::Rejected(Rejected { grant, since }),
        });
        refresh.step = Step::SaveRejection(sent, error);
        RefreshAction::Save(rejected, stored_generation)
    }
}

fn rejection_of(error: &Error, grant: &Grant, now: &Now) -> Rejection {
    let (code, description) = match error.consent_reason() {
        Some(ConsentReason::Rejected { code, description, .. }) => (code.clone(), description.clone()),
        _ => Default::default(),
    };
    let count = grant.rejection().map_or(0, |rejection| rejection.count).saturating_add(1);
    Rejection { code, description, at: now.wall, count }
}
