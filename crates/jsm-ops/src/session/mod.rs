//! Sessions: access tokens of one grant, refreshed when needed.

pub(crate) mod access_token;
pub(crate) mod persist;
mod refresh;
pub(crate) mod single_flight;
mod sites;
pub(crate) mod state;

use std::{fmt, sync::Arc};

use chrono::TimeDelta;

use crate::{
    error::{Error, ErrorKind},
    grant::{Grant, generation::Generation, key::GrantKey},
    session::{
        access_token::AccessToken,
        single_flight::join_or_start,
        state::{Freshness, SessionInner},
    },
    site::Site,
    token_endpoint::attempts::Attempts,
};

/// How long a token that was rejected right after a refresh causes no further refresh.
const REJECTED_COOLDOWN: TimeDelta = TimeDelta::seconds(60);

/// How often a caller joins a refresh that left no token for it.
const MAX_JOINS: usize = 3;

/// Attempts to read the list of sites.
const MAX_SITES_ATTEMPTS: u32 = 3;

/// A signed-in user of an app. Clones are the same session.
///
/// It returns access tokens and refreshes them. One refresh runs at a time: for all tasks of this
/// process, and through the lock of the store for all processes.
/// [`OAuth::session`](crate::OAuth::session) returns it.
#[derive(Clone)]
pub struct Session {
    pub(crate) inner: Arc<SessionInner>,
}

impl Session {
    /// The key of the grant.
    pub fn key(&self) -> &GrantKey {
        &self.inner.key
    }

    /// Returns a valid access token, after a refresh if needed.
    ///
    /// The future may be dropped at any time. A refresh that it started completes.
    ///
    /// # Errors
    /// Consent is needed, the service or the store is unavailable while the token is expired, or
    /// the app is misconfigured.
    pub async fn access_token(&self) -> Result<AccessToken, Error> {
        for _ in 0..MAX_JOINS {
            match self.inner.current() {
                (Freshness::Fresh, Some(grant)) => return Ok(AccessToken { grant }),
                (Freshness::ExpiresSoon, Some(grant)) => {
                    // One caller waits for an early refresh, so that a program does not end in the
                    // middle of it. The others use the token that is still valid.
                    if self.inner.state().running_refresh.is_some() {
                        return Ok(AccessToken { grant });
                    }
                    if let Err(error) = join_or_start(&self.inner).await {
                        tracing::warn!(key = %self.inner.key, %error, "an early refresh failed; the token is still valid");
                    }
                    let grant = self.inner.valid_grant().unwrap_or(grant);
                    return Ok(AccessToken { grant });
                }
                (Freshness::Expired, _) | (_, None) => {
                    match join_or_start(&self.inner).await {
                        Ok(()) => {}
                        // The runtime of the refresh was shut down; the runtime of this caller was
                        // not.
                        Err(error) if matches!(error.kind(), ErrorKind::Interrupted) => continue,
                        Err(error) => return Err(error),
                    }
                    if let Some(grant) = self.inner.valid_grant() {
                        return Ok(AccessToken { grant });
                    }
                }
            }
        }
        Err(ErrorKind::Interrupted.into())
    }

    /// Reports that the gateway rejected the token of this generation, and not for a missing scope.
    ///
    /// The next [`Session::access_token`] returns a token of another generation. Reports about
    /// other generations than the current one have no effect.
    pub fn invalidate(&self, generation: Generation) {
        self.reject(generation);
    }

    /// Like [`Session::invalidate`]. Returns whether another token may be available now.
    pub(crate) fn reject(&self, generation: Generation) -> bool {
        let now = self.inner.now();
        let mut state = self.inner.state();
        if state.current.as_ref().map(Grant::generation) != Some(generation) {
            return true;
        }
        if state.rejected_after_refresh.is_some_and(|(rejected, until)| rejected == generation && now < until) {
            return false;
        }
        tracing::debug!(key = %self.inner.key, %generation, "the gateway rejected the token");
        state.invalidated = Some(generation);
        true
    }

    /// Reports that the gateway rejected a token that a refresh had just returned. The cause is
    /// something else then, so for a while this token causes no further refresh.
    pub(crate) fn mark_rejected_after_refresh(&self, generation: Generation) {
        let until = self.inner.now().checked_add_signed(REJECTED_COOLDOWN);
        tracing::warn!(key = %self.inner.key, %generation, "the gateway rejected the token right after a refresh");
        self.inner.state().rejected_after_refresh = until.map(|until| (generation, until));
    }

    /// Returns the current grant, or the stored one if the session was not used yet. It has the
    /// times, the scopes, and whether the service rejected it.
    ///
    /// # Errors
    /// The store fails.
    pub async fn grant(&self) -> Result<Option<Grant>, Error> {
        if let Some(grant) = self.inner.state().current.clone() {
            return Ok(Some(grant));
        }
        Ok(self.inner.context.store.load(&self.inner.key).await?)
    }

    /// Returns why the current tokens are not in the store, if they are not.
    ///
    /// They are in use and in memory only, and saving is retried. An operator should repair the
    /// store before the process ends.
    pub fn save_error(&self) -> Option<Error> {
        self.inner.state().unsaved.as_ref().map(|unsaved| unsaved.error.clone())
    }

    /// Lists the sites that the grant reaches. A rejected token is refreshed once.
    ///
    /// # Errors
    /// [`Session::access_token`] fails, or the response is not a list of sites.
    pub async fn sites(&self) -> Result<Vec<Site>, Error> {
        let context = &self.inner.context;
        let mut attempts = Attempts::new(&*context.clock, MAX_SITES_ATTEMPTS);
        let mut was_rejected = false;
        loop {
            let token = self.access_token().await?;
            match sites::list(context, &token).await {
                Err(error) if error.is_token_rejected() && !was_rejected => {
                    was_rejected = true;
                    self.invalidate(token.generation());
                }
                Err(error) => attempts.after(error).await?,
                Ok(sites) => return Ok(sites),
            }
        }
    }

    /// Waits for a running refresh and saves unsaved tokens. Call it before the program ends.
    ///
    /// # Errors
    /// The current tokens cannot be saved.
    pub async fn flush(&self) -> Result<(), Error> {
        single_flight::wait_for_running(&self.inner).await;
        if self.save_error().is_some() {
            let _ = join_or_start(&self.inner).await;
        }
        self.save_error().map_or(Ok(()), Err)
    }

    /// Deletes the grant, here and in the store.
    ///
    /// Atlassian still lists the app among the user's connected apps, where they can withdraw
    /// consent.
    ///
    /// # Errors
    /// The store fails.
    pub async fn sign_out(&self) -> Result<(), Error> {
        let _lock = self.inner.context.store.lock(&self.inner.key).await?;
        self.inner.context.store.delete(&self.inner.key).await?;
        self.inner.replace(None, None);
        Ok(())
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.inner.state();
        f.debug_struct("Session")
            .field("key", &self.inner.key)
            .field("grant", &state.current)
            .field("unsaved", &state.unsaved)
            .finish_non_exhaustive()
    }
}
