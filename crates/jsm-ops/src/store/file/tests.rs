//! What a file store does where the operating system fails.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use chrono::DateTime;

use super::*;
use crate::grant::tests::tokens;

/// Fails the calls of a list, each with an error number of the operating system.
#[derive(Debug, Default)]
struct Failing {
    rename: Option<i32>,
    sync: Option<i32>,
    lock: Option<i32>,
    /// Replaced by another file after the first attempt opened it.
    replaced_lock_file: Mutex<Option<PathBuf>>,
}

impl System for Failing {
    fn try_lock(&self, file: &File, path: &Path) -> Result<(), TryLockError> {
        if let Some(code) = self.lock {
            return Err(TryLockError::Error(io::Error::from_raw_os_error(code)));
        }
        let mut replaced = self.replaced_lock_file.lock().expect("a lock");
        if replaced.as_deref() == Some(path) {
            *replaced = None;
            fs::remove_file(path).expect("removed");
            fs::write(path, "").expect("another file");
        }
        file.try_lock()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.rename.map_or_else(|| fs::rename(from, to), |code| Err(io::Error::from_raw_os_error(code)))
    }

    fn sync_directory(&self, _: &Path) -> io::Result<()> {
        self.sync.map_or(Ok(()), |code| Err(io::Error::from_raw_os_error(code)))
    }
}

fn key() -> GrantKey {
    GrantKey::new("app", "ada")
}

fn grant() -> Grant {
    Grant::issue(tokens("access", Some("refresh")), DateTime::UNIX_EPOCH).expect("a grant")
}

fn with_system(store: &FileStore, system: Failing) -> FileStore {
    FileStore { system: Arc::new(system), notices: Arc::default(), ..store.clone() }
}

/// A store with one grant.
async fn store() -> (tempfile::TempDir, FileStore, Grant) {
    let directory = tempfile::tempdir().expect("a directory");
    let store = FileStore::file(directory.path().join("grants.json"));
    let grant = grant();
    store.save(&key(), &grant, None).await.expect("saved");
    (directory, store, grant)
}

fn temporary_files(directory: &Path) -> usize {
    let entries = fs::read_dir(directory).expect("a directory").flatten();
    entries.filter(|entry| entry.file_name().to_string_lossy().ends_with(".tmp")).count()
}

#[tokio::test]
async fn a_file_that_cannot_be_replaced_fails_the_lock() {
    let (directory, store, grant) = store().await;
    let path = directory.path().join("grants.json");
    let before = fs::read(&path).expect("a file");
    for code in [libc::EBUSY, libc::EXDEV, libc::EROFS] {
        let failing = with_system(&store, Failing { rename: Some(code), ..Failing::default() });
        let error = failing.lock(&key()).await.expect_err("a rename fails");
        assert!(error.to_string().contains("mount the directory instead of the file"), "{error}");
        assert_eq!(error.io_error().and_then(io::Error::raw_os_error), Some(code));
        assert!(failing.save(&key(), &grant, Some(grant.generation())).await.is_err());
        assert_eq!((fs::read(&path).expect("a file"), temporary_files(directory.path())), (before.clone(), 0));
    }
    let failing = with_system(&store, Failing { rename: Some(libc::EACCES), ..Failing::default() });
    let error = failing.lock(&key()).await.expect_err("a rename fails");
    assert!(error.to_string().starts_with("cannot replace "), "{error}");
    drop(store.lock(&key()).await.expect("nothing else is wrong"));
    assert_eq!(store.load(&key()).await.expect("a store").map(|grant| grant.generation()), Some(grant.generation()));
}

#[tokio::test]
async fn the_lock_of_an_empty_store_also_renames_and_leaves_no_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = FileStore::file(directory.path().join("grants.json"));
    let failing = with_system(&store, Failing { rename: Some(libc::EXDEV), ..Failing::default() });
    assert!(failing.lock(&key()).await.is_err());
    drop(store.lock(&key()).await.expect("a lock"));
    assert!(store.load(&key()).await.expect("a store").is_none());
    assert_eq!(temporary_files(directory.path()), 0);
    assert!(!directory.path().join("grants.json").exists());
}

