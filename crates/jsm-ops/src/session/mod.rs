//! One grant in use: whoever needs a token asks here.

pub(crate) mod access_token;
pub(crate) mod persist;
mod refresh;
pub(crate) mod single_flight;
mod sites;
pub(crate) mod state;

use std::{fmt, sync::Arc};

use chrono::TimeDelta;

use crate::{
    error::{Error, Kind},
    grant::{Grant, generation::Generation, key::GrantKey},
    session::{
        access_token::AccessToken,
        single_flight::fly,
        state::{Need, Shared},
    },
    site::Site,
    token_endpoint::attempts::Attempts,
};

/// How long a token that was refused right after a refresh is not refreshed again for being refused.
const DISTRUST: TimeDelta = TimeDelta::seconds(60);

/// How often a caller looks again after somebody else's refresh did not leave a token for it.
const ROUNDS: usize = 3;

/// Attempts to read the list of sites.
const SITES_ATTEMPTS: u32 = 3;

/// A signed-in user of an app. Clones are the same session.
///
/// It hands out access tokens and refreshes them, once at a time, whoever asks: every task of this process, and through the lock
/// of the store every process. [`OAuth::session`](crate::OAuth::session) gives it.
#[derive(Clone)]
pub struct Session {
    pub(crate) shared: Arc<Shared>,
}

impl Session {
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
                    if self.shared.state().flight.is_some() {
                        return Ok(AccessToken { grant });
                    }
                    if let Err(error) = fly(&self.shared).await {
                        tracing::warn!(key = %self.shared.key, %error, "an early refresh failed; the token is still good");
                    }
                    // Whatever came of it: the newest token, or the one that was good before.
                    let grant = self.shared.usable().unwrap_or(grant);
                    return Ok(AccessToken { grant });
                }
                (Need::Now, _) | (_, None) => {
                    match fly(&self.shared).await {
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
        Ok(self.shared.context.store.load(&self.shared.key).await?)
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
        let context = &self.shared.context;
        let mut attempts = Attempts::new(&*context.clock, SITES_ATTEMPTS);
        let mut was_refused = false;
        loop {
            let token = self.access_token().await?;
            match sites::list(context, &token).await {
                Err(error) if error.is_token_refused() && !was_refused => {
                    was_refused = true;
                    self.invalidate(token.generation());
                }
                Err(error) => attempts.after(error).await?,
                Ok(sites) => return Ok(sites),
            }
        }
    }

    /// Waits for a refresh that is on its way, and saves what is not saved. For the end of a program.
    ///
    /// # Errors
    /// The store's, if the current pair cannot be saved.
    pub async fn settle(&self) -> Result<(), Error> {
        single_flight::wait(&self.shared).await;
        if self.unsaved().is_some() {
            let _ = fly(&self.shared).await;
        }
        self.unsaved().map_or(Ok(()), Err)
    }

    /// Forgets the grant, here and in the store. Atlassian still lists the consent among the person's connected apps, where
    /// they can withdraw it.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn sign_out(&self) -> Result<(), Error> {
        let _lock = self.shared.context.store.lock(&self.shared.key).await?;
        self.shared.context.store.delete(&self.shared.key).await?;
        self.shared.put(None, None);
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
