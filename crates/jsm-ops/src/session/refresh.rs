//! One refresh, from the lock to the store.

use std::time::Duration;

use chrono::TimeDelta;

use crate::{
    error::{ConsentReason, Error, Kind},
    grant::{Grant, record::Refusal},
    session::{
        persist::{note_setback, save, save_unsaved},
        state::{Need, Replaces, Shared},
    },
    store::{StoreLock, error::StoreError},
    token_endpoint::attempts::Attempts,
};

/// Requests for a token that is needed now.
const ATTEMPTS: u32 = 3;

/// No early refresh for so long after one that failed.
const HOLD_OFF: TimeDelta = TimeDelta::seconds(60);

/// How long an early refresh waits for the lock.
const PATIENCE: Duration = Duration::from_secs(2);

/// Brings the session a token that is good, from the store or else from the service.
///
/// Nobody calls it twice at once for one session. The steps and their order are what keeps a grant alive:
///
/// 1. Look into the store. Another process may have refreshed; then there is nothing to do.
/// 2. Take the store's lock, and look again: whoever had it may have refreshed.
/// 3. Ask the service, again with the same token if the answer got lost.
/// 4. Save the pair over the one that it came from, and only then let it be used.
///
/// A crash before 3 changes nothing. One between 3 and 4 leaves the old token in the store, which the service takes for ten
/// minutes more, for just this.
pub(crate) async fn run(shared: &Shared) -> Result<(), Error> {
    let outcome = bring(shared).await;
    if let Err(error) = &outcome {
        let wait = error.retry_after().and_then(|wait| TimeDelta::from_std(wait).ok()).unwrap_or(HOLD_OFF);
        let until = shared.now().checked_add_signed(wait);
        shared.state().hold_off = until;
    }
    outcome
}

async fn bring(shared: &Shared) -> Result<(), Error> {
    match prepare(shared).await {
        Ok(Prepared::Settled) => Ok(()),
        Ok(Prepared::Due { grant, lock }) => {
            let outcome = refresh(shared, &grant).await;
            drop(lock);
            outcome
        }
        Err(error) => match only_in_memory(shared).filter(|_| error.is_store() && !error.is_transient()) {
            // The store is of no use, and its token is none to anybody any more: nothing can be made worse.
            Some(grant) => refresh(shared, &grant).await,
            None => Err(error),
        },
    }
}

enum Prepared {
    /// There is a token that is good.
    Settled,
    /// This grant has to be refreshed, under this lock.
    Due { grant: Grant, lock: StoreLock },
}

async fn prepare(shared: &Shared) -> Result<Prepared, Error> {
    let store = &shared.context.store;
    let stored = store.load(&shared.key).await?;
    note_setback(shared, stored.as_ref());
    let has_unsaved = shared.state().unsaved.is_some();
    if !has_unsaved && adopt(shared, stored)?.is_none() {
        return Ok(Prepared::Settled);
    }
    let lock = lock(shared).await?;
    let stored = store.load(&shared.key).await?;
    note_setback(shared, stored.as_ref());
    let stored = save_unsaved(shared, stored).await;
    Ok(adopt(shared, stored)?.map_or(Prepared::Settled, |grant| Prepared::Due { grant, lock }))
}

/// The current pair if it is in no store and its token is over.
fn only_in_memory(shared: &Shared) -> Option<Grant> {
    let (state, now) = (shared.state(), shared.now());
    state.unsaved.as_ref()?;
    let grant = state.current.as_ref()?;
    (shared.need(&state, grant, now) == Need::Now && !grant.is_refused()).then(|| grant.clone())
}

/// Takes the store's lock: at leisure if there is no good token, and otherwise not for long. A process that hangs with the lock
/// must not keep others from a token that they have.
async fn lock(shared: &Shared) -> Result<StoreLock, StoreError> {
    let has_good_token = {
        let state = shared.state();
        let now = shared.now();
        state.current.as_ref().is_some_and(|grant| shared.need(&state, grant, now) != Need::Now)
    };
    let lock = shared.context.store.lock(&shared.key);
    if !has_good_token {
        return lock.await;
    }
    // By the time of the machine: it is another process that is waited for.
    match tokio::time::timeout(PATIENCE, lock).await {
        Ok(lock) => lock,
        Err(_) => Err(StoreError::busy(shared.key.to_string())),
    }
}

