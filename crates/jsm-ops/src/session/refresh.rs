//! One refresh, from the lock to the store.

use std::time::Duration;

use chrono::TimeDelta;

use crate::{
    error::{Error, ErrorKind, consent_reason::ConsentReason},
    grant::{Grant, record::Rejection},
    session::{
        persist::{detect_rollback, persist, retry_save},
        state::{Freshness, Replaces, SessionInner},
    },
    store::{StoreLock, error::StoreError},
    token_endpoint::attempts::Attempts,
};

/// Attempts of a refresh whose access token is expired.
const MAX_ATTEMPTS: u32 = 3;

/// The delay between early refreshes after a failed one.
const REFRESH_COOLDOWN: TimeDelta = TimeDelta::seconds(60);

/// How long an early refresh waits for the lock of the store.
const EARLY_LOCK_TIMEOUT: Duration = Duration::from_secs(2);

/// Makes a valid grant current, from the store or from the service.
///
/// The caller runs one at a time per session. The order of the steps keeps the grant valid:
///
/// 1. Load the grant from the store. Another process may have refreshed it; then this is done.
/// 2. Take the lock of the store and load again: the previous holder may have refreshed it.
/// 3. Send the refresh token. If the response is lost, retry with the same token.
/// 4. Save the new grant over the old one, then use it.
///
/// A crash before step 3 changes nothing. After a crash between 3 and 4 the store has the old
/// token, which the service accepts for ten more minutes, for this purpose.
pub(crate) async fn run(inner: &SessionInner) -> Result<(), Error> {
    let result = refresh_if_due(inner).await;
    if let Err(error) = &result {
        let cooldown = error.retry_after().and_then(|wait| TimeDelta::from_std(wait).ok()).unwrap_or(REFRESH_COOLDOWN);
        let until = inner.now().checked_add_signed(cooldown);
        inner.state().early_refresh_after = until;
    }
    result
}

async fn refresh_if_due(inner: &SessionInner) -> Result<(), Error> {
    match lock_and_load(inner).await {
        Ok(Loaded::Fresh) => Ok(()),
        Ok(Loaded::Due { grant, lock }) => {
            let result = refresh(inner, &grant).await;
            drop(lock);
            result
        }
        Err(error) => match only_in_memory(inner).filter(|_| error.is_store_failed() && !error.is_transient()) {
            // The store does not work, and the service soon rejects the token in it. A refresh
            // without the lock makes nothing worse.
            Some(grant) => refresh(inner, &grant).await,
            None => Err(error),
        },
    }
}

enum Loaded {
    /// The current grant is valid.
    Fresh,
    /// This grant needs a refresh, under this lock.
    Due { grant: Grant, lock: StoreLock },
}

async fn lock_and_load(inner: &SessionInner) -> Result<Loaded, Error> {
    let store = &inner.context.store;
    let stored = store.load(&inner.key).await?;
    detect_rollback(inner, stored.as_ref());
    let has_unsaved = inner.state().unsaved.is_some();
    if !has_unsaved && use_stored(inner, stored)?.is_none() {
        return Ok(Loaded::Fresh);
    }
    let lock = lock(inner).await?;
    let stored = store.load(&inner.key).await?;
    detect_rollback(inner, stored.as_ref());
    let stored = retry_save(inner, stored).await;
    Ok(use_stored(inner, stored)?.map_or(Loaded::Fresh, |grant| Loaded::Due { grant, lock }))
}

/// Returns the current grant if it is unsaved and its access token is expired.
fn only_in_memory(inner: &SessionInner) -> Option<Grant> {
    let (state, now) = (inner.state(), inner.now());
    state.unsaved.as_ref()?;
    let grant = state.current.as_ref()?;
    (inner.freshness(&state, grant, now) == Freshness::Expired && !grant.is_rejected()).then(|| grant.clone())
}

/// Takes the lock of the store. An early refresh does not wait long: a process that hangs with the
/// lock must not keep callers from a token that is still valid.
async fn lock(inner: &SessionInner) -> Result<StoreLock, StoreError> {
    let has_valid_token = {
        let state = inner.state();
        let now = inner.now();
        state.current.as_ref().is_some_and(|grant| inner.freshness(&state, grant, now) != Freshness::Expired)
    };
    let lock = inner.context.store.lock(&inner.key);
    if !has_valid_token {
        return lock.await;
    }
    // This uses the machine's time, because it waits for another process.
    match tokio::time::timeout(EARLY_LOCK_TIMEOUT, lock).await {
        Ok(lock) => lock,
        Err(_) => Err(StoreError::busy(inner.key.to_string())),
    }
}

