//! The calls that some file systems do not support, in one place where tests can make them fail.

use std::{
    fmt,
    fs::{self, File, TryLockError},
    io,
    path::Path,
};

/// The operating system. Every method has the real call as its default.
pub(super) trait System: fmt::Debug + Send + Sync {
    /// Locks an open file if it is free. `path` is where it was opened.
    fn try_lock(&self, file: &File, path: &Path) -> Result<(), TryLockError> {
        let _ = path;
        file.try_lock()
    }

    /// Renames a file over another one.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    /// Makes renames in a directory durable. Windows has no such call.
    fn sync_directory(&self, directory: &Path) -> io::Result<()> {
        if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
    }
}

/// The real one.
#[derive(Debug)]
pub(super) struct OperatingSystem;

impl System for OperatingSystem {}

/// Not a pattern: two of them are the same number on Linux.
#[cfg(unix)]
const NO_SUCH_CALL: [i32; 4] = [libc::ENOLCK, libc::ENOTSUP, libc::EOPNOTSUPP, libc::ENOSYS];

/// Whether an error says that the file system does not have this call.
pub(super) fn is_unsupported(error: &io::Error) -> bool {
    #[cfg(unix)]
    if error.raw_os_error().is_some_and(|code| NO_SUCH_CALL.contains(&code)) {
        return true;
    }
    error.kind() == io::ErrorKind::Unsupported
}

/// Whether a file system may return this error for the sync of a directory although the rename is
/// done: it does not have the call (CIFS, FUSE), or the directory cannot be opened for reading
/// (mode 0300).
pub(super) fn is_sync_unsupported(error: &io::Error) -> bool {
    #[cfg(unix)]
    if error.raw_os_error() == Some(libc::EBADF) {
        return true;
    }
    is_unsupported(error) || matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::PermissionDenied)
}