/// Makes what the store has the current grant, and gives it if a refresh is due.
///
/// # Errors
/// That there is no token, and none to be had by a refresh.
fn adopt(shared: &Shared, stored: Option<Grant>) -> Result<Option<Grant>, Error> {
    let consent = |reason| Err(Kind::Consent(reason).into());
    let unsaved = shared.state().unsaved.clone();
    let Some(grant) = stored else {
        shared.put(None, None);
        return consent(ConsentReason::NoGrant);
    };
    shared.put(Some(grant.clone()), unsaved);
    let need = shared.need(&shared.state(), &grant, shared.now());
    match (need, grant.refusal()) {
        (Need::Nothing, _) => Ok(None),
        (_, Some(Refusal { code, description, .. })) => {
            consent(ConsentReason::Refused { code: code.clone(), description: description.clone() })
        }
        _ if !grant.is_refreshable() => consent(ConsentReason::NoRefreshToken),
        _ => Ok(Some(grant)),
    }
}

async fn refresh(shared: &Shared, grant: &Grant) -> Result<(), Error> {
    let Some(token) = grant.refresh_token() else { return Err(Kind::Consent(ConsentReason::NoRefreshToken).into()) };
    let need = shared.need(&shared.state(), grant, shared.now());
    // While the token is good there is time: the next early refresh is another attempt.
    let attempts = if need == Need::Now { ATTEMPTS } else { 1 };
    tracing::debug!(key = %shared.key, generation = %grant.generation(), "refreshing");
    let mut attempts = Attempts::new(&*shared.context.clock, attempts);
    let answer = loop {
        let asked_at = shared.now();
        match shared.context.token_endpoint.refresh(token, asked_at).await {
            Ok(tokens) => break Ok(grant.refreshed(tokens, asked_at)),
            Err(error) => {
                if let Err(error) = attempts.after(error).await {
                    break Err(error);
                }
            }
        }
    };
    match answer {
        Ok(next) => {
            tracing::info!(key = %shared.key, generation = %next.generation(), expires_at = %next.access_expires_at(), "refreshed");
            // A pair that is not in the store yet comes from one that is.
            let replaces = match shared.state().unsaved.as_ref() {
                Some(unsaved) => unsaved.replaces,
                None => Replaces::Generation(grant.generation()),
            };
            save(shared, next, replaces).await
        }
        Err(error) => match error.consent_reason() {
            Some(ConsentReason::Refused { code, description }) => {
                let refusal = Refusal { code: code.clone(), description: description.clone(), at: shared.now() };
                refused(shared, grant, refusal, &error).await
            }
            _ => Err(error),
        },
    }
}

/// The service does not take the token any more. Only if the store still has the same one is there nothing left to do but ask
/// for consent; the store then remembers it, so that no other process asks in vain.
async fn refused(shared: &Shared, grant: &Grant, refusal: Refusal, error: &Error) -> Result<(), Error> {
    let store = &shared.context.store;
    let stored = store.load(&shared.key).await?;
    let there = stored.as_ref().map(Grant::generation);
    let has_unsaved = shared.state().unsaved.is_some();
    if there != Some(grant.generation()) && !has_unsaved {
        tracing::info!(key = %shared.key, "the store has another grant than the one that was refused");
        return match adopt(shared, stored)? {
            None => Ok(()),
            // It needs a refresh itself, which is the next flight's.
            Some(_) => Err(Kind::Interrupted.into()),
        };
    }
    tracing::warn!(key = %shared.key, %error, "consent is needed again");
    let dead = grant.refused(refusal);
    if let Err(error) = store.save(&shared.key, &dead, there).await {
        tracing::warn!(key = %shared.key, %error, "the store could not be told that the grant is over");
    }
    shared.put(Some(dead), None);
    Err(error.clone())
}
