//! Grants in files.

mod atomic;
mod format;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jsm_ops_core::BoxFuture;

use crate::{
    grant::{Grant, generation::Generation, key::GrantKey},
    store::{
        StoreLock, TokenStore, blocking, check_generation, error::StoreError, file::format::StoreFile, hashed_name, lock,
    },
};

/// Keeps grants in files that only their owner can read, for any number of processes on one
/// machine.
///
/// A save writes a temporary file in the same directory, syncs it, renames it over the old file and
/// syncs the directory. After a crash or a power loss the file holds the grant before or the grant
/// after. New files have mode 0600 and new directories 0700. Empty lock files stay next to them.
///
/// A file that does not hold grants is reported and left unchanged; nothing is saved over it.
/// Fields that a newer version wrote are kept.
///
/// The tokens are not encrypted. On Unix, file modes protect them from other users. On Windows this
/// store changes no permissions. Choose a path below the user's profile, for example below
/// `%LOCALAPPDATA%`: only the user, administrators and the system can read it. Every program of the
/// same user can read the tokens.
///
/// The locks are those of the operating system (`flock`, `LockFileEx`) and end with the process. On
/// a network file system they are as reliable as that file system. A service on several machines
/// should implement [`TokenStore`] over a database.
#[derive(Debug, Clone)]
pub struct FileStore {
    layout: Layout,
    lock_timeout: Duration,
}

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
    pub fn directory(path: impl Into<PathBuf>) -> Self {
        Self { layout: Layout::Directory(path.into()), lock_timeout: lock::REFRESH_TIMEOUT }
    }

    /// Keeps all grants in this file. For a tool of one user.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { layout: Layout::File(path.into()), lock_timeout: lock::REFRESH_TIMEOUT }
    }

    /// Sets how long to wait for the refresh of another process. The default is two minutes.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = timeout;
        self
    }

    /// The file that holds the grant under a key.
    pub fn path(&self, key: &GrantKey) -> PathBuf {
        match &self.layout {
            Layout::Directory(directory) => directory.join(format!("{}.json", hashed_name(key))),
            Layout::File(file) => file.clone(),
        }
    }

    /// The file that is locked while the grant under a key is refreshed.
    fn refresh_lock_path(&self, key: &GrantKey) -> PathBuf {
        lock_path(&self.path(key), &format!(".{}.refresh", hashed_name(key)))
    }
}

impl TokenStore for FileStore {
    fn load<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<Option<Grant>, StoreError>> {
        let (path, key) = (self.path(key), key.clone());
        // A rename is atomic, so reading takes no lock.
        Box::pin(blocking(move || Ok(StoreFile::read(&path)?.and_then(|document| document.grant(&key).cloned()))))
    }

    fn save<'a>(
        &'a self,
        key: &'a GrantKey,
        grant: &'a Grant,
        expected: Option<Generation>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        let (path, key, grant) = (self.path(key), key.clone(), grant.clone());
        Box::pin(blocking(move || {
            change(&path, |document| {
                check_generation(document.grant(&key), &grant, expected)?;
                document.put(key, grant);
                Ok(())
            })
        }))
    }

    fn lock<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        Box::pin(async move {
            let path: Arc<Path> = self.refresh_lock_path(key).into();
            let target = self.path(key);
            let file = lock::acquire(path, self.lock_timeout).await?;
            // This finds a full or read-only store before a token is rotated that could not be
            // saved.
            blocking(move || atomic::probe(&target)).await?;
            Ok(StoreLock::new(file))
        })
    }

    fn delete<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<(), StoreError>> {
        let (path, key) = (self.path(key), key.clone());
        Box::pin(blocking(move || {
            change(&path, |document| {
                document.remove(&key);
                Ok(())
            })
        }))
    }
}

/// Reads, changes and replaces a file while other processes are locked out.
fn change(path: &Path, act: impl FnOnce(&mut StoreFile) -> Result<(), StoreError>) -> Result<(), StoreError> {
    lock::create_directory(path)?;
    let _lock = lock::acquire_blocking(&lock_path(path, ""), lock::WRITE_TIMEOUT)?;
    let mut document = StoreFile::read(path)?.unwrap_or_default();
    act(&mut document)?;
    if document.is_disposable() {
        atomic::remove(path)
    } else {
        atomic::replace(path, document.to_json().expose().as_bytes())
    }
}

/// A lock file next to a file. The file itself cannot be the lock, because saves replace it.
fn lock_path(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    name.push(".lock");
    path.with_file_name(name)
}
