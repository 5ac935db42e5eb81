//! What operators should know about the place of a store, once for each store.

use std::{
    fs::{self, Metadata},
    io,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use crate::store::lock::directory;

/// Which events were logged already.
#[derive(Debug, Default)]
pub(super) struct Notices {
    exposed_file: AtomicBool,
    exposed_directory: AtomicBool,
    hard_links: AtomicBool,
    unsynced_directory: AtomicBool,
    unlisted_directory: AtomicBool,
}

impl Notices {
    /// The rename is done, and the directory cannot be synced.
    pub(super) fn unsynced_directory(&self, path: &Path, error: &io::Error) {
        if is_first(&self.unsynced_directory) {
            tracing::warn!(
                directory = %directory(path).display(), %error,
                "this place cannot sync directories: a power loss can undo the latest save of a grant"
            );
        }
    }

    /// Files of processes that ended early may remain.
    pub(super) fn unlisted_directory(&self, path: &Path, error: &io::Error) {
        if is_first(&self.unlisted_directory) {
            tracing::warn!(
                directory = %directory(path).display(), %error,
                "the directory cannot be listed: temporary files of killed processes stay there, with tokens"
            );
        }
    }

    /// Looks at the modes of a file and of its directory. `is_own_directory` says that the
    /// directory is for grants only, so that others need not even list it.
    #[cfg(unix)]
    pub(super) fn check_modes(&self, path: &Path, file: &Metadata, is_own_directory: bool) {
        use std::os::unix::fs::MetadataExt as _;

        let mode = file.mode() & 0o7777;
        if mode & 0o077 != 0 && is_first(&self.exposed_file) {
            tracing::warn!(
                file = %path.display(), mode = %format_args!("{mode:03o}"),
                "other users can read or write the tokens in this file; run chmod 600 on it"
            );
        }
        if file.nlink() > 1 && is_first(&self.hard_links) {
            tracing::warn!(
                file = %path.display(), names = file.nlink(),
                "the file has several names (hard links); a save or a sign-out changes only this one"
            );
        }
        let Ok(parent) = fs::metadata(directory(path)) else { return };
        let mode = parent.mode() & 0o7777;
        // In a directory with the sticky bit, others cannot rename or remove the file.
        let is_replaceable = mode & 0o022 != 0 && mode & 0o1000 == 0;
        let is_exposed = is_replaceable || (is_own_directory && mode & 0o077 != 0);
        if is_exposed && is_first(&self.exposed_directory) {
            tracing::warn!(
                directory = %directory(path).display(), mode = %format_args!("{mode:03o}"),
                "other users can read or write the directory of the grants; run chmod 700 on it"
            );
        }
    }

    /// Other platforms have no modes.
    #[cfg(not(unix))]
    pub(super) fn check_modes(&self, _: &Path, _: &Metadata, _: bool) {}
}

fn is_first(logged: &AtomicBool) -> bool {
    !logged.swap(true, Ordering::Relaxed)
}
