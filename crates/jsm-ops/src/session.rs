//! One grant in use: whoever needs a token asks here.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use jsm_ops_core::Scopes;
use tokio::sync::watch;

use crate::{
    Error, Generation, Grant, GrantKey, SecretString, error::Kind, oauth::Inner, random, refresh, sites, sites::Site,
};

/// A token is over this long before its time, so that it does not end on its way.
const SKEW: TimeDelta = TimeDelta::seconds(10);

/// How long a token that was refused right after a refresh is not refreshed again for being refused.
const DISTRUST: TimeDelta = TimeDelta::seconds(60);

/// How often a caller looks again after somebody else's refresh did not leave a token for it.
const ROUNDS: usize = 3;

/// A signed-in user of an app. Clones are the same session.
///
/// It hands out access tokens and refreshes them, once at a time, whoever asks: every task of this process, and through the lock
/// of the store every process. [`OAuth::session`](crate::OAuth::session) gives it.
#[derive(Clone)]
pub struct Session {
    pub(crate) shared: Arc<Shared>,
}

/// An access token to be used now. It says of which pair it is, so that [`Session::invalidate`] concerns no other.
#[derive(Debug, Clone)]
pub struct AccessToken {
    grant: Grant,
}

impl AccessToken {
    /// The token, for an `Authorization: Bearer` header to the gateway and nowhere else.
    pub fn secret(&self) -> &SecretString {
        self.grant.access_token()
    }

    /// Which pair it is of.
    pub fn generation(&self) -> Generation {
        self.grant.generation()
    }

    /// The scopes that it has, where the service told.
    pub fn scopes(&self) -> Option<&Scopes> {
        self.grant.scopes()
    }
}

/// What all clones of a session share.
pub(crate) struct Shared {
    pub(crate) oauth: Arc<Inner>,
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
    distrusted: Option<(Generation, DateTime<Utc>)>,
    flight: Option<Flight>,
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

type Outcome = Result<(), Error>;
type Flight = watch::Receiver<Option<Outcome>>;

/// What a grant has to have done at a given time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    Nothing,
    /// A refresh, while the token is still good.
    Soon,
    /// A refresh, before anything else.
    Now,
}

impl Session {
    pub(crate) fn new(oauth: Arc<Inner>, key: GrantKey) -> Self {
        let (state, jitter) = (Mutex::default(), random::part());
        Self { shared: Arc::new(Shared { oauth, key, state, jitter }) }
    }

    /// The key of the grant.
    pub fn key(&self) -> &GrantKey {
        &self.shared.key
    }

    /// A token that is good now, refreshed if need be.
    ///
    /// The future may be dropped at any time; a refresh that it began goes on.
    ///
    /// # Errors
    /// That consent is needed, that the service or the store cannot be reached while the token is over, or that the app is
    /// configured wrongly.
    pub async fn access_token(&self) -> Result<AccessToken, Error> {
        for _ in 0..ROUNDS {
            let (need, grant) = self.shared.look();
            match (need, grant) {
                (Need::Nothing, Some(grant)) => return Ok(AccessToken { grant }),
                (Need::Soon, Some(grant)) => {
                    // One caller waits for an early refresh, so that a program does not end in the middle of it. The others have a
                    // token that is good.
                    if self.shared.is_flying() {
                        return Ok(AccessToken { grant });
                    }
                    if let Err(error) = self.shared.fly().await {
                        tracing::warn!(key = %self.shared.key, %error, "an early refresh failed; the token is still good");
                    }
                    // Whatever came of it: the newest token, or the one that was good before.
                    let grant = self.shared.usable().unwrap_or(grant);
                    return Ok(AccessToken { grant });
                }
                (Need::Now, _) | (_, None) => {
                    match self.shared.fly().await {
                        Ok(()) => {}
                        // The runtime that carried the refresh ended; this one has not.
                        Err(error) if matches!(error.kind(), Kind::Interrupted) => continue,
                        Err(error) => return Err(error),
                    }
                    if let Some(grant) = self.shared.usable() {
                        return Ok(AccessToken { grant });
                    }
                }
            }
        }
        Err(Kind::Interrupted.into())
    }

    /// Says that the gateway refused the token of this pair, and not for want of a scope. The next [`Session::access_token`]
    /// gives one of another pair. About any other pair than the current one it says nothing.
    pub fn invalidate(&self, generation: Generation) {
        self.reject(generation);
    }

    /// Like [`Session::invalidate`], and tells whether there may be another token now.
    pub(crate) fn reject(&self, generation: Generation) -> bool {
        let now = self.shared.now();
        let mut state = self.shared.state();
        if state.current.as_ref().map(Grant::generation) != Some(generation) {
            return true;
        }
        if state.distrusted.is_some_and(|(distrusted, until)| distrusted == generation && now < until) {
            return false;
        }
        tracing::debug!(key = %self.shared.key, %generation, "the gateway refused the token");
        state.invalid = Some(generation);
        true
    }

