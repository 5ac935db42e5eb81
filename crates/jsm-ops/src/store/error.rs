//! Why a store failed.

use std::{error::Error as StdError, fmt, io, sync::Arc};

use crate::grant::invalid::InvalidGrant;

/// Why a store failed.
#[derive(Clone)]
pub struct StoreError(Arc<Kind>);

#[derive(Debug, thiserror::Error)]
enum Kind {
    #[error("somebody else has changed the grant in the meantime; load it again")]
    Conflict,
    #[error("another process has held the lock {place} for too long; try again, and look whether that process hangs")]
    Busy { place: String },
    #[error("{place} is damaged: {source}. It was left as it is: repair it, or move it away and sign in again")]
    Damaged { place: String, source: InvalidGrant },
    #[error("cannot {action} {place}; check that the place is there, writable and not full")]
    Io { action: &'static str, place: String, source: io::Error },
    #[error(transparent)]
    Other(Box<dyn StdError + Send + Sync>),
}

impl StoreError {
    /// Somebody else has changed the grant between load and save.
    pub fn conflict() -> Self {
        Self(Arc::new(Kind::Conflict))
    }

    /// The lock could not be had in time. It says whose lock, without secrets.
    pub fn busy(place: impl Into<String>) -> Self {
        Self(Arc::new(Kind::Busy { place: place.into() }))
    }

    /// What is kept is not readable. The place is named, and stays as it is.
    pub fn damaged(place: impl Into<String>, source: InvalidGrant) -> Self {
        Self(Arc::new(Kind::Damaged { place: place.into(), source }))
    }

    /// Any other error of a store. Its texts end in logs and must not hold tokens.
    pub fn other(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(Arc::new(Kind::Other(error.into())))
    }

    pub(crate) fn io(action: &'static str, place: impl fmt::Display, source: io::Error) -> Self {
        Self(Arc::new(Kind::Io { action, place: place.to_string(), source }))
    }

    /// Whether somebody else has changed the grant in the meantime.
    pub fn is_conflict(&self) -> bool {
        matches!(*self.0, Kind::Conflict)
    }

    /// Whether the lock could not be had in time.
    pub fn is_busy(&self) -> bool {
        matches!(*self.0, Kind::Busy { .. })
    }

    /// Whether what is kept is not readable.
    pub fn is_damaged(&self) -> bool {
        matches!(*self.0, Kind::Damaged { .. })
    }

    /// The error of the operating system, where there is one.
    pub fn io_error(&self) -> Option<&io::Error> {
        match &*self.0 {
            Kind::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl StdError for StoreError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}
