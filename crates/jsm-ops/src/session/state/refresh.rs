//! A refresh: from the first look into the store to the last save.
//!
//! The order of the steps keeps the grant valid:
//!
//! 1. Load the grant from the store. Another process may have refreshed it; then this is done.
//! 2. Take the lock of the store and load again: the previous holder may have refreshed it.
//! 3. Save tokens that could not be saved before.
//! 4. Send the refresh token. If the response is lost, retry with the same token.
//! 5. Hold the new grant as unsaved, save it over the old one, and then hold it as saved.
//!
//! A crash before step 4 changes nothing. After a crash between 4 and 5 the store has the old
//! token, which the service accepts for ten more minutes, for this purpose.

use std::time::Duration;

use jsm_ops_core::Backoff;

use crate::{
    error::Error,
    grant::{Grant, generation::Generation},
    store::error::StoreError,
    token_endpoint::attempts::INITIAL_BACKOFF,
};

/// Identifies a refresh. Events of a refresh that was abandoned change nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefreshId(pub(super) u64);

/// Why a refresh was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A caller needs a token.
    Token,
    /// The held grant is not in the store.
    Save,
    /// An operator asks to send a rejected refresh token again.
    RetryRejected,
}

/// What happened to a refresh.
#[derive(Debug)]
pub enum RefreshEvent {
    /// Its task runs.
    Started,
    /// The store returned a grant, or none.
    Loaded(Result<Option<Grant>, StoreError>),
    /// The lock was taken.
    Locked(Result<(), StoreError>),
    /// The token endpoint responded to the refresh token of the generation `sent`.
    Responded {
        /// The generation whose refresh token was sent.
        sent: Generation,
        /// The grant with the new tokens.
        result: Result<Grant, Error>,
    },
    /// The delay is over.
    Waited,
    /// The save ended.
    Saved(Result<(), StoreError>),
    /// The deletion ended.
    Deleted(Result<(), StoreError>),
}

/// What a refresh does next.
#[derive(Debug)]
pub enum RefreshAction {
    /// Load the grant.
    Load,
    /// Take the lock, and keep it until the refresh ends.
    Lock,
    /// Send the refresh token of this grant.
    Ask(Grant),
    /// Wait this long. If the service did not ask for the delay, it is spread at random.
    Wait(Duration),
    /// Save this grant if the store has the expected generation.
    Save(Grant, Option<Generation>),
    /// Delete the grant.
    Delete,
    /// The refresh is over. Wake its callers.
    Finish(Result<(), Error>),
}

/// A running refresh.
#[derive(Debug)]
pub(crate) struct Refresh {
    pub(super) id: RefreshId,
    pub(super) purpose: Purpose,
    pub(super) step: Step,
    pub(super) has_lock: bool,
    /// The generation in the store, once it was loaded under the lock.
    pub(super) stored: Option<Option<Generation>>,
    pub(super) attempts_left: u32,
    pub(super) backoff: Backoff,
    /// Whether a rejected token led to another grant in the store already.
    pub(super) has_switched: bool,
}

/// The event that a refresh waits for.
#[derive(Debug)]
pub(super) enum Step {
    Start,
    Load,
    Lock,
    LoadWithLock,
    SaveAgain(Generation),
    Ask,
    Wait(Generation),
    LoadToSave,
    SaveNew(Generation),
    LoadAfterConflict,
    LoadAfterRejection(Generation, Error),
    SaveRejection(Generation, Error),
    ConfirmRestored(Generation),
    Delete,
}

impl Refresh {
    pub(super) fn new(id: RefreshId, purpose: Purpose) -> Self {
        Self {
            id,
            purpose,
            step: Step::Start,
            has_lock: false,
            stored: None,
            attempts_left: 0,
            backoff: Backoff::new(INITIAL_BACKOFF, Duration::MAX),
            has_switched: false,
        }
    }

    /// Loads the grant and goes on with this step.
    pub(super) fn load(&mut self, step: Step) -> RefreshAction {
        self.step = step;
        RefreshAction::Load
    }

    /// Takes the lock.
    pub(super) fn lock(&mut self) -> RefreshAction {
        self.step = Step::Lock;
        RefreshAction::Lock
    }

    /// Sends the refresh token of this grant.
    pub(super) fn ask(&mut self, grant: Grant) -> RefreshAction {
        self.step = Step::Ask;
        RefreshAction::Ask(grant)
    }
}

/// The last action of a refresh.
pub(super) fn finish(result: Result<(), Error>) -> RefreshAction {
    RefreshAction::Finish(result)
}
