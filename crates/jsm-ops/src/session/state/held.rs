//! What a session holds.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::{
    error::Error,
    grant::{Grant, generation::Generation},
};

/// The grant that a session holds, and how it relates to the store.
#[derive(Debug, Clone, Default)]
pub enum Held {
    /// No grant: the session was not used yet, or the store has none.
    #[default]
    Nothing,
    /// A grant that the store has too.
    Saved(Grant),
    /// A grant that the store does not have, as far as is known.
    Unsaved(Unsaved),
    /// A grant that the store has too, and whose refresh token the service rejected.
    Rejected(Rejected),
}

/// A grant that is in memory only.
#[derive(Debug, Clone)]
pub struct Unsaved {
    pub(crate) grant: Grant,
    pub(crate) replaces: Replaces,
    /// Why the last save failed. `None` while the first one has not ended.
    pub(crate) error: Option<Error>,
    /// When a caller saves it, as monotonic time, if the task that should do so does not run.
    pub(crate) save_at: Option<Duration>,
    /// Since when the store has [`Stored::Doubtful`].
    pub(crate) doubtful_since: Option<Duration>,
    /// When this session learned that the service rejected the refresh token, as monotonic time.
    pub(crate) rejected_since: Option<Duration>,
}

/// A grant that the store has too, and whose refresh token the service rejected.
#[derive(Debug, Clone)]
pub struct Rejected {
    pub(crate) grant: Grant,
    /// When this session learned of the rejection, as monotonic time.
    pub(crate) since: Duration,
}

/// What a grant replaces in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replaces {
    /// Every grant of an earlier consent.
    Consent(Seen),
    /// The generation whose refresh token it came from.
    Generation(Generation),
}

/// When the store was seen with a grant that an unsaved consent replaces. If it has none later, the
/// user was signed out in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    Never,
    /// Before the user consented.
    Before,
    /// After the user consented.
    After,
}

/// How the grant in the store relates to an unsaved one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stored {
    /// It is the same: the save succeeded although it reported a failure.
    Same,
    /// The unsaved grant may replace it.
    Older,
    /// It counts: another process has a later consent, or refreshed the same grant.
    Newer,
    /// The store has none, or one that seems to be of an earlier consent. Another process may have
    /// signed the user out, or in with another clock, or the read lags behind.
    Doubtful,
}

impl Unsaved {
    /// New tokens, whose first save has not ended.
    pub(crate) fn new(grant: Grant, replaces: Replaces) -> Self {
        Self { grant, replaces, error: None, save_at: None, doubtful_since: None, rejected_since: None }
    }
}

impl Held {
    /// The grant, whatever its state.
    pub fn grant(&self) -> Option<&Grant> {
        match self {
            Self::Nothing => None,
            Self::Saved(grant) => Some(grant),
            Self::Unsaved(unsaved) => Some(&unsaved.grant),
            Self::Rejected(rejected) => Some(&rejected.grant),
        }
    }

    pub(crate) fn generation(&self) -> Option<Generation> {
        self.grant().map(Grant::generation)
    }

    pub(crate) fn consented_at(&self) -> Option<DateTime<Utc>> {
        self.grant().map(Grant::consented_at)
    }

    pub(crate) fn unsaved(&self) -> Option<&Unsaved> {
        match self {
            Self::Unsaved(unsaved) => Some(unsaved),
            _ => None,
        }
    }

    /// What the held grant replaces in the store, if it is not there.
    pub(crate) fn replaces(&self) -> Option<Replaces> {
        match self {
            Self::Nothing | Self::Saved(_) | Self::Rejected(_) => None,
            Self::Unsaved(unsaved) => Some(unsaved.replaces),
        }
    }

    /// When this session learned of a rejection, as monotonic time.
    pub(crate) fn rejected_since(&self) -> Option<Duration> {
        match self {
            Self::Nothing | Self::Saved(_) => None,
            Self::Unsaved(unsaved) => unsaved.rejected_since,
            Self::Rejected(rejected) => Some(rejected.since),
        }
    }
}

/// Compares the stored grant with one that is not in the store.
///
/// `is_new` says that the user consented a moment ago. A sign-out between the first look into the
/// store and the consent is older than the consent.
pub(crate) fn compare(stored: Option<&Grant>, grant: &Grant, replaces: Replaces, is_new: bool) -> Stored {
    let Some(stored) = stored else {
        return match replaces {
            Replaces::Consent(Seen::Never) => Stored::Older,
            Replaces::Consent(Seen::Before) if is_new => Stored::Older,
            Replaces::Consent(_) | Replaces::Generation(_) => Stored::Doubtful,
        };
    };
    if stored.generation() == grant.generation() {
        return Stored::Same;
    }
    let is_replaced = match replaces {
        // Only the times of consents order them. Of two in the same instant, the one in memory
        // counts.
        Replaces::Consent(_) => stored.consented_at() < grant.consented_at() || is_same_instant(stored, grant),
        // A grant of another consent replaced the one that these tokens came from.
        Replaces::Generation(generation) => stored.generation() == generation || is_older(stored, grant),
    };
    match is_replaced {
        true => Stored::Older,
        false if stored.consented_at() < grant.consented_at() => Stored::Doubtful,
        false => Stored::Newer,
    }
}

fn is_same_instant(stored: &Grant, grant: &Grant) -> bool {
    stored.consented_at() == grant.consented_at() && stored.generation().number() <= grant.generation().number()
}

/// Whether a grant is an earlier generation of the same consent.
pub(crate) fn is_older(grant: &Grant, than: &Grant) -> bool {
    grant.consented_at() == than.consented_at() && grant.generation().number() < than.generation().number()
}
