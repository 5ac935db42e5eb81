//! The operations on one store file. They block.

use std::path::{Path, PathBuf};

use crate::{
    grant::{Grant, generation::Generation, key::GrantKey},
    store::{
        check_generation,
        error::StoreError,
        file::{
            atomic::{self, Disk, Replacement},
            bounded,
            format::StoreFile,
            location,
            notices::Notices,
        },
        lock::{self, FileLock},
        system::System,
    },
};

/// The free space to test for before a token is rotated. A grant has a few thousand bytes.
const MIN_FREE_BYTES: usize = 16 * 1024;

/// How often a change starts over because its lock file was removed meanwhile.
const MAX_LOST_LOCKS: usize = 8;

/// A store file at its resolved path.
pub(in crate::store) struct Place<'a> {
    path: PathBuf,
    system: &'a dyn System,
    notices: &'a Notices,
    /// Whether the directory is for grants only.
    is_own_directory: bool,
}

impl<'a> Place<'a> {
    /// Resolves the path once for all that an operation does.
    pub(super) fn resolve(
        path: &Path,
        system: &'a dyn System,
        notices: &'a Notices,
        is_own_directory: bool,
    ) -> Result<Self, StoreError> {
        Ok(Self { path: location::resolve(path)?, system, notices, is_own_directory })
    }

    /// A lock file next to the file. The file itself cannot be the lock, because saves replace it.
    pub(super) fn lock_path(&self, suffix: &str) -> PathBuf {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(suffix);
        name.push(".lock");
        self.path.with_file_name(name)
    }

    /// A rename is atomic, so reading takes no lock.
    pub(in crate::store) fn load(&self, key: &GrantKey) -> Result<Option<Grant>, StoreError> {
        Ok(self.read()?.and_then(|file| file.grant(key).cloned()))
    }

    pub(in crate::store) fn save(
        &self,
        key: &GrantKey,
        grant: &Grant,
        expected: Option<Generation>,
    ) -> Result<(), StoreError> {
        self.change(|file| {
            check_generation(file.grant(key), grant, expected)?;
            file.put(key, grant);
            Ok(())
        })
    }

    /// Also removes what killed processes left: it contains tokens.
    pub(in crate::store) fn delete(&self, key: &GrantKey) -> Result<(), StoreError> {
        self.with_write_lock(|_| atomic::remove_leftovers(self.disk(), &self.path))?;
        self.change(|file| {
            file.remove(key);
            Ok(())
        })
    }

    /// Tests whether a save can work now, by saving the present content once more. This finds a
    /// directory without write permission, a full disk, a file that is mounted alone, and content
    /// that a save would not replace.
    pub(super) fn probe(&self) -> Result<(), StoreError> {
        self.locked(|lock| {
            self.remove_leftovers();
            let Some(content) = bounded::read(&self.path)? else {
                // There is nothing to replace, and a grant must not appear.
                return Replacement::write(&self.path, &[], MIN_FREE_BYTES)?.commit_beside(self.disk()).map(Some);
            };
            StoreFile::parse(&self.path, &content.bytes)?.check_version(&self.path)?;
            let grown = content.bytes.len().saturating_add(MIN_FREE_BYTES);
            bounded::check_size(&self.path, grown.try_into().unwrap_or(u64::MAX))?;
            self.replace(lock, &content.bytes, MIN_FREE_BYTES)
        })
    }

    /// Reads, changes and replaces the file while other processes are locked out.
    pub(super) fn change(&self, act: impl Fn(&mut StoreFile) -> Result<(), StoreError>) -> Result<(), StoreError> {
        self.locked(|lock| {
            self.remove_leftovers();
            let mut file = self.read()?.unwrap_or_default();
            file.check_version(&self.path)?;
            act(&mut file)?;
            if file.is_disposable() {
                return if lock.is_current() { atomic::remove(self.disk(), &self.path).map(Some) } else { Ok(None) };
            }
            let json = file.to_json();
            let bytes = json.expose().as_bytes();
            bounded::check_size(&self.path, bytes.len().try_into().unwrap_or(u64::MAX))?;
            self.replace(lock, bytes, 0)
        })
    }

    /// Replaces the file. `None` if the lock did not exclude others any more.
    fn replace(&self, lock: &FileLock, bytes: &[u8], headroom: usize) -> Result<Option<()>, StoreError> {
        let replacement = Replacement::write(&self.path, bytes, headroom)?;
        if !lock.is_current() {
            return Ok(None);
        }
        replacement.commit(self.disk()).map(Some)
    }

    /// Works under the write lock, and starts over if the lock file was removed meanwhile: then
    /// another process may have changed the file.
    fn locked<T>(&self, act: impl Fn(&FileLock) -> Result<Option<T>, StoreError>) -> Result<T, StoreError> {
        for _ in 0..MAX_LOST_LOCKS {
            if let Some(done) = self.with_write_lock(&act)? {
                return Ok(done);
            }
        }
        let reason = "it is removed again and again; stop the program that removes lock files";
        Err(StoreError::unusable(self.lock_path("").display(), reason))
    }

    fn with_write_lock<T>(&self, act: impl FnOnce(&FileLock) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let lock = lock::acquire_blocking(self.system, &self.lock_path(""), lock::WRITE_TIMEOUT)?;
        act(&lock)
    }

    fn read(&self) -> Result<Option<StoreFile>, StoreError> {
        let Some(content) = bounded::read(&self.path)? else { return Ok(None) };
        self.notices.check_modes(&self.path, &content.metadata, self.is_own_directory);
        StoreFile::parse(&self.path, &content.bytes).map(Some)
    }

    /// A save does not need them gone.
    fn remove_leftovers(&self) {
        let _ = atomic::remove_leftovers(self.disk(), &self.path);
    }

    fn disk(&self) -> Disk<'a> {
        Disk { system: self.system, notices: self.notices }
    }
}
