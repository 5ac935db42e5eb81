//! The state of a session, and whether its grant needs a refresh.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use crate::{
    error::Error,
    grant::{Grant, generation::Generation, key::GrantKey},
    oauth::context::Context,
    secure_random,
};

/// An access token is treated as expired this long before its expiry, so that it does not expire on
/// its way.
const EXPIRY_SKEW: TimeDelta = TimeDelta::seconds(10);

/// What all clones of a session share.
pub(crate) struct SessionInner {
    pub(crate) context: Arc<Context>,
    pub(crate) key: GrantKey,
    state: Mutex<SessionState>,
    /// How much earlier than others this session refreshes, from 0 to 1. It spreads the processes.
    jitter: f64,
}

#[derive(Default)]
pub(crate) struct SessionState {
    pub(crate) current: Option<Grant>,
    /// The generation whose access token the gateway rejected.
    pub(crate) invalidated: Option<Generation>,
    /// Set while the current grant is not in the store.
    pub(crate) unsaved: Option<Unsaved>,
    /// No early refresh before this time, because the last one failed.
    pub(crate) early_refresh_after: Option<DateTime<Utc>>,
    /// The generation that the gateway rejected right after a refresh, and until when this causes
    /// no further refresh.
    pub(crate) rejected_after_refresh: Option<(Generation, DateTime<Utc>)>,
    pub(crate) running_refresh: Option<RunningRefresh>,
    /// Whether a task retries to save the current grant.
    pub(crate) is_save_retry_running: bool,
}

/// Why the current grant is not in the store, and what it replaces there.
#[derive(Debug, Clone)]
pub(crate) struct Unsaved {
    pub(crate) replaces: Replaces,
    pub(crate) error: Error,
}

/// What a grant replaces in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replaces {
    /// Any grant, because the user consented anew.
    Anything,
    /// The generation whose refresh token it came from.
    Generation(Generation),
}

/// Receives the result of a running refresh.
pub(crate) type RunningRefresh = watch::Receiver<Option<Result<(), Error>>>;

/// Whether a grant needs a refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// The access token is valid.
    Fresh,
    /// The access token is valid and expires soon.
    ExpiresSoon,
    /// The access token must not be used.
    Expired,
}

impl SessionInner {
    pub(crate) fn new(context: Arc<Context>, key: GrantKey) -> Self {
        Self { context, key, state: Mutex::default(), jitter: secure_random::next_f64() }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, SessionState> {
        // A panic under this lock leaves no half-done change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.context.clock.now()
    }

    /// Returns the current grant and its freshness.
    pub(crate) fn current(&self) -> (Freshness, Option<Grant>) {
        let now = self.now();
        let state = self.state();
        let Some(grant) = &state.current else { return (Freshness::Expired, None) };
        (self.freshness(&state, grant, now), Some(grant.clone()))
    }

    pub(crate) fn freshness(&self, state: &SessionState, grant: &Grant, now: DateTime<Utc>) -> Freshness {
        freshness(state, grant, now, self.context.refresh_margin, self.jitter)
    }

    /// Returns the current grant unless the gateway rejected its token. The expiry does not matter:
    /// tokens that a refresh has just returned are used.
    pub(crate) fn valid_grant(&self) -> Option<Grant> {
        let state = self.state();
        state.current.clone().filter(|grant| state.invalidated != Some(grant.generation()))
    }

    pub(crate) fn replace(&self, current: Option<Grant>, unsaved: Option<Unsaved>) {
        let mut state = self.state();
        if state.current.as_ref().map(Grant::generation) != current.as_ref().map(Grant::generation) {
            state.invalidated = None;
            state.early_refresh_after = None;
        }
        state.current = current;
        state.unsaved = unsaved;
    }
}

fn freshness(state: &SessionState, grant: &Grant, now: DateTime<Utc>, margin: TimeDelta, jitter: f64) -> Freshness {
    let lifetime = grant.access_lifetime();
    let expires_at = grant.access_expires_at();
    if state.invalidated == Some(grant.generation()) || now >= before(expires_at, EXPIRY_SKEW.min(lifetime / 10)) {
        return Freshness::Expired;
    }
    // A token that lives for a minute is not refreshed minutes before its expiry.
    let margin = margin.min(lifetime / 4);
    let jitter = TimeDelta::milliseconds((margin.num_milliseconds() as f64 * 0.2 * jitter) as i64);
    let is_early = now >= before(expires_at, margin + jitter);
    let is_cooling_down = state.early_refresh_after.is_some_and(|until| now < until);
    if is_early && !is_cooling_down && grant.is_refreshable() && !grant.is_rejected() {
        Freshness::ExpiresSoon
    } else {
        Freshness::Fresh
    }
}

/// Subtracts from a time. A store may hold any date, so this saturates.
fn before(time: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    time.checked_sub_signed(by).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_a_store_do_not_panic() {
        let dates = [DateTime::<Utc>::MIN_UTC, DateTime::UNIX_EPOCH, DateTime::<Utc>::MAX_UTC];
        for expires in dates {
            for refreshed in dates {
                let json = format!(
                    r#"{{"generation":"1-1","access_token":"a","access_expires_at":"{}","refresh_token":"r",
                        "consented_at":"{}","refreshed_at":"{}"}}"#,
                    expires.to_rfc3339(),
                    refreshed.to_rfc3339(),
                    refreshed.to_rfc3339(),
                );
                let grant = Grant::from_json(&json).expect("a grant");
                let _ = grant.consent_needed_at();
                for now in dates {
                    let _ = freshness(&SessionState::default(), &grant, now, TimeDelta::minutes(5), 0.5);
                }
            }
        }
    }
}
