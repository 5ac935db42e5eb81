//! What is known about a grant in use, and what it needs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use crate::{
    error::Error,
    grant::{Grant, generation::Generation, key::GrantKey},
    oauth::context::Context,
    secure_random,
};

/// A token is over this long before its time, so that it does not end on its way.
const SKEW: TimeDelta = TimeDelta::seconds(10);

/// What all clones of a session share.
pub(crate) struct Shared {
    pub(crate) context: Arc<Context>,
    pub(crate) key: GrantKey,
    state: Mutex<State>,
    /// How much earlier than others this session refreshes, from 0 to 1, so that processes do not all come at once.
    jitter: f64,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) current: Option<Grant>,
    /// The pair that the gateway refused.
    pub(crate) invalid: Option<Generation>,
    /// The current pair is not in the store yet.
    pub(crate) unsaved: Option<Unsaved>,
    /// No early refresh before then: the last one failed.
    pub(crate) hold_off: Option<DateTime<Utc>>,
    /// The pair that was refused right after a refresh, and for how long that leads to no other one.
    pub(crate) distrusted: Option<(Generation, DateTime<Utc>)>,
    pub(crate) flight: Option<Flight>,
    /// Whether a task goes on trying to save the current pair.
    pub(crate) is_saving: bool,
}

/// Why and over what the current pair still has to be saved.
#[derive(Debug, Clone)]
pub(crate) struct Unsaved {
    pub(crate) replaces: Replaces,
    pub(crate) error: Error,
}

/// What a pair takes the place of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replaces {
    /// Whatever is there: a person consented anew.
    Anything,
    /// The pair from whose refresh token it came.
    Generation(Generation),
}

/// A refresh that is on its way, and will have had this outcome.
pub(crate) type Flight = watch::Receiver<Option<Result<(), Error>>>;

/// What a grant has to have done at a given time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    Nothing,
    /// A refresh, while the token is still good.
    Soon,
    /// A refresh, before anything else.
    Now,
}

impl Shared {
    pub(crate) fn new(context: Arc<Context>, key: GrantKey) -> Self {
        Self { context, key, state: Mutex::default(), jitter: secure_random::part() }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.context.clock.now()
    }

    /// The current pair, and what it needs.
    pub(crate) fn look(&self) -> (Need, Option<Grant>) {
        let now = self.now();
        let state = self.state();
        let Some(grant) = &state.current else { return (Need::Now, None) };
        (self.need(&state, grant, now), Some(grant.clone()))
    }

    pub(crate) fn need(&self, state: &State, grant: &Grant, now: DateTime<Utc>) -> Need {
        need(state, grant, now, self.context.margin, self.jitter)
    }

    /// The current pair, unless the gateway refused it. A token that a refresh has just brought is used whatever its time is.
    pub(crate) fn usable(&self) -> Option<Grant> {
        let state = self.state();
        state.current.clone().filter(|grant| state.invalid != Some(grant.generation()))
    }

    pub(crate) fn put(&self, current: Option<Grant>, unsaved: Option<Unsaved>) {
        let mut state = self.state();
        if state.current.as_ref().map(Grant::generation) != current.as_ref().map(Grant::generation) {
            state.invalid = None;
            state.hold_off = None;
        }
        state.current = current;
        state.unsaved = unsaved;
    }
}

fn need(state: &State, grant: &Grant, now: DateTime<Utc>, margin: TimeDelta, jitter: f64) -> Need {
    let lifetime = grant.lifetime();
    if state.invalid == Some(grant.generation()) || now >= before(grant.access_expires_at(), SKEW.min(lifetime / 10)) {
        return Need::Now;
    }
    // A token that lives for a minute is not refreshed minutes before its end.
    let margin = margin.min(lifetime / 4);
    let jitter = TimeDelta::milliseconds((margin.num_milliseconds() as f64 * 0.2 * jitter) as i64);
    let is_early = now >= before(grant.access_expires_at(), margin + jitter);
    let is_held_off = state.hold_off.is_some_and(|until| now < until);
    if is_early && !is_held_off && grant.is_refreshable() && !grant.is_refused() { Need::Soon } else { Need::Nothing }
}

/// A time so long before another. Stores may hold any date; the first of all has nothing before it.
fn before(time: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    time.checked_sub_signed(by).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_date_in_a_store_is_too_odd() {
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
                    let _ = need(&State::default(), &grant, now, TimeDelta::minutes(5), 0.5);
                }
            }
        }
    }
}
