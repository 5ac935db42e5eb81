//! Files that are not what a store expects: links, FIFOs, devices, and files of any size and mode.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
    process::Command,
};

use jsm_ops::{FileStore, Grant, StoreError, SystemClock, TokenStore};
use jsm_ops_fake::Fake;

use super::key;
use crate::{
    observe::capture,
    support::{issued, soon},
};

fn make_fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
}

async fn grant() -> Grant {
    issued(&Fake::start().await.expect("a fake"), &SystemClock)
}

/// What load, save, delete and lock return.
async fn errors(store: &FileStore, grant: &Grant) -> Vec<(&'static str, StoreError)> {
    let key = key("ada");
    let all = async {
        vec![
            ("load", store.load(&key).await.map(drop)),
            ("save", store.save(&key, grant, None).await),
            ("delete", store.delete(&key).await),
            ("lock", store.lock(&key).await.map(drop)),
        ]
    };
    let all = soon("every operation ends", all).await;
    all.into_iter().map(|(name, done)| (name, done.err().unwrap_or_else(|| unreachable!("{name} did not fail")))).collect()
}

#[tokio::test]
async fn a_store_that_is_not_a_regular_file_is_an_error_at_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("grants.json");
    let (grant, store) = (grant().await, FileStore::file(&path));
    make_fifo(&path);
    for (name, error) in errors(&store, &grant).await {
        assert!(error.to_string().contains("is not a regular file"), "{name}: {error}");
    }
    fs::remove_file(&path).expect("the FIFO is left unchanged");
    fs::create_dir(&path).expect("a directory");
    for (name, error) in errors(&store, &grant).await {
        assert!(error.to_string().contains("is a directory"), "{name}: {error}");
    }
    fs::remove_dir(&path).expect("the directory is left unchanged");
    // A load of this device would not end. Only the load: the lock would be in the directory.
    symlink("/dev/zero", &path).expect("a link");
    let error = soon("the load ends", store.load(&key("ada"))).await.expect_err("a device");
    assert!(error.to_string().contains("is not a regular file"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_too_large_is_not_read() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("grants.json");
    let (grant, store) = (grant().await, FileStore::file(&path));
    // It takes no space on the disk.
    let file = fs::File::create(&path).expect("a file");
    file.set_len(16 * 1024 * 1024 + 1).expect("a size");
    for (name, error) in errors(&store, &grant).await {
        assert!(error.to_string().contains("at most 16 MiB"), "{name}: {error}");
        assert!(!error.is_damaged(), "{name}: {error}");
    }
    assert_eq!(fs::metadata(&path).expect("a file").len(), 16 * 1024 * 1024 + 1);
    file.set_len(16 * 1024 * 1024).expect("a size");
    assert!(store.load(&key("ada")).await.expect_err("zeros").is_damaged(), "it is read");
}

#[tokio::test]
async fn a_planted_lock_file_is_reported_and_not_followed() {
    let grant = grant().await;
    let start = || {
        let directory = tempfile::tempdir().expect("a directory");
        let store = FileStore::file(directory.path().join("grants.json"));
        (directory, store)
    };
    let (directory, store) = start();
    drop(store.lock(&key("ada")).await.expect("a lock"));
    let names: Vec<_> =
        fs::read_dir(directory.path()).expect("a directory").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(names.len(), 2, "the lock of writes and the lock of refreshes: {names:?}");
    for name in &names {
        let (directory, store) = start();
        let (lock, victim) = (directory.path().join(name), directory.path().join("victim"));
        symlink(&victim, &lock).expect("a link");
        let error = store.lock(&key("ada")).await.expect_err("a link");
        assert!(error.to_string().contains("it is a symbolic link") && error.to_string().contains(".lock"), "{error}");
        assert!(!victim.exists(), "the target of the link was not created");

        fs::remove_file(&lock).expect("removed");
        make_fifo(&lock);
        let error = soon("the lock ends", store.lock(&key("ada"))).await.expect_err("a FIFO");
        assert!(error.to_string().contains("regular file"), "{error}");
        fs::remove_file(&lock).expect("removed");
        store.save(&key("ada"), &grant, None).await.expect("saved");
    }
}

#[tokio::test]
async fn files_that_others_can_read_are_logged_once() {
    let grant = grant().await;
    let directory = tempfile::tempdir().expect("a directory");
    let inner = directory.path().join("grants");
    for store in [FileStore::directory(&inner), FileStore::file(inner.join("grants.json"))] {
        store.save(&key("ada"), &grant, None).await.expect("saved");
        let path = store.path(&key("ada"));
        let (log, _guard) = capture();
        assert!(store.load(&key("ada")).await.expect("a store").is_some());
        assert_eq!(log.events(), [""; 0], "0600 in 0700");

        for (mode, of_directory) in [(0o640, 0o700), (0o600, 0o777)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("a mode");
            fs::set_permissions(&inner, fs::Permissions::from_mode(of_directory)).expect("a mode");
            for _ in 0..3 {
                assert!(store.load(&key("ada")).await.expect("reading goes on").is_some());
            }
        }
        fs::set_permissions(&inner, fs::Permissions::from_mode(0o700)).expect("a mode");
        let events = log.events();
        assert_eq!(events.len(), 2, "{events:?}");
        assert!(events[0].contains("chmod 600") && events[0].contains("640"), "{events:?}");
        assert!(events[1].contains("chmod 700") && events[1].contains("777"), "{events:?}");
        assert!(!events.concat().contains(&crate::support::refresh_token(&grant)));
    }
}

#[tokio::test]
async fn a_second_name_of_a_file_is_logged() {
    let grant = grant().await;
    let directory = tempfile::tempdir().expect("a directory");
    let store = FileStore::file(directory.path().join("grants.json"));
    store.save(&key("ada"), &grant, None).await.expect("saved");
    fs::hard_link(directory.path().join("grants.json"), directory.path().join("backup.json")).expect("a link");
    let (log, _guard) = capture();
    store.load(&key("ada")).await.expect("a store");
    assert!(log.events().concat().contains("hard links"), "{:?}", log.events());
}
