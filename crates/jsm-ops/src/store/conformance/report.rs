//! What the checks found.

use std::{error::Error as StdError, fmt};

use super::watch::Problem;

/// One check of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Check {
    /// A load returns what was saved, with unknown fields, and no grant before.
    SavedGrant,
    /// A save succeeds only over the expected generation.
    CompareAndSet,
    /// A save over a grant of its own generation succeeds and replaces the content.
    OwnGeneration,
    /// A delete removes the grant of its key only. A missing grant is not an error.
    Delete,
    /// Grants with long tokens are kept whole.
    BigGrants,
    /// Keys with unusual names are distinct.
    OddNames,
    /// Many keys that are saved at the same time are all kept.
    ManyKeys,
    /// A load during a save returns the grant before or the grant after.
    AtomicSave,
    /// Of several saves over the same generation, one succeeds and the others conflict.
    OneSaveWins,
    /// Every save that returned is the base of the next one.
    NoLostSave,
    /// A lock excludes other users of the store, in this process and in others.
    LockExcludes,
    /// Each key has a lock of its own.
    LockPerKey,
    /// The holder of a lock can load, save and delete.
    LockAllowsChanges,
    /// A lock ends when its guard is dropped, and the next waiting caller gets it.
    LockEndsWithGuard,
    /// A lock ends when the future that takes it is dropped, at whatever poll.
    LockEndsWithFuture,
    /// Saves and deletes that returned are there when the store is opened again.
    Durability,
    /// A save whose future is dropped is complete or has no effect.
    DroppedSave,
    /// A delete whose future is dropped is complete or has no effect.
    DroppedDelete,
    /// Damaged data is reported as [`StoreError::damaged`](crate::StoreError::damaged), and nothing
    /// is saved over it.
    DamagedData,
}

impl Check {
    /// All checks, in the order in which they run.
    pub const ALL: &[Self] = &[
        Self::SavedGrant,
        Self::CompareAndSet,
        Self::OwnGeneration,
        Self::Delete,
        Self::BigGrants,
        Self::OddNames,
        Self::ManyKeys,
        Self::AtomicSave,
        Self::OneSaveWins,
        Self::NoLostSave,
        Self::LockExcludes,
        Self::LockPerKey,
        Self::LockAllowsChanges,
        Self::LockEndsWithGuard,
        Self::LockEndsWithFuture,
        Self::Durability,
        Self::DroppedSave,
        Self::DroppedDelete,
        Self::DamagedData,
    ];

    /// The name, for people to read.
    pub fn name(self) -> &'static str {
        match self {
            Self::SavedGrant => "saved grant",
            Self::CompareAndSet => "compare and set",
            Self::OwnGeneration => "own generation",
            Self::Delete => "delete",
            Self::BigGrants => "big grants",
            Self::OddNames => "odd names",
            Self::ManyKeys => "many keys",
            Self::AtomicSave => "atomic save",
            Self::OneSaveWins => "one save wins",
            Self::NoLostSave => "no lost save",
            Self::LockExcludes => "lock excludes",
            Self::LockPerKey => "lock per key",
            Self::LockAllowsChanges => "lock allows changes",
            Self::LockEndsWithGuard => "lock ends with guard",
            Self::LockEndsWithFuture => "lock ends with future",
            Self::Durability => "durability",
            Self::DroppedSave => "dropped save",
            Self::DroppedDelete => "dropped delete",
            Self::DamagedData => "damaged data",
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A check that the store failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    check: Check,
    problem: String,
}

impl Failure {
    /// Which check.
    pub fn check(&self) -> Check {
        self.check
    }

    /// What happened, in one line.
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.check, self.problem)
    }
}

/// The checks of a store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    passed: Vec<Check>,
    skipped: Vec<Check>,
    failures: Vec<Failure>,
}

impl Report {
    /// The checks that the store passed.
    pub fn passed(&self) -> &[Check] {
        &self.passed
    }

    /// The checks that did not run, because a setting for them is missing.
    pub fn skipped(&self) -> &[Check] {
        &self.skipped
    }

    pub(super) fn add(&mut self, check: Check, outcome: Result<(), Problem>) {
        match outcome {
            Ok(()) => self.passed.push(check),
            Err(problem) => self.failures.push(Failure { check, problem: problem.into_line() }),
        }
    }

    pub(super) fn skip(&mut self, check: Check) {
        self.skipped.push(check);
    }

    pub(super) fn finish(self) -> Result<Self, NonConformance> {
        if self.failures.is_empty() { Ok(self) } else { Err(NonConformance(self)) }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (passed, skipped, failed) = (self.passed.len(), self.skipped.len(), self.failures.len());
        write!(f, "{passed} checks passed, {failed} failed, {skipped} skipped")
    }
}

/// A store that failed checks. `Display` is one line with each failed check and what happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NonConformance(Report);

impl NonConformance {
    /// The checks that the store failed.
    pub fn failures(&self) -> &[Failure] {
        &self.0.failures
    }

    /// The checks that the store passed.
    pub fn passed(&self) -> &[Check] {
        &self.0.passed
    }

    /// Whether the store failed this check.
    pub fn has_failed(&self, check: Check) -> bool {
        self.0.failures.iter().any(|failure| failure.check == check)
    }
}

impl fmt::Display for NonConformance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store does not keep what a token store promises: {}", self.0)?;
        for failure in &self.0.failures {
            write!(f, "; {failure}")?;
        }
        Ok(())
    }
}

impl StdError for NonConformance {}
