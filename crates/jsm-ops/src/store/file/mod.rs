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
    store::{StoreLock, TokenStore, blocking, check, error::StoreError, file::format::Document, lock, name},
};

/// Keeps grants in files that only their owner reads, for any number of processes on one machine.
///
/// A save writes a temporary file in the same directory, syncs it, renames it over the old one and syncs the directory: after a
/// crash or a loss of power there is the grant before or the grant after. Files are created with mode 0600, directories that are
/// missing with 0700. Beside them lie lock files, which are empty and stay.
///
/// A file that cannot be read as grants is reported and left as it is; nothing is saved over it. Fields that a newer version
/// wrote are kept.
///
/// The tokens are not encrypted. On Unix the modes protect them from other users. On Windows nothing is changed about
/// permissions: put the file below the user's profile, for example under `%LOCALAPPDATA%`, whose access control list lets in the
/// user, administrators and the system. On either system, whoever runs as the user reads them.
///
/// The locks are those of the operating system (`flock`, `LockFileEx`), which end with the process. On a network file system they
/// are as good as that file system; a service on several machines is better off with a database and a
/// [`TokenStore`] of its own.
#[derive(Debug, Clone)]
pub struct FileStore {
    layout: Layout,
    lock_timeout: Duration,
}

#[derive(Debug, Clone)]
enum Layout {
    /// One file for every grant, in a directory.
    Directory(PathBuf),
    /// One file for all grants.
    File(PathBuf),
}

impl FileStore {
    /// Keeps every grant in a file of its own in this directory, named after a hash of its key. For many users.
    pub fn directory(path: impl Into<PathBuf>) -> Self {
        Self { layout: Layout::Directory(path.into()), lock_timeout: lock::REFRESH_TIMEOUT }
    }

    /// Keeps all grants in this file. For a tool of one person.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { layout: Layout::File(path.into()), lock_timeout: lock::REFRESH_TIMEOUT }
    }

    /// Waits so long for a refresh of another process, instead of two minutes.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = timeout;
        self
    }

    /// The file that keeps the grant under a key.
    pub fn path(&self, key: &GrantKey) -> PathBuf {
        match &self.layout {
            Layout::Directory(directory) => directory.join(format!("{}.json", name(key))),
            Layout::File(file) => file.clone(),
        }
    }

    /// The file that is locked while the grant under a key is refreshed.
    fn refresh_lock(&self, key: &GrantKey) -> PathBuf {
        beside(&self.path(key), &format!(".{}.refresh", name(key)))
    }
}

impl TokenStore for FileStore {
    fn load<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<Option<Grant>, StoreError>> {
        let (path, key) = (self.path(key), key.clone());
        // A rename is atomic, so reading takes no lock.
        Box::pin(blocking(move || Ok(Document::read(&path)?.and_then(|document| document.grant(&key).cloned()))))
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
                check(document.grant(&key), &grant, expected)?;
                document.put(key, grant);
                Ok(())
            })
        }))
    }

    fn lock<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        Box::pin(async move {
            let path: Arc<Path> = self.refresh_lock(key).into();
            let target = self.path(key);
            let file = lock::wait(path, self.lock_timeout).await?;
            // A store that is full or read-only is found here, before a token is rotated that could not be saved.
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

/// Reads, changes and replaces a file while no other process does.
fn change(path: &Path, act: impl FnOnce(&mut Document) -> Result<(), StoreError>) -> Result<(), StoreError> {
    lock::create_directory(path)?;
    let _writing = lock::hold(&beside(path, ""), lock::WRITE_TIMEOUT)?;
    let mut document = Document::read(path)?.unwrap_or_default();
    act(&mut document)?;
    if document.is_disposable() {
        atomic::remove(path)
    } else {
        atomic::replace(path, document.to_json().expose().as_bytes())
    }
}

/// A lock file beside a file: never the file itself, because that one is replaced.
fn beside(path: &Path, what: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(what);
    name.push(".lock");
    path.with_file_name(name)
}
