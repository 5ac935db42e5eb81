//! What all clones of a session share, and the one place where its lock is taken.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;

use crate::{
    grant::{Grant, key::GrantKey},
    oauth::context::Context,
    secure_random,
    session::{
        running::Running,
        state::{
            freshness::RefreshTiming,
            machine::Machine,
            now::Now,
            outbox::{Note, Outbox},
            refresh::RefreshId,
        },
    },
};

/// What all clones of a session share.
pub(crate) struct SessionInner {
    pub(crate) context: Arc<Context>,
    pub(crate) key: GrantKey,
    state: Mutex<State>,
}

/// The machine, and the running refresh for those who wait for it.
pub(crate) struct State {
    pub(crate) machine: Machine,
    pub(crate) running: Option<Arc<Running>>,
    /// Whether a task retries to save the held grant.
    pub(crate) is_save_retry_running: bool,
}

/// A refresh that is to be started, outside of the lock.
#[must_use = "the machine waits for it"]
pub(crate) struct Announced {
    pub(crate) running: Arc<Running>,
    /// The refresh of an older grant, which it replaces.
    pub(crate) superseded: Option<Arc<Running>>,
}

impl State {
    /// Announces a refresh that the machine started, for others to join.
    pub(crate) fn announce(&mut self, id: RefreshId) -> Announced {
        let running = Arc::new(Running::new(id));
        let superseded = self.running.replace(Arc::clone(&running));
        Announced { running, superseded }
    }

    /// Removes the refresh that the machine no longer runs.
    pub(crate) fn take_over(&mut self) -> Option<Arc<Running>> {
        let current = self.machine.running();
        self.running.take_if(|running| Some(running.id()) != current)
    }
}

impl SessionInner {
    pub(crate) fn new(context: Arc<Context>, key: GrantKey) -> Self {
        let margin: TimeDelta = context.refresh_margin;
        let machine = Machine::new(RefreshTiming { margin, jitter: secure_random::next_f64() });
        let state = State { machine, running: None, is_save_retry_running: false };
        Self { context, key, state: Mutex::new(state) }
    }

    /// Runs one transition of the machine under the lock.
    ///
    /// Nothing of the application runs under it: the clock is read before, and events are logged
    /// and values dropped after. A subscriber or a clock may use the session.
    pub(crate) fn transition<T>(&self, act: impl FnOnce(&mut State, &Now) -> T) -> T {
        let now = Now { wall: self.context.clock.now(), monotonic: self.context.clock.monotonic() };
        let (result, outbox) = {
            // A panic under this lock leaves no half-done change.
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let result = act(&mut state, &now);
            (result, state.machine.take_outbox())
        };
        self.log(&outbox);
        result
    }

    /// Reads the state under the lock, without the clock.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The held grant, whatever its state.
    pub(crate) fn grant(&self) -> Option<Grant> {
        self.read(|state| state.machine.grant().cloned())
    }

    fn log(&self, outbox: &Outbox) {
        let key = &self.key;
        for note in &outbox.notes {
            match note {
                Note::TokenRejected(generation) => tracing::debug!(%key, %generation, "the gateway rejected the token"),
                Note::TokenRejectedAfterRefresh(generation) => {
                    tracing::warn!(%key, %generation, "the gateway rejected the token right after a refresh");
                }
                Note::Refreshing(generation) => tracing::debug!(%key, %generation, "refreshing"),
                Note::Refreshed(generation, expires_at) => tracing::info!(%key, %generation, %expires_at, "refreshed"),
                Note::EarlyRefreshFailed(error) => {
                    tracing::warn!(%key, %error, "an early refresh failed; the token is still valid");
                }
                Note::SaveFailed(generation, error) => tracing::error!(
                    %key, %error, %generation,
                    "the new tokens could not be saved; they are in memory only, and saving is retried"
                ),
                Note::SavedAfterRetry(generation) => tracing::info!(%key, %generation, "saved the tokens after a retry"),
                Note::NewerInStore(generation) => {
                    tracing::warn!(%key, %generation, "the store has a newer grant than the unsaved one, which is discarded");
                }
                Note::OlderInStore(generation) => {
                    tracing::warn!(%key, %generation, "the store has an older grant than the current one, which is saved again");
                }
                Note::SignedOutElsewhere => tracing::info!(%key, "the store has no grant any more"),
                Note::SupersededTokens(generation) => {
                    tracing::info!(%key, %generation, "new tokens of a grant that was replaced are discarded");
                }
                Note::ConsentNeeded(error) => tracing::warn!(%key, %error, "the refresh token was rejected"),
                Note::OtherThanRejected => tracing::info!(%key, "the store has another grant than the rejected one"),
                Note::RejectionNotSaved(error) => {
                    tracing::warn!(%key, %error, "the rejection of the grant could not be saved");
                }
                Note::RestoredAfterSignOut(generation) => {
                    tracing::warn!(%key, %generation, "the store has a grant again that was signed out, which is deleted");
                }
            }
        }
    }
}
