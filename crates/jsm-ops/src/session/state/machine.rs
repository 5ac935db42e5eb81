//! The machine: what a session holds, and the events of its callers.

use std::{mem, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    error::Error,
    grant::{Grant, generation::Generation},
    session::state::{
        failure::Failure,
        freshness::{Freshness, RefreshTiming, freshness},
        held::{Held, Rejected, Replaces, Seen, Unsaved},
        now::Now,
        outbox::{Note, Outbox},
        refresh::{Purpose, Refresh, RefreshId},
        rejection,
    },
};

/// How long a token that was rejected right after a refresh causes no further refresh.
const REJECTED_COOLDOWN: Duration = Duration::from_secs(60);

/// How long tokens that a refresh has just returned are used, whatever their expiry says. A service
/// that says `expires_in: 0`, or a clock that jumps, must not cause a refresh per call.
const MIN_REFRESH_INTERVAL: Duration = Duration::from_secs(30);

/// When a caller saves tokens because the task that should do so does not run. The task saves more
/// often.
const OVERDUE_SAVE: Duration = Duration::from_secs(120);

/// The state of a session.
#[derive(Debug)]
pub struct Machine {
    pub(super) timing: RefreshTiming,
    pub(super) held: Held,
    /// The generation whose access token the gateway rejected.
    pub(super) distrusted: Option<Generation>,
    /// The generation that the gateway rejected right after a refresh, and until when this causes
    /// no further refresh.
    pub(super) rejected_after_refresh: Option<(Generation, Duration)>,
    /// The generation that this session received last, and when.
    pub(super) issued: Option<(Generation, Duration)>,
    /// What the store has although it seems to be of an earlier consent, and since when.
    pub(super) doubted: Option<(Generation, Duration)>,
    pub(super) failure: Option<Failure>,
    /// No early refresh before this monotonic time, because the store failed.
    pub(super) store_hold_off: Option<Duration>,
    /// The consents that were signed out here last, by their times. A save that had hung and a read
    /// that lags behind must not bring them back.
    pub(super) signed_out: [Option<DateTime<Utc>>; 4],
    /// The latest consent that was signed out here.
    pub(super) signed_out_consent: Option<DateTime<Utc>>,
    pub(super) refresh: Option<Refresh>,
    /// When the last load began. What it returns is not older than the lag of the store before.
    pub(super) load_started: Duration,
    pub(super) next_id: u64,
    pub(super) outbox: Outbox,
}

/// What a caller that needs a token does.
#[derive(Debug)]
pub enum TokenAction {
    /// Use these tokens.
    Use(Grant),
    /// The tokens are valid: start this refresh beside the call, and use what is held in a moment.
    UseAndStart(RefreshId),
    /// Use these tokens, and start this refresh, which saves them.
    UseAndSave(Grant, RefreshId),
    /// Start this refresh, wait for it, and ask again.
    Start(RefreshId),
    /// Wait for this refresh, which is running, and ask again.
    Join(RefreshId),
    /// No token is available.
    Fail(Error),
}

impl Machine {
    /// A machine that holds nothing.
    pub fn new(timing: RefreshTiming) -> Self {
        Self {
            timing,
            held: Held::Nothing,
            distrusted: None,
            rejected_after_refresh: None,
            issued: None,
            doubted: None,
            failure: None,
            store_hold_off: None,
            signed_out: [None; 4],
            signed_out_consent: None,
            refresh: None,
            load_started: Duration::ZERO,
            next_id: 0,
            outbox: Outbox::default(),
        }
    }

    /// What the session holds.
    #[cfg(feature = "simulation")]
    pub fn held(&self) -> &Held {
        &self.held
    }

    /// The held grant, whatever its state.
    pub fn grant(&self) -> Option<&Grant> {
        self.held.grant()
    }

    /// Why the held grant is not in the store, if a save failed.
    pub fn save_error(&self) -> Option<&Error> {
        self.held.unsaved().and_then(|unsaved| unsaved.error.as_ref())
    }

    /// Whether the held grant is not in the store.
    pub fn is_unsaved(&self) -> bool {
        self.held.unsaved().is_some()
    }

    /// The running refresh.
    pub fn running(&self) -> Option<RefreshId> {
        self.refresh.as_ref().map(|refresh| refresh.id)
    }

    /// Takes what the last transitions left. The caller logs and drops it outside of its lock.
    pub fn take_outbox(&mut self) -> Outbox {
        mem::take(&mut self.outbox)
    }

