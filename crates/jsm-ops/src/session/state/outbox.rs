//! What a transition leaves for the time after the lock.

use chrono::{DateTime, Utc};

use crate::{error::Error, grant::generation::Generation, store::error::StoreError};

/// What happened, for the log.
#[derive(Debug)]
pub enum Note {
    /// The gateway rejected the access token of this generation.
    TokenRejected(Generation),
    /// The gateway rejected an access token that a refresh had just returned.
    TokenRejectedAfterRefresh(Generation),
    /// The refresh token of this generation is sent.
    Refreshing(Generation),
    /// The service issued new tokens.
    Refreshed(Generation, DateTime<Utc>),
    /// A refresh failed while the access token is still valid.
    EarlyRefreshFailed(Error),
    /// New tokens could not be saved.
    SaveFailed(Generation, Error),
    /// Tokens that could not be saved before are in the store.
    SavedAfterRetry(Generation),
    /// The store has a newer grant than the one in memory, which is discarded.
    NewerInStore(Generation),
    /// The store has an older grant than the one in memory.
    OlderInStore(Generation),
    /// The store lost the grant: another process signed the user out.
    SignedOutElsewhere,
    /// New tokens belong to a grant that was replaced or signed out in the meantime.
    SupersededTokens(Generation),
    /// The service rejected the refresh token, and the store has no other one.
    ConsentNeeded(Error),
    /// The store has another grant than the rejected one.
    OtherThanRejected,
    /// The rejection could not be saved.
    RejectionNotSaved(StoreError),
    /// A grant that was signed out appeared in the store again and is deleted.
    RestoredAfterSignOut(Generation),
}

/// What a transition leaves: notes to log and values to drop, both outside of the lock.
#[derive(Debug, Default)]
pub struct Outbox {
    /// What to log.
    pub notes: Vec<Note>,
    /// Errors hold values of the application, whose `Drop` may do anything.
    pub(crate) discarded: Vec<Error>,
}

impl Outbox {
    pub(crate) fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    pub(crate) fn discard(&mut self, error: Error) {
        self.discarded.push(error);
    }

    pub(crate) fn discard_store(&mut self, error: StoreError) {
        self.discarded.push(error.into());
    }
}
