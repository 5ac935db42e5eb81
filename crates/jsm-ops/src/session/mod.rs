//! Sessions: access tokens of one grant, refreshed when needed.

pub(crate) mod access_token;
pub(crate) mod consent;
pub(crate) mod inner;
mod refresh;
mod running;
mod single_flight;
mod sites;
pub(crate) mod state;
mod token;

use std::{fmt, sync::Arc};

use crate::{
    error::{Error, ErrorKind},
    grant::{Grant, generation::Generation, key::GrantKey},
    session::{access_token::AccessToken, inner::SessionInner},
    site::Site,
    token_endpoint::attempts::Attempts,
};

/// Attempts to read the list of sites.
const MAX_SITES_ATTEMPTS: u32 = 3;

/// A signed-in user of an app. Clones are the same session.
///
/// It returns access tokens and refreshes them. One refresh runs at a time: for all tasks of this
/// process, and through the lock of the store for all processes.
/// [`OAuth::session`](crate::OAuth::session) returns it. Its methods need a tokio runtime with
/// timers and I/O (`enable_all`), as its HTTP client does.
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
    /// A token that expires soon is returned at once, while it is refreshed beside the call: one
    /// caller waits for that, for a second at most. If a refresh failed, callers without a valid
    /// token receive its error until the service may be asked again ([`Error::retry_after`]).
    ///
    /// The future may be dropped at any time. A refresh that it started completes.
    ///
    /// # Errors
    /// Consent is needed, the service or the store is unavailable while the token is expired, or
    /// the app is misconfigured. No refresh takes longer than 90 seconds.
    pub async fn access_token(&self) -> Result<AccessToken, Error> {
        Ok(AccessToken { grant: token::valid_grant(&self.inner).await? })
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
        self.inner.transition(|state, now| state.machine.token_rejected(now, generation))
    }

    /// Reports that the gateway rejected a token that a refresh had just returned. The cause is
    /// something else then, so for a while this token causes no further refresh.
    pub(crate) fn mark_rejected_after_refresh(&self, generation: Generation) {
        self.inner.transition(|state, now| state.machine.token_rejected_after_refresh(now, generation));
    }

    /// Returns the current grant, or the stored one if the session was not used yet. It has the
    /// times, the scopes, and whether the service rejected it.
    ///
    /// # Errors
    /// The store fails.
    pub async fn grant(&self) -> Result<Option<Grant>, Error> {
        if let Some(grant) = self.inner.grant() {
            return Ok(Some(grant));
        }
        Ok(refresh::bounded("load", self.inner.context.store.load(&self.inner.key)).await?)
    }

    /// Returns why the current tokens are not in the store, if they are not.
    ///
    /// They are in use and in memory only, and saving is retried. An operator should repair the
    /// store before the process ends.
    pub fn save_error(&self) -> Option<Error> {
        self.inner.read(|state| state.machine.save_error().cloned())
    }

    /// Sends a rejected refresh token again, without waiting for its next turn
    /// ([`ConsentReason::Rejected`](crate::ConsentReason::Rejected)).
    ///
    /// This is for operators, after an incident at the authorization server. A valid grant is left
    /// alone.
    ///
    /// # Errors
    /// The service rejects the token again, or [`Session::access_token`] fails.
    pub async fn retry_rejected(&self) -> Result<(), Error> {
        single_flight::retry_rejected(&self.inner).await
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

    /// Waits for a running refresh and saves unsaved tokens. Call it before the program ends. It
    /// takes 92 seconds at most.
    ///
    /// # Errors
    /// The current tokens cannot be saved.
    pub async fn flush(&self) -> Result<(), Error> {
        let saved = single_flight::save(&self.inner).await;
        if self.inner.read(|state| state.machine.is_unsaved()) {
            return Err(self.save_error().or(saved.err()).unwrap_or_else(|| ErrorKind::Interrupted.into()));
        }
        Ok(())
    }

    /// Deletes the grant, in the store and here.
    ///
    /// When it returns, this process uses the grant no more. Another process that has read the
    /// grant uses its access token until it expires, for up to an hour. Atlassian still lists the
    /// app among the user's connected apps, where they can withdraw consent.
    ///
    /// # Errors
    /// The store fails. Then the user is still signed in.
    pub async fn sign_out(&self) -> Result<(), Error> {
        consent::sign_out(&self.inner).await
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Formatting runs code of the application, so it works on copies.
        f.debug_struct("Session")
            .field("key", &self.inner.key)
            .field("grant", &self.inner.grant())
            .field("save_error", &self.save_error())
            .finish_non_exhaustive()
    }
}