    /// A caller needs a token.
    pub fn token_needed(&mut self, now: &Now) -> TokenAction {
        let current = match self.freshness(now) {
            Some((Freshness::Fresh, grant)) => {
                return match self.overdue_save(now) {
                    Some(id) => TokenAction::UseAndSave(grant, id),
                    None => TokenAction::Use(grant),
                };
            }
            Some((Freshness::ExpiresSoon, grant)) if self.refresh.is_some() => return TokenAction::Use(grant),
            Some((Freshness::ExpiresSoon, _)) => {
                let id = self.start(Purpose::Token);
                return TokenAction::UseAndStart(id);
            }
            Some((Freshness::Expired, grant)) => Some(grant.generation()),
            None => None,
        };
        if let Some(refresh) = &self.refresh {
            return TokenAction::Join(refresh.id);
        }
        if let Some(failure) = self.failure.as_mut().filter(|failure| Some(failure.generation) == current)
            && let Some(error) = failure.remembered(now)
            && !failure.take_look(now)
        {
            return TokenAction::Fail(error);
        }
        TokenAction::Start(self.start(Purpose::Token))
    }

    /// The gateway rejected the token of this generation, and not for a missing scope. Returns
    /// whether another token may be available now.
    pub fn token_rejected(&mut self, now: &Now, generation: Generation) -> bool {
        if self.held.generation() != Some(generation) {
            return true;
        }
        if self.rejected_after_refresh.is_some_and(|(known, until)| known == generation && now.monotonic < until) {
            return false;
        }
        self.outbox.note(Note::TokenRejected(generation));
        self.distrusted = Some(generation);
        true
    }

    /// The gateway rejected a token that a refresh had just returned. The cause is something else
    /// then, so for a while this token causes no further refresh.
    pub fn token_rejected_after_refresh(&mut self, now: &Now, generation: Generation) {
        self.outbox.note(Note::TokenRejectedAfterRefresh(generation));
        self.rejected_after_refresh = Some((generation, now.monotonic.saturating_add(REJECTED_COOLDOWN)));
    }

    /// The user consented. `stored` is the grant that the store had before the exchange of the
    /// code.
    ///
    /// The new grant counts from now on: a running refresh of the old one is abandoned. The
    /// returned one saves the new grant.
    pub fn consented(&mut self, now: &Now, grant: Grant, stored: Option<&Grant>) -> RefreshId {
        // A clock that was set back must not make this consent the older one. Its time also names
        // it, so it differs from the time of every other consent.
        let known = [self.held.consented_at(), self.signed_out_consent, stored.map(Grant::consented_at)];
        let earliest = match known.into_iter().flatten().max() {
            Some(known) if known >= grant.consented_at() => later(known, TimeDelta::milliseconds(1)),
            _ => grant.consented_at(),
        };
        let grant = grant.with_consented_at(later(earliest, TimeDelta::nanoseconds(grant.generation().spread())));
        self.issued = Some((grant.generation(), now.monotonic));
        self.forget_failure();
        // A grant that was signed out here in the meantime is gone for that reason.
        let was_seen = stored.is_some_and(|stored| Some(stored.consented_at()) > self.signed_out_consent);
        let replaces = Replaces::Consent(if was_seen { Seen::Before } else { Seen::Never });
        self.hold(Held::Unsaved(Unsaved::new(grant, replaces)));
        self.refresh = None;
        self.start(Purpose::Save)
    }

    /// The user signed out: the grant is deleted from the store. `stored` is the grant that the
    /// store had before, if it could be read.
    pub fn signed_out(&mut self, stored: Option<&Grant>) {
        for consent in [self.held.consented_at(), stored.map(Grant::consented_at)].into_iter().flatten() {
            if !self.signed_out.contains(&Some(consent)) {
                self.signed_out.rotate_right(1);
                self.signed_out[0] = Some(consent);
            }
            self.signed_out_consent = self.signed_out_consent.max(Some(consent));
        }
        self.forget_failure();
        self.refresh = None;
        self.hold(Held::Nothing);
    }

    /// An operator asks to send a rejected refresh token again. Returns the refresh to start,
    /// unless the running one does it.
    pub fn retry_rejected(&mut self) -> Option<RefreshId> {
        self.forget_failure();
        match &mut self.refresh {
            Some(refresh) => {
                refresh.purpose = Purpose::RetryRejected;
                None
            }
            None => Some(self.start(Purpose::RetryRejected)),
        }
    }

    /// Returns a refresh that saves the held grant, if that is needed and no other one is running.
    pub fn save_needed(&mut self) -> Option<RefreshId> {
        (self.is_unsaved() && self.refresh.is_none()).then(|| self.start(Purpose::Save))
    }

    /// A refresh ended without a last step: its time was over, its task was dropped, or the store
    /// panicked.
    pub fn refresh_ended(&mut self, now: &Now, id: RefreshId, error: &Error) {
        if self.running() != Some(id) {
            return;
        }
        self.refresh = None;
        if self.held.unsaved().is_some_and(|unsaved| unsaved.error.is_none()) {
            self.set_save_error(now, error.clone());
        }
    }