#[tokio::test]
async fn a_directory_that_cannot_be_synced_does_not_fail_a_save() {
    let (_directory, store, grant) = store().await;
    for code in [libc::EINVAL, libc::EACCES, libc::EPERM, libc::ENOTSUP, libc::EOPNOTSUPP, libc::EBADF, libc::ENOSYS] {
        let failing = with_system(&store, Failing { sync: Some(code), ..Failing::default() });
        let saved = failing.save(&key(), &grant, Some(grant.generation())).await;
        saved.unwrap_or_else(|error| panic!("{code}: {error}"));
        drop(failing.lock(&key()).await.expect("a lock"));
        failing.delete(&key()).await.expect("deleted");
        failing.save(&key(), &grant, None).await.expect("saved");
    }
    for code in [libc::EIO, libc::ENOSPC, libc::EDQUOT] {
        let failing = with_system(&store, Failing { sync: Some(code), ..Failing::default() });
        let error = failing.save(&key(), &grant, Some(grant.generation())).await.expect_err("not durable");
        assert_eq!(error.io_error().and_then(io::Error::raw_os_error), Some(code), "{error}");
    }
}

#[tokio::test]
async fn a_place_without_locks_fails_the_lock_with_what_to_do() {
    let (_directory, store, grant) = store().await;
    for code in [libc::ENOTSUP, libc::EOPNOTSUPP, libc::ENOLCK, libc::ENOSYS] {
        let failing = with_system(&store, Failing { lock: Some(code), ..Failing::default() });
        for error in [
            failing.lock(&key()).await.expect_err("no locks"),
            failing.save(&key(), &grant, Some(grant.generation())).await.expect_err("no locks"),
            failing.delete(&key()).await.expect_err("no locks"),
        ] {
            assert!(error.is_lock_unsupported(), "{code}: {error}");
            assert!(error.to_string().contains("has no file locks"), "{error}");
            assert!(error.to_string().contains("a directory on a local disk"), "{error}");
        }
        assert!(failing.load(&key()).await.expect("reading takes no lock").is_some());
    }
    let failing = with_system(&store, Failing { lock: Some(libc::EIO), ..Failing::default() });
    assert!(!failing.lock(&key()).await.expect_err("a failing disk").is_lock_unsupported());
}

/// Another process removes the lock file between open and lock, and locks a new one.
#[tokio::test]
async fn a_lock_file_that_was_replaced_is_opened_again() {
    let (directory, store, _) = store().await;
    let path = directory.path().join(format!("grants.json.{}.refresh.lock", hashed_name(&key())));
    let replaced = Mutex::new(Some(path.canonicalize().unwrap_or(path.clone())));
    let failing = with_system(&store, Failing { replaced_lock_file: replaced, ..Failing::default() });
    let lock = failing.lock(&key()).await.expect("a lock");
    let second = store.clone().lock_timeout(Duration::from_millis(20));
    assert!(second.lock(&key()).await.expect_err("the first one holds the file at the path").is_busy());
    drop(lock);
    drop(second.lock(&key()).await.expect("a lock"));
}

/// The lock of a change excludes no other process after its file was removed.
#[tokio::test]
async fn a_change_starts_over_if_its_lock_file_was_removed() {
    let (directory, store, first) = store().await;
    let lock_file = directory.path().join("grants.json.lock");
    let other = GrantKey::new("app", "grace");
    let attempts = AtomicUsize::new(0);
    let changed = store.at(&key(), |place| {
        place.change(|file| {
            if attempts.fetch_add(1, Ordering::SeqCst) == 0 {
                fs::remove_file(&lock_file).expect("removed");
                // Another process gets a lock, and saves between the read and the write.
                store.at(&other, |place| place.save(&other, &first, None)).expect("saved");
            }
            file.remove(&key());
            Ok(())
        })
    });
    changed.expect("a change");
    assert_eq!(attempts.load(Ordering::SeqCst), 2);
    assert!(store.load(&other).await.expect("a store").is_some(), "the save of the other process is not lost");
    assert!(store.load(&key()).await.expect("a store").is_none());
}
