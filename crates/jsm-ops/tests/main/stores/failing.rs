//! What happens when a store fails.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use jsm_ops::{BoxFuture, FileStore, Generation, Grant, GrantKey, StoreError, StoreLock, TokenStore};
use jsm_ops_fake::{Endpoint, Fake};

use crate::support::{
    FailingStore, HOUR, MINUTE, TestClock, assert_signed_in, full_disk, is_alive_in_store, oauth, read_only, refresh_token,
    sign_in,
};

#[tokio::test]
async fn a_full_disk_loses_nothing() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake).manual();
    let store = FailingStore::default();
    let oauth = oauth(&fake, &clock, store.clone());
    let key = sign_in(&fake, &oauth, "ada").await.key().clone();
    clock.advance(HOUR);
    store.fail_saves(Some(full_disk));
    // All sessions are dropped in between; the unsaved grant must survive.
    let second = oauth.session("ada").access_token().await.expect("a token");
    assert!(fake.is_access_token_valid(second.secret().expose()));
    let error = oauth.session("ada").save_error().expect("unsaved");
    assert!(error.is_store_failed() && error.to_string().contains("token store"), "{error}");
    let stored = store.load(&key).await.expect("a store").expect("a grant");
    assert_eq!(stored.generation().number(), 1);

    // After another hour the disk is still full, and the grant is refreshed from memory.
    clock.advance(HOUR);
    assert_signed_in(&fake, &oauth.session("ada")).await;
    assert!(oauth.session("ada").flush().await.expect_err("full").is_store_failed());

    // Without the lock, the grant in memory is still refreshed: no other copy works.
    store.fail_locks(Some(full_disk));
    clock.advance(HOUR);
    assert_signed_in(&fake, &oauth.session("ada")).await;
    store.fail_loads(Some(full_disk));
    clock.advance(HOUR);
    assert_signed_in(&fake, &oauth.session("ada")).await;
    store.fail_loads(None);
    store.fail_locks(None);

    let saves = store.saves.load(Ordering::SeqCst);
    store.fail_saves(None);
    // The background task retries the save.
    for _ in 0..1000 {
        clock.advance(MINUTE);
        tokio::task::yield_now().await;
        if oauth.session("ada").save_error().is_none() {
            break;
        }
    }
    assert!(store.saves.load(Ordering::SeqCst) > saves);
    assert!(oauth.session("ada").save_error().is_none());
    let stored = store.load(&key).await.expect("a store").expect("a grant");
    assert_eq!(stored.generation().number(), 5);
    assert!(is_alive_in_store(&fake, &store, &key).await);
}

#[tokio::test]
async fn a_read_only_store_prevents_a_refresh() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake);
    let store = FailingStore::default();
    let oauth = oauth(&fake, &clock, store.clone());
    let session = sign_in(&fake, &oauth, "ada").await;
    store.fail_locks(Some(read_only));
    clock.advance(HOUR - 4 * MINUTE);
    assert!(session.access_token().await.is_ok(), "the token is good for some minutes");
    clock.advance(4 * MINUTE);
    let error = session.access_token().await.expect_err("no lock");
    assert!(error.is_store_failed() && !error.is_consent_needed(), "{error}");
    assert_eq!(fake.count(&Endpoint::Refresh), 0, "a token that could not be saved is not asked for");
    store.fail_locks(None);
    store.fail_loads(Some(read_only));
    assert!(session.access_token().await.expect_err("no load").is_store_failed());
    store.fail_loads(None);
    assert_signed_in(&fake, &session).await;
}

/// A file store with an obstacle that appears when a save starts: a directory instead of the lock
/// file fails like a read-only directory, even for the superuser.
#[derive(Debug)]
struct Obstructed {
    store: FileStore,
    obstacle: PathBuf,
    is_gone: Arc<AtomicBool>,
}

impl TokenStore for Obstructed {
    fn load<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<Option<Grant>, StoreError>> {
        self.store.load(key)
    }

    fn save<'a>(
        &'a self,
        key: &'a GrantKey,
        grant: &'a Grant,
        expected: Option<Generation>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        if !self.is_gone.load(Ordering::SeqCst) {
            obstruct(&self.obstacle);
        }
        self.store.save(key, grant, expected)
    }

    fn lock<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        self.store.lock(key)
    }

    fn delete<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<(), StoreError>> {
        self.store.delete(key)
    }
}