    /// The held grant, unless the gateway rejected its access token.
    pub fn valid_grant(&self) -> Option<&Grant> {
        self.held.grant().filter(|grant| self.distrusted != Some(grant.generation()))
    }

    /// Starts a save that a task should have done. Its runtime may not be driven any more.
    fn overdue_save(&mut self, now: &Now) -> Option<RefreshId> {
        let save_at = self.held.unsaved()?.save_at?;
        if now.monotonic < save_at { None } else { self.save_needed() }
    }

    /// The freshness of the held grant, with what the gateway said about it.
    pub(super) fn freshness(&self, now: &Now) -> Option<(Freshness, Grant)> {
        let grant = self.held.grant()?;
        let generation = grant.generation();
        if self.distrusted == Some(generation) {
            return Some((Freshness::Expired, grant.clone()));
        }
        let is_new = self
            .issued
            .is_some_and(|(known, at)| known == generation && now.monotonic.saturating_sub(at) < MIN_REFRESH_INTERVAL);
        if is_new {
            return Some((Freshness::Fresh, grant.clone()));
        }
        let freshness = match freshness(grant, now.wall, self.timing) {
            Freshness::ExpiresSoon if !self.may_refresh_early(grant, now) => Freshness::Fresh,
            other => other,
        };
        Some((freshness, grant.clone()))
    }

    fn may_refresh_early(&self, grant: &Grant, now: &Now) -> bool {
        let is_settled = match &self.held {
            // A store that could not save these tokens would not save the next ones.
            Held::Unsaved(_) => false,
            Held::Rejected(Rejected { grant, since }) => {
                grant.rejection().is_none_or(|rejection| rejection::is_over(rejection, *since, now))
            }
            Held::Nothing | Held::Saved(_) => true,
        };
        is_settled
            && grant.is_refreshable()
            && !self.failure.as_ref().is_some_and(|failure| failure.delays_early_refresh(now))
            && self.store_hold_off.is_none_or(|until| now.monotonic >= until)
    }

    fn start(&mut self, purpose: Purpose) -> RefreshId {
        let id = RefreshId(self.next_id);
        self.next_id += 1;
        self.refresh = Some(Refresh::new(id, purpose));
        id
    }

    /// Replaces what is held. An error in the old value is dropped outside of the lock.
    pub(super) fn hold(&mut self, held: Held) {
        if let Held::Unsaved(Unsaved { error: Some(error), .. }) = mem::replace(&mut self.held, held) {
            self.outbox.discard(error);
        }
    }

    pub(super) fn forget_failure(&mut self) {
        if let Some(failure) = self.failure.take() {
            self.outbox.discard(failure.error);
        }
    }

    pub(super) fn remember_failure(&mut self, error: Error, generation: Generation, now: &Now) {
        let count =
            self.failure.as_ref().filter(|failure| failure.generation == generation).map_or(0, |failure| failure.count);
        self.forget_failure();
        self.failure = Some(Failure::new(error, generation, count.saturating_add(1), now));
    }

    /// Sets why the held grant is not in the store.
    pub(super) fn set_save_error(&mut self, now: &Now, error: impl Into<Error>) {
        let error = error.into();
        let Held::Unsaved(unsaved) = &mut self.held else {
            self.outbox.discard(error);
            return;
        };
        unsaved.save_at = Some(now.monotonic.saturating_add(OVERDUE_SAVE));
        if let Some(old) = unsaved.error.replace(error.clone()) {
            self.outbox.discard(old);
        }
        let note = Note::SaveFailed(unsaved.grant.generation(), error);
        self.outbox.note(note);
    }

    /// Takes over what the store has.
    pub(super) fn adopt(&mut self, stored: Option<Grant>, now: &Now) {
        let Some(grant) = stored else {
            if !matches!(self.held, Held::Nothing) {
                self.outbox.note(Note::SignedOutElsewhere);
            }
            return self.hold(Held::Nothing);
        };
        let is_same = self.held.generation() == Some(grant.generation());
        match (grant.rejection(), &self.held) {
            // The held one keeps what is known in memory, for example the header of its token.
            (None, Held::Saved(_) | Held::Rejected(_)) if is_same => {}
            (Some(rejection), Held::Rejected(held))
                if is_same && held.grant.rejection().is_some_and(|known| known.count >= rejection.count) => {}
            (None, _) => self.hold(Held::Saved(grant)),
            (Some(_), _) => self.hold(Held::Rejected(Rejected { grant, since: now.monotonic })),
        }
    }
}

/// Adds to a time. A store may hold any date, so this saturates.
fn later(time: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    time.checked_add_signed(by).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
