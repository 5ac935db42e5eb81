//! What stores guarantee, and what happens when a store fails.

#[cfg(feature = "conformance")]
mod conformance;
mod failing;
mod files;
#[cfg(feature = "keyring")]
mod keyring;
#[cfg(all(feature = "keyring", feature = "conformance"))]
mod keyring_or_file;
#[cfg(unix)]
mod links;
#[cfg(target_os = "linux")]
mod mounts;
#[cfg(unix)]
mod odd_files;
#[cfg(feature = "conformance")]
mod wrong;
#[cfg(feature = "conformance")]
mod wrong_store;

use std::time::Duration;

use jsm_ops::{FileStore, Grant, GrantKey, MemoryStore, SystemClock, TokenStore};
use jsm_ops_fake::Fake;

use crate::support::issued;

fn key(user: &str) -> GrantKey {
    GrantKey::new("app", user)
}

/// The same grant with another generation.
fn later(grant: &Grant, generation: &str) -> Grant {
    let json = grant.to_json().expose().replace(&grant.generation().to_string(), generation);
    Grant::from_json(&json).expect("a grant")
}

/// The requirements for every store.
async fn check_store(store: &dyn TokenStore) {
    let fake = Fake::start().await.expect("a fake");
    let clock = SystemClock;
    let (ada, grace) = (key("ada"), key("grace"));
    let first = issued(&fake, &clock);
    assert!(store.load(&ada).await.expect("a store").is_none());
    let gone = store.save(&ada, &first, Some(first.generation())).await.expect_err("nothing is there");
    assert!(gone.is_conflict(), "who signed out stays signed out: {gone}");
    store.save(&ada, &first, None).await.expect("saved");
    store.save(&ada, &first, None).await.expect("a save is repeated");

    let (second, other) = (later(&first, "2-00000000000000ab"), later(&first, "2-00000000000000ac"));
    assert!(store.save(&ada, &second, None).await.expect_err("there is one").is_conflict());
    store.save(&ada, &second, Some(first.generation())).await.expect("saved");
    assert!(store.save(&ada, &other, Some(first.generation())).await.expect_err("too late").is_conflict());
    let loaded = store.load(&ada).await.expect("a store").expect("a grant");
    assert_eq!(loaded.to_json().expose(), second.to_json().expose());

    assert!(store.load(&grace).await.expect("a store").is_none());
    store.save(&grace, &first, None).await.expect("saved");
    store.delete(&ada).await.expect("deleted");
    store.delete(&ada).await.expect("deleted again");
    assert!(store.load(&ada).await.expect("a store").is_none());
    assert!(store.load(&grace).await.expect("a store").is_some());

    let lock = store.lock(&ada).await.expect("a lock");
    // Another grant has another lock.
    drop(store.lock(&grace).await.expect("a lock"));
    let waiting = store.lock(&ada);
    let waited = tokio::time::timeout(Duration::from_millis(5), waiting).await;
    assert!(waited.is_err(), "the lock was held");
    drop(lock);
    drop(store.lock(&ada).await.expect("a lock"));
}

#[tokio::test]
async fn the_memory_store_meets_the_requirements() {
    check_store(&MemoryStore::new()).await;
}

#[tokio::test]
async fn the_file_stores_meet_the_requirements() {
    let directory = tempfile::tempdir().expect("a directory");
    check_store(&FileStore::directory(directory.path().join("a/b"))).await;
    check_store(&FileStore::file(directory.path().join("c/grants.json"))).await;
}