fn obstruct(lock_file: &Path) {
    if lock_file.is_file() {
        fs::remove_file(lock_file).expect("removed");
        fs::create_dir(lock_file).expect("a directory");
    }
}

#[tokio::test]
async fn a_file_store_that_cannot_write_loses_nothing() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake).manual();
    let directory = tempfile::tempdir().expect("a directory");
    let store = FileStore::file(directory.path().join("grants.json"));
    sign_in(&fake, &oauth(&fake, &clock, store.clone()), "ada").await;
    let obstacle = directory.path().join("grants.json.lock");
    let is_gone = Arc::new(AtomicBool::new(false));
    let obstructed = Obstructed { store: store.clone(), obstacle: obstacle.clone(), is_gone: Arc::clone(&is_gone) };
    let oauth = oauth(&fake, &clock, obstructed);
    let session = oauth.session("ada");
    clock.advance(HOUR);
    assert_signed_in(&fake, &session).await;
    let error = session.save_error().expect("unsaved");
    assert!(error.store_error().and_then(jsm_ops::StoreError::io_error).is_some(), "{error}");
    assert!(is_alive_in_store(&fake, &store, session.key()).await, "the service still accepts the old token");
    is_gone.store(true, Ordering::SeqCst);
    fs::remove_dir(&obstacle).expect("removed");
    session.flush().await.expect("saved");
    assert!(session.save_error().is_none());
    clock.advance(11 * MINUTE);
    assert!(is_alive_in_store(&fake, &store, session.key()).await);
    let stored = store.load(session.key()).await.expect("a store").expect("a grant");
    assert!(fake.is_refresh_token_valid(&refresh_token(&stored)));
}

#[tokio::test]
async fn a_lock_file_that_cannot_be_opened_is_noticed_before_a_token_is_rotated() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake);
    let directory = tempfile::tempdir().expect("a directory");
    let oauth = oauth(&fake, &clock, FileStore::file(directory.path().join("grants.json")));
    let session = sign_in(&fake, &oauth, "ada").await;
    clock.advance(HOUR);
    let obstacle = directory.path().join("grants.json.lock");
    obstruct(&obstacle);
    let error = session.access_token().await.expect_err("a save would fail");
    assert!(error.is_store_failed() && !error.is_consent_needed(), "{error}");
    assert_eq!(fake.count(&Endpoint::Refresh), 0);
    fs::remove_dir(&obstacle).expect("removed");
    assert_signed_in(&fake, &session).await;
}

#[tokio::test]
async fn a_store_that_was_rolled_back_is_updated() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake);
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("grants.json");
    let oauth = oauth(&fake, &clock, FileStore::file(&path));
    let session = sign_in(&fake, &oauth, "ada").await;
    let backup = fs::read(&path).expect("a file");
    clock.advance(HOUR);
    assert_signed_in(&fake, &session).await;
    fs::write(&path, backup).expect("written");
    // The use of the old token would now end the whole grant.
    clock.advance(HOUR);
    assert_signed_in(&fake, &session).await;
    assert!(is_alive_in_store(&fake, &FileStore::file(&path), session.key()).await);
}

#[tokio::test]
async fn an_unsaved_grant_gives_way_to_a_newer_one() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake).manual();
    let store = FailingStore::default();
    let first = oauth(&fake, &clock, store.clone());
    let session = sign_in(&fake, &first, "ada").await;
    clock.advance(HOUR);
    store.fail_saves(Some(full_disk));
    assert_signed_in(&fake, &session).await;
    store.fail_saves(None);
    // Another process uses the old token from the store within ten minutes.
    let second = oauth(&fake, &clock, store.clone());
    assert_signed_in(&fake, &second.session("ada")).await;
    session.flush().await.expect("settled");
    let there = second.session("ada").access_token().await.expect("a token").generation();
    assert_eq!(session.access_token().await.expect("a token").generation(), there);
    assert!(is_alive_in_store(&fake, &store, session.key()).await);
}
