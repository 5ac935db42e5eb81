//! Saves new grants, and keeps those in memory that the store does not accept.

use crate::{
    error::{Error, ErrorKind, consent_reason::ConsentReason},
    grant::Grant,
    session::state::{Replaces, SessionInner, Unsaved},
    store::error::StoreError,
};

/// Saves a new grant and makes it the current one. It becomes current even if saving fails, because
/// the service soon rejects the stored one.
pub(crate) async fn persist(inner: &SessionInner, next: Grant, replaces: Replaces) -> Result<(), Error> {
    let store = &inner.context.store;
    let expected = match replaces {
        Replaces::Generation(generation) => Ok(Some(generation)),
        Replaces::Anything => store.load(&inner.key).await.map(|stored| stored.map(|grant| grant.generation())),
    };
    let saved = match expected {
        Ok(expected) => store.save(&inner.key, &next, expected).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(()) => {
            inner.replace(Some(next), None);
            Ok(())
        }
        Err(error) if error.is_conflict() => {
            // Another process signed in, signed out or refreshed without the lock. The store
            // counts, because all processes see it.
            tracing::warn!(key = %inner.key, "the grant was replaced during its refresh");
            let stored = match store.load(&inner.key).await {
                Ok(stored) => stored,
                Err(error) => {
                    mark_unsaved(inner, next, replaces, error);
                    return Ok(());
                }
            };
            let is_gone = stored.is_none();
            inner.replace(stored, None);
            if is_gone { Err(ErrorKind::Consent(ConsentReason::NoGrant).into()) } else { Ok(()) }
        }
        Err(error) => {
            mark_unsaved(inner, next, replaces, error);
            Ok(())
        }
    }
}

/// Makes a grant current that the store did not accept, and logs it.
pub(crate) fn mark_unsaved(inner: &SessionInner, next: Grant, replaces: Replaces, error: StoreError) {
    tracing::error!(
        key = %inner.key, %error, generation = %next.generation(),
        "the new tokens could not be saved; they are in memory only, and saving is retried"
    );
    inner.replace(Some(next), Some(Unsaved { replaces, error: error.into() }));
}

/// Retries to save the current grant, if it is unsaved and the store still has the grant that it
/// replaces. Returns the grant to use.
pub(crate) async fn retry_save(inner: &SessionInner, stored: Option<Grant>) -> Option<Grant> {
    let (current, unsaved) = {
        let state = inner.state();
        (state.current.clone(), state.unsaved.clone())
    };
    let (Some(current), Some(unsaved)) = (current, unsaved) else { return stored };
    let stored_generation = stored.as_ref().map(Grant::generation);
    let may_replace = match unsaved.replaces {
        // The later consent counts.
        Replaces::Anything => stored.as_ref().is_none_or(|stored| stored.consented_at() <= current.consented_at()),
        Replaces::Generation(generation) => {
            stored_generation == Some(generation)
                || stored_generation == Some(current.generation())
                || stored.as_ref().is_some_and(|stored| is_older(stored, &current))
        }
    };
    if !may_replace {
        tracing::warn!(key = %inner.key, "the store has a newer grant than the unsaved one, which is discarded");
        inner.replace(stored.clone(), None);
        return stored;
    }
    match inner.context.store.save(&inner.key, &current, stored_generation).await {
        Ok(()) => {
            tracing::info!(key = %inner.key, generation = %current.generation(), "saved the tokens after a retry");
            inner.replace(Some(current.clone()), None);
        }
        Err(error) => {
            let unsaved = Unsaved { error: error.into(), ..unsaved };
            inner.replace(Some(current.clone()), Some(unsaved));
        }
    }
    Some(current)
}

/// Marks the current grant as unsaved if the store has an older one, for example from a backup.
///
/// The refresh token in the store was used already. To use it again would end the grant.
pub(crate) fn detect_rollback(inner: &SessionInner, stored: Option<&Grant>) {
    let mut state = inner.state();
    let (Some(current), Some(stored), None) = (&state.current, stored, &state.unsaved) else { return };
    if is_older(stored, current) {
        tracing::warn!(key = %inner.key, "the store has an older grant than the current one, which is saved again");
        let replaces = Replaces::Generation(stored.generation());
        state.unsaved = Some(Unsaved { replaces, error: StoreError::conflict().into() });
    }
}

/// Whether a grant is an earlier generation of the same consent.
fn is_older(stored: &Grant, current: &Grant) -> bool {
    stored.consented_at() == current.consented_at() && stored.generation().number() < current.generation().number()
}
