//! New pairs into the store, and what becomes of them if it does not take them.

use crate::{
    error::{ConsentReason, Error, Kind},
    grant::Grant,
    session::state::{Replaces, Shared, Unsaved},
    store::error::StoreError,
};

/// Saves a new pair and makes it the current one. If saving fails it is the current one all the same, because the one in the
/// store is on its way out.
pub(crate) async fn save(shared: &Shared, next: Grant, replaces: Replaces) -> Result<(), Error> {
    let store = &shared.context.store;
    let expected = match replaces {
        Replaces::Generation(generation) => Ok(Some(generation)),
        Replaces::Anything => store.load(&shared.key).await.map(|stored| stored.map(|grant| grant.generation())),
    };
    let saved = match expected {
        Ok(expected) => store.save(&shared.key, &next, expected).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(()) => {
            shared.put(Some(next), None);
            Ok(())
        }
        Err(error) if error.is_conflict() => {
            // Somebody signed in, signed out or refreshed without the lock. What all can see is what counts.
            tracing::warn!(key = %shared.key, "the grant was replaced while it was refreshed");
            let stored = match store.load(&shared.key).await {
                Ok(stored) => stored,
                Err(error) => {
                    keep_unsaved(shared, next, replaces, error);
                    return Ok(());
                }
            };
            let is_gone = stored.is_none();
            shared.put(stored, None);
            if is_gone { Err(Kind::Consent(ConsentReason::NoGrant).into()) } else { Ok(()) }
        }
        Err(error) => {
            keep_unsaved(shared, next, replaces, error);
            Ok(())
        }
    }
}

/// Uses a pair that the store does not take, and says so.
pub(crate) fn keep_unsaved(shared: &Shared, next: Grant, replaces: Replaces, error: StoreError) {
    tracing::error!(
        key = %shared.key, %error, generation = %next.generation(),
        "the new pair could not be saved; it is in use and in memory only, and saving is tried again"
    );
    shared.put(Some(next), Some(Unsaved { replaces, error: error.into() }));
}

/// Saves a pair that could not be saved before, if the store still has the one that it came from, and gives what is to be used.
pub(crate) async fn save_unsaved(shared: &Shared, stored: Option<Grant>) -> Option<Grant> {
    let (current, unsaved) = {
        let state = shared.state();
        (state.current.clone(), state.unsaved.clone())
    };
    let (Some(current), Some(unsaved)) = (current, unsaved) else { return stored };
    let there = stored.as_ref().map(Grant::generation);
    let is_ours = match unsaved.replaces {
        // The later consent counts.
        Replaces::Anything => stored.as_ref().is_none_or(|stored| stored.consented_at() <= current.consented_at()),
        Replaces::Generation(generation) => {
            there == Some(generation)
                || there == Some(current.generation())
                || stored.as_ref().is_some_and(|stored| is_older(stored, &current))
        }
    };
    if !is_ours {
        tracing::warn!(key = %shared.key, "the store has another grant by now than the one that could not be saved");
        shared.put(stored.clone(), None);
        return stored;
    }
    match shared.context.store.save(&shared.key, &current, there).await {
        Ok(()) => {
            tracing::info!(key = %shared.key, generation = %current.generation(), "the pair is saved after all");
            shared.put(Some(current.clone()), None);
        }
        Err(error) => {
            let unsaved = Unsaved { error: error.into(), ..unsaved };
            shared.put(Some(current.clone()), Some(unsaved));
        }
    }
    Some(current)
}

/// A store that went back behind the current pair, after a backup was put back for example, is as if the pair had not been saved:
/// the token that it has now was used already, and using it again would end the whole grant.
pub(crate) fn note_setback(shared: &Shared, stored: Option<&Grant>) {
    let mut state = shared.state();
    let (Some(current), Some(stored), None) = (&state.current, stored, &state.unsaved) else { return };
    if is_older(stored, current) {
        tracing::warn!(key = %shared.key, "the store has an older pair than the one in use, which is saved again");
        let replaces = Replaces::Generation(stored.generation());
        state.unsaved = Some(Unsaved { replaces, error: StoreError::conflict().into() });
    }
}

/// Whether a grant is an earlier generation of the same consent.
fn is_older(stored: &Grant, current: &Grant) -> bool {
    stored.consented_at() == current.consented_at() && stored.generation().number() < current.generation().number()
}
