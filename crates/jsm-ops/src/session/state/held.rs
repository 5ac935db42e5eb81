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
    /// A grant whose refresh token the service rejected.
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
    /// Since when the store has no grant although it had one.
    pub(crate) absent_since: Option<Duration>,
}

/// A grant whose refresh token the service rejected.
#[derive(Debug, Clone)]
pub struct Rejected {
    pub(crate) grant: Grant,
    /// When this session learned of the rejection, as monotonic time.
    pub(crate) since: Duration,
    /// Set if the store still has an older grant.
    pub(crate) replaces: Option<Replaces>,
}

/// What a grant replaces in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replaces {
    /// Every grant of an earlier consent.
    Consent {
        /// Whether the store had a grant before the user consented.
        had_grant: bool,
    },
    /// The generation whose refresh token it came from.
    Generation(Generation),
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
    /// The store had a grant and has none now: another process signed the user out.
    Absent,
}

impl Unsaved {
    /// New tokens, whose first save has not ended.
    pub(crate) fn new(grant: Grant, replaces: Replaces) -> Self {
        Self { grant, replaces, error: None, save_at: None, absent_since: None }
    }
}

impl Held {
    /// The grant, whatever its state.
    pub(crate) fn grant(&self) -> Option<&Grant> {
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
            Self::Nothing | Self::Saved(_) => None,
            Self::Unsaved(unsaved) => Some(unsaved.replaces),
            Self::Rejected(rejected) => rejected.replaces,
        }
    }
}

/// Compares the stored grant with one that is not in the store.
pub(crate) fn compare(stored: Option<&Grant>, grant: &Grant, replaces: Replaces) -> Stored {
    let Some(stored) = stored else {
        return match replaces {
            Replaces::Consent { had_grant: false } => Stored::Older,
            _ => Stored::Absent,
        };
    };
    if stored.generation() == grant.generation() {
        return Stored::Same;
    }
    let is_replaced = match replaces {
        // Of two consents in the same instant, the one in memory counts.
        Replaces::Consent { .. } => {
            stored.consented_at() == grant.consented_at() && stored.generation().number() <= grant.generation().number()
        }
        Replaces::Generation(generation) => stored.generation() == generation,
    };
    if is_replaced || is_older(stored, grant) { Stored::Older } else { Stored::Newer }
}

/// Whether a grant is of an earlier consent, or an earlier generation of the same one.
pub(crate) fn is_older(grant: &Grant, than: &Grant) -> bool {
    (grant.consented_at(), grant.generation().number()) < (than.consented_at(), than.generation().number())
}
