//! Grants in files.

mod atomic;
mod bounded;
mod format;
mod location;
mod notices;
mod place;
#[cfg(test)]
#[cfg(unix)]
mod tests;

#[cfg(feature = "keyring")]
use std::path::Path;
use std::{path::PathBuf, sync::Arc, time::Duration};

use jsm_ops_core::BoxFuture;

use crate::{
    grant::{Grant, generation::Generation, key::GrantKey},
    store::{
        StoreLock, TokenStore, blocking,
        error::StoreError,
        file::{notices::Notices, place::Place},
        key_name::hashed_name,
        lock,
        system::{OperatingSystem, System},
    },
};

/// Keeps grants in files that only their owner can read, for any number of processes on one
/// machine.
///
/// # Saves
///
/// A save writes a temporary file in the same directory, syncs it, renames it over the old file and
/// syncs the directory. After a crash or a power loss the file holds the grant before or the grant
/// after. New files have mode 0600 and new directories 0700. Empty lock files stay next to them; do
/// not remove them while a program runs.
///
/// [`lock`](TokenStore::lock) does the same with the present content, so that a refresh finds a
/// place that cannot save before it spends a token: a full disk, a directory without write
/// permission, a file that is mounted alone.
///
/// A killed process can leave a temporary file with tokens. The next save, refresh or sign-out
/// removes it. In a directory that cannot be listed it stays, and a warning says so.
///
/// # What is not changed
///
/// A file that does not hold grants is reported as damaged and left unchanged. So is a file of a
/// newer version of the format: it is read if its fields are known, and saves and sign-outs fail
/// with [`StoreError::is_newer_version`]. To write it would drop what the newer version relies on.
/// Unknown fields of the same version are kept. A store file has at most 16 MiB and has to be a
/// regular file; a directory, device or FIFO is an error at once.
///
/// # Names
///
/// A relative path starts at the current directory of the constructor. Each operation follows
/// symbolic links to their target, and locks, writes and deletes there, so all names of a file are
/// one store. That does not hold for hard links: a save changes one name only, and a warning says
/// so. If a link is pointed elsewhere while programs run, they do not notice what they held before.
///
/// # Who can read the tokens
///
/// The tokens are not encrypted. On Unix, file modes protect them from other users, and a warning
/// says once if a file or its directory is open to others. On Windows this store changes and checks
/// no permissions. Choose a path below the user's profile, for example below `%LOCALAPPDATA%`: only
/// the user, administrators and the system can read it. Every program of the same user can read the
/// tokens.
///
/// # File systems
///
/// The locks are those of the operating system (`flock`, `LockFileEx`) and end with the process. A
/// lock file that is removed while it is held lets a second process in. On Unix, saves notice that
/// and start over; a refresh does not.
///
/// - **ext4, XFS, Btrfs, APFS, overlay file systems of containers**: locks work. A save is there
///   after a power loss, if the disk keeps what it confirms.
/// - **NTFS**: locks work. After a power loss the file is whole, but perhaps the one before:
///   Windows cannot sync a directory.
/// - **tmpfs**: locks work. Everything is gone after a reboot.
/// - **A directory that is mounted into a container**: as on the host.
/// - **A file that is mounted alone**: refused. A mount point cannot be replaced; mount the
///   directory.
/// - **NFS**: Linux turns the locks into locks of the server, for all its clients. They are as
///   reliable as the server, and they can be lost when it restarts.
/// - **SMB (CIFS)**: locks depend on the mount options. Often a directory cannot be synced: there
///   is one warning, and a power loss can undo the latest save.
/// - **FUSE** (sshfs, cloud drives): as for SMB. Locks often hold on this machine only, and no
///   program can find that out.
///
/// Refused means that [`lock`](TokenStore::lock) fails, so no token is spent. If the place has no
/// locks, [`StoreError::is_lock_unsupported`] holds. The tests of this crate run on a local Linux
/// file system, with the errors of other ones injected; NFS, SMB and FUSE themselves were not
/// tested. A service on several machines should implement [`TokenStore`] over a database.
#[derive(Debug, Clone)]
pub struct FileStore {
    layout: Layout,
    lock_timeout: Duration,
    system: Arc<dyn System>,
    notices: Arc<Notices>,
}

/// The paths are absolute: they stay the same when the current directory changes.
#[derive(Debug, Clone)]
enum Layout {
    /// One file per grant, in a directory.
    Directory(PathBuf),
    /// One file for all grants.
    File(PathBuf),
}

impl FileStore {
    /// Keeps every grant in its own file in this directory. The file name is a hash of the key. For
    /// many users.
    ///
    /// A relative path starts at the current directory of this call.
    pub fn directory(path: impl Into<PathBuf>) -> Self {
        Self::new(Layout::Directory(lock::absolute_path(path.into())))
    }

    /// Keeps all grants in this file. For a tool of one user.
    ///
    /// A relative path starts at the current directory of this call. The directory of the file must
    /// be writable: a save replaces the file by a new one.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::new(Layout::File(lock::absolute_path(path.into())))
    }

    fn new(layout: Layout) -> Self {
        Self {
            layout,
            lock_timeout: lock::REFRESH_TIMEOUT,
            system: Arc::new(OperatingSystem),
            notices: Arc::new(Notices::default()),
        }
    }

    /// Sets how long to wait for the refresh of another process. The default is two minutes.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = timeout;
        self
    }

    /// The file that holds the grant under a key. If it is a symbolic link, its target holds the
    /// grant.
    pub fn path(&self, key: &GrantKey) -> PathBuf {
        match &self.layout {
            Layout::Directory(directory) => directory.join(format!("{}.json", hashed_name(key))),
            Layout::File(file) => file.clone(),
        }
    }

    /// The directory or the file that the store was created with, as an absolute path.
    #[cfg(feature = "keyring")]
    pub(super) fn root(&self) -> &Path {
        match &self.layout {
            Layout::Directory(path) | Layout::File(path) => path,
        }
    }

    /// Does work at the place of a key, on this thread.
    pub(super) fn at<T>(
        &self,
        key: &GrantKey,
        work: impl FnOnce(&Place<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let is_own_directory = matches!(self.layout, Layout::Directory(_));
        work(&Place::resolve(&self.path(key), &*self.system, &self.notices, is_own_directory)?)
    }

    /// Does the work on a thread for it.
    async fn blocking_at<T: Send + 'static>(
        &self,
        key: &GrantKey,
        work: impl FnOnce(&Place<'_>, &GrantKey) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (store, key) = (self.clone(), key.clone());
        blocking(move || store.at(&key, |place| work(place, &key))).await
    }
}

impl TokenStore for FileStore {
    fn load<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<Option<Grant>, StoreError>> {
        Box::pin(self.blocking_at(key, |place, key| place.load(key)))
    }

    fn save<'a>(
        &'a self,
        key: &'a GrantKey,
        grant: &'a Grant,
        expected: Option<Generation>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        let grant = grant.clone();
        Box::pin(self.blocking_at(key, move |place, key| place.save(key, &grant, expected)))
    }

    fn lock<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        Box::pin(async move {
            let name = |place: &Place<'_>, key: &GrantKey| Ok(place.lock_path(&format!(".{}.refresh", hashed_name(key))));
            let path = self.blocking_at(key, name).await?;
            let lock = lock::acquire(&self.system, path.into(), self.lock_timeout).await?;
            // A store that cannot save is found here, before a token is rotated.
            self.blocking_at(key, |place, _| place.probe()).await?;
            Ok(StoreLock::new(lock))
        })
    }

    fn delete<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(self.blocking_at(key, |place, key| place.delete(key)))
    }
}
