//! Errors of token stores.

use std::{error::Error as StdError, fmt, io, sync::Arc, time::Duration};

use crate::grant::invalid::InvalidGrant;

/// Why a token store failed.
///
/// `Display` is one line without secrets. Clones are cheap.
#[derive(Clone)]
pub struct StoreError(Arc<StoreErrorKind>);

#[derive(Debug, thiserror::Error)]
enum StoreErrorKind {
    #[error("another process changed the grant in the meantime; load it again")]
    Conflict,
    #[error("the lock {location} is still held by another process; retry, and check whether that process hangs")]
    Busy { location: String },
    #[error("{location} is damaged; it was left unchanged: repair it, or move it away and sign in again")]
    Damaged { location: String, source: InvalidGrant },
    #[error("cannot {action} {location}; check that it exists, is writable and that the disk is not full")]
    Io { action: &'static str, location: String, source: io::Error },
    #[error("the token store did not {action} the grant within {} seconds; check whether it hangs", .timeout.as_secs())]
    Unresponsive { action: &'static str, timeout: Duration },
    #[error(
        "{location} cannot be replaced, and every save replaces it; it is probably mounted alone: \
         mount the directory instead of the file"
    )]
    NotReplaceable { location: String, source: io::Error },
    #[error(
        "cannot create a file in the directory of {location}, and every save does; make the directory writable, \
         and if a file is mounted alone, mount the directory instead of the file"
    )]
    DirectoryNotWritable { location: String, source: io::Error },
    #[error(
        "the file system of {location} has no file locks, and without them two processes can spoil a grant; \
         keep the store in a directory on a local disk"
    )]
    LockUnsupported { location: String, source: io::Error },
    #[error("{location} cannot be used: {reason}")]
    Unusable { location: String, reason: String },
    #[error(
        "{location} has version {version} of the format, and this program writes version {known} only; \
         it was left unchanged: update this program"
    )]
    NewerVersion { location: String, version: u64, known: u64 },
    #[error(transparent)]
    Other(Box<dyn StdError + Send + Sync>),
}

impl StoreError {
    /// The grant was changed between load and save.
    pub fn conflict() -> Self {
        Self(Arc::new(StoreErrorKind::Conflict))
    }

    /// The lock was not free in time. `location` names the lock, without secrets.
    pub fn busy(location: impl Into<String>) -> Self {
        Self(Arc::new(StoreErrorKind::Busy { location: location.into() }))
    }

    /// The stored data is not a grant. `location` names the data, which the store leaves unchanged.
    pub fn damaged(location: impl Into<String>, source: InvalidGrant) -> Self {
        Self(Arc::new(StoreErrorKind::Damaged { location: location.into(), source }))
    }

    /// Any other error of a store. Its text appears in logs and must not hold tokens.
    pub fn other(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(Arc::new(StoreErrorKind::Other(error.into())))
    }

    pub(crate) fn io(action: &'static str, location: impl fmt::Display, source: io::Error) -> Self {
        Self(Arc::new(StoreErrorKind::Io { action, location: location.to_string(), source }))
    }

    /// The error of a file that could not be created next to the store. Two causes have a remedy of
    /// their own.
    pub(crate) fn creation(action: &'static str, location: impl fmt::Display, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self(Arc::new(StoreErrorKind::DirectoryNotWritable { location: location.to_string(), source }))
            }
            _ => Self::io(action, location, source),
        }
    }

    /// The error of a rename over the store.
    pub(crate) fn replacement(location: impl fmt::Display, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::ResourceBusy | io::ErrorKind::CrossesDevices | io::ErrorKind::ReadOnlyFilesystem => {
                Self(Arc::new(StoreErrorKind::NotReplaceable { location: location.to_string(), source }))
            }
            _ => Self::io("replace", location, source),
        }
    }

    pub(crate) fn lock_unsupported(location: impl fmt::Display, source: io::Error) -> Self {
        Self(Arc::new(StoreErrorKind::LockUnsupported { location: location.to_string(), source }))
    }

    /// A file of the wrong type or size. The reason says what to do, too.
    pub(crate) fn unusable(location: impl fmt::Display, reason: impl Into<String>) -> Self {
        Self(Arc::new(StoreErrorKind::Unusable { location: location.to_string(), reason: reason.into() }))
    }

    pub(crate) fn newer_version(location: impl fmt::Display, version: u64, known: u64) -> Self {
        Self(Arc::new(StoreErrorKind::NewerVersion { location: location.to_string(), version, known }))
    }

    /// Whether the grant was changed between load and save.
    pub fn is_conflict(&self) -> bool {
        matches!(*self.0, StoreErrorKind::Conflict)
    }

    /// Whether the lock was not free in time.
    pub fn is_busy(&self) -> bool {
        matches!(*self.0, StoreErrorKind::Busy { .. })
    }

    /// A call of the store that did not end in time.
    pub(crate) fn unresponsive(action: &'static str, timeout: Duration) -> Self {
        Self(Arc::new(StoreErrorKind::Unresponsive { action, timeout }))
    }

    /// Whether the store did not respond in time. The change may still happen.
    pub fn is_unresponsive(&self) -> bool {
        matches!(*self.0, StoreErrorKind::Unresponsive { .. })
    }

    /// Whether the stored data is not a grant.
    pub fn is_damaged(&self) -> bool {
        matches!(*self.0, StoreErrorKind::Damaged { .. })
    }

    /// Whether the place of the store has no file locks. Another directory helps; a retry does not.
    pub fn is_lock_unsupported(&self) -> bool {
        matches!(*self.0, StoreErrorKind::LockUnsupported { .. })
    }

    /// Whether a newer version of this crate wrote the file, so that this one must not change it.
    pub fn is_newer_version(&self) -> bool {
        matches!(*self.0, StoreErrorKind::NewerVersion { .. })
    }

    /// The error of the operating system, if that is the cause.
    pub fn io_error(&self) -> Option<&io::Error> {
        match &*self.0 {
            StoreErrorKind::Io { source, .. }
            | StoreErrorKind::NotReplaceable { source, .. }
            | StoreErrorKind::DirectoryNotWritable { source, .. }
            | StoreErrorKind::LockUnsupported { source, .. } => Some(source),
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