    /// Says that the gateway refused a token that had just been refreshed for its sake. Something else is wrong then, and for a
    /// while no refusal of that token leads to another refresh.
    pub(crate) fn distrust(&self, generation: Generation) {
        let until = self.shared.now().checked_add_signed(DISTRUST);
        tracing::warn!(key = %self.shared.key, %generation, "the gateway refused the token right after a refresh");
        self.shared.state().distrusted = until.map(|until| (generation, until));
    }

    /// The grant as it is known here, or else as it is in the store: its times, its scopes, whether it was refused.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn grant(&self) -> Result<Option<Grant>, Error> {
        if let Some(grant) = self.shared.state().current.clone() {
            return Ok(Some(grant));
        }
        Ok(self.shared.oauth.store.load(&self.shared.key).await?)
    }

    /// Why the current pair is not in the store, where it is not. It is in memory and in use, saving is tried again and again, and
    /// an operator should mend the store before the process ends.
    pub fn unsaved(&self) -> Option<Error> {
        self.shared.state().unsaved.as_ref().map(|unsaved| unsaved.error.clone())
    }

    /// The sites that the grant reaches.
    ///
    /// # Errors
    /// Those of [`Session::access_token`], and an answer that is no list of sites.
    pub async fn sites(&self) -> Result<Vec<Site>, Error> {
        sites::list(self).await
    }

    /// Waits for a refresh that is on its way, and saves what is not saved. For the end of a program.
    ///
    /// # Errors
    /// The store's, if the current pair cannot be saved.
    pub async fn settle(&self) -> Result<(), Error> {
        let flight = self.shared.state().flight.clone();
        if let Some(flight) = flight {
            // Its failure is its callers' to hear of.
            let _ = landing(flight).await;
        }
        if self.unsaved().is_some() {
            let _ = self.shared.fly().await;
        }
        self.unsaved().map_or(Ok(()), Err)
    }

    /// Forgets the grant, here and in the store. Atlassian still lists the consent among the person's connected apps, where
    /// they can withdraw it.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn sign_out(&self) -> Result<(), Error> {
        let _lock = self.shared.oauth.store.lock(&self.shared.key).await?;
        self.shared.oauth.store.delete(&self.shared.key).await?;
        self.shared.put(None, None);
        self.shared.oauth.let_go(&self.shared.key);
        Ok(())
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.shared.state();
        f.debug_struct("Session")
            .field("key", &self.shared.key)
            .field("grant", &state.current)
            .field("unsaved", &state.unsaved)
            .finish_non_exhaustive()
    }
}

impl Shared {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.oauth.clock.now()
    }

    /// The current pair, and what it needs.
    fn look(&self) -> (Need, Option<Grant>) {
        let now = self.now();
        let state = self.state();
        let Some(grant) = &state.current else { return (Need::Now, None) };
        (self.need(&state, grant, now), Some(grant.clone()))
    }

    pub(crate) fn need(&self, state: &State, grant: &Grant, now: DateTime<Utc>) -> Need {
        let lifetime = grant.lifetime();
        if state.invalid == Some(grant.generation()) || now >= grant.access_expires_at() - SKEW.min(lifetime / 10) {
            return Need::Now;
        }
        // A token that lives for a minute is not refreshed minutes before its end.
        let margin = self.oauth.margin.min(lifetime / 4);
        let jitter = TimeDelta::milliseconds((margin.num_milliseconds() as f64 * 0.2 * self.jitter) as i64);
        let is_early = now >= grant.access_expires_at() - margin - jitter;
        let is_held_off = state.hold_off.is_some_and(|until| now < until);
        if is_early && !is_held_off && grant.is_refreshable() && !grant.is_refused() { Need::Soon } else { Need::Nothing }
    }

    /// The current pair, unless the gateway refused it. A token that a refresh has just brought is used whatever its time is.
    fn usable(&self) -> Option<Grant> {
        let state = self.state();
        state.current.clone().filter(|grant| state.invalid != Some(grant.generation()))
    }

    fn is_flying(&self) -> bool {
        self.state().flight.is_some()
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

    /// Joins the refresh that is on its way, or begins one. It runs in a task of its own: a token that the service rotates is
    /// saved even if everybody who waited for it is gone.
    pub(crate) async fn fly(self: &Arc<Self>) -> Outcome {
        let flight = {
            let mut state = self.state();
            match &state.flight {
                Some(flight) => flight.clone(),
                None => {
                    let (arrived, flight) = watch::channel(None);
                    state.flight = Some(flight.clone());
                    let landing = Landing { shared: Arc::clone(self) };
                    tokio::spawn(async move {
                        let outcome = refresh::run(&landing.shared).await;
                        // The next flight may begin before those who wait for this one hear of it.
                        drop(landing);
                        arrived.send_replace(Some(outcome));
                    });
                    flight
                }
            }
        };
        landing(flight).await
    }
}

async fn landing(mut flight: Flight) -> Outcome {
    match flight.wait_for(Option::is_some).await {
        Ok(outcome) => outcome.clone().unwrap_or(Ok(())),
        // The task ended without an outcome: its runtime was shut down.
        Err(_) => Err(Kind::Interrupted.into()),
    }
}

/// Makes way for the next flight, however this one ends.
struct Landing {
    shared: Arc<Shared>,
}

impl Drop for Landing {
    fn drop(&mut self) {
        self.shared.state().flight = None;
    }
}