/// Makes the stored grant current. Returns it if it needs a refresh.
///
/// # Errors
/// The store has no grant, or a refresh cannot return a token for it.
fn use_stored(inner: &SessionInner, stored: Option<Grant>) -> Result<Option<Grant>, Error> {
    let consent = |reason| Err(ErrorKind::Consent(reason).into());
    let unsaved = inner.state().unsaved.clone();
    let Some(grant) = stored else {
        inner.replace(None, None);
        return consent(ConsentReason::NoGrant);
    };
    inner.replace(Some(grant.clone()), unsaved);
    let freshness = inner.freshness(&inner.state(), &grant, inner.now());
    match (freshness, grant.rejection()) {
        (Freshness::Fresh, _) => Ok(None),
        (_, Some(Rejection { code, description, .. })) => {
            consent(ConsentReason::Rejected { code: code.clone(), description: description.clone() })
        }
        _ if !grant.is_refreshable() => consent(ConsentReason::NoRefreshToken),
        _ => Ok(Some(grant)),
    }
}

async fn refresh(inner: &SessionInner, grant: &Grant) -> Result<(), Error> {
    let Some(token) = grant.refresh_token() else {
        return Err(ErrorKind::Consent(ConsentReason::NoRefreshToken).into());
    };
    let freshness = inner.freshness(&inner.state(), grant, inner.now());
    // While the access token is valid, the next early refresh is another attempt.
    let attempts = if freshness == Freshness::Expired { MAX_ATTEMPTS } else { 1 };
    tracing::debug!(key = %inner.key, generation = %grant.generation(), "refreshing");
    let mut attempts = Attempts::new(&*inner.context.clock, attempts);
    let refreshed = loop {
        let requested_at = inner.now();
        match inner.context.token_endpoint.refresh(token, requested_at).await {
            Ok(tokens) => break Ok(grant.refreshed(tokens, requested_at)),
            Err(error) => {
                if let Err(error) = attempts.after(error).await {
                    break Err(error);
                }
            }
        }
    };
    match refreshed {
        Ok(next) => {
            tracing::info!(key = %inner.key, generation = %next.generation(), expires_at = %next.access_expires_at(), "refreshed");
            // An unsaved grant still replaces the one that is in the store.
            let replaces = match inner.state().unsaved.as_ref() {
                Some(unsaved) => unsaved.replaces,
                None => Replaces::Generation(grant.generation()),
            };
            persist(inner, next, replaces).await
        }
        Err(error) => match error.consent_reason() {
            Some(ConsentReason::Rejected { code, description }) => {
                let rejection = Rejection { code: code.clone(), description: description.clone(), at: inner.now() };
                mark_rejected(inner, grant, rejection, &error).await
            }
            _ => Err(error),
        },
    }
}

/// Handles a refresh token that the service rejected.
///
/// Consent is needed only if the store still has the same grant. The rejection is saved, so that
/// other processes do not ask the service again.
async fn mark_rejected(inner: &SessionInner, grant: &Grant, rejection: Rejection, error: &Error) -> Result<(), Error> {
    let store = &inner.context.store;
    let stored = store.load(&inner.key).await?;
    let stored_generation = stored.as_ref().map(Grant::generation);
    let has_unsaved = inner.state().unsaved.is_some();
    if stored_generation != Some(grant.generation()) && !has_unsaved {
        tracing::info!(key = %inner.key, "the store has another grant than the rejected one");
        return match use_stored(inner, stored)? {
            None => Ok(()),
            // It needs a refresh itself, which is the next one.
            Some(_) => Err(ErrorKind::Interrupted.into()),
        };
    }
    tracing::warn!(key = %inner.key, %error, "consent is needed again");
    let rejected = grant.rejected(rejection);
    if let Err(error) = store.save(&inner.key, &rejected, stored_generation).await {
        tracing::warn!(key = %inner.key, %error, "the rejection of the grant could not be saved");
    }
    inner.replace(Some(rejected), None);
    Err(error.clone())
}
