//! What stores guarantee, and what happens when a store fails.

use std::{fs, path::Path, sync::atomic::Ordering, time::Duration};

use jsm_ops::{FileStore, Grant, GrantKey, MemoryStore, SystemClock, TokenStore};
use jsm_ops_fake::{Endpoint, Fake};

use crate::support::{
    FailingStore, HOUR, MINUTE, TestClock, assert_signed_in, full_disk, is_alive_in_store, issued, oauth, read_only,
    refresh_token, sign_in,
};

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

#[cfg(feature = "keyring")]
#[tokio::test]
async fn the_keyring_store_meets_the_requirements() {
    use std::sync::Arc;

    use jsm_ops::KeyringStore;
    use keyring_core::{CredentialStore, Entry, mock};

    let keyring: Arc<CredentialStore> = mock::Store::new().expect("a keyring");
    let directory = tempfile::tempdir().expect("a directory");
    let store = KeyringStore::in_keyring(Arc::clone(&keyring), "jsm-ops", directory.path());
    check_store(&store).await;

    // Tokens that are longer than an entry, and shorter again.
    let fake = Fake::start().await.expect("a fake");
    let first = issued(&fake, &SystemClock);
    let key = key("grace");
    store.save(&key, &first, Some(first.generation())).await.expect("saved");
    for (number, length) in [(2, 9000), (3, 3000), (4, 10)] {
        let there = store.load(&key).await.expect("a store").expect("a grant");
        let token = "t".repeat(length);
        let json = first.to_json().expose().replace(&refresh_token(&first), &token);
        let json = json.replace(&first.generation().to_string(), &format!("{number}-00000000000000aa"));
        let grant = Grant::from_json(&json).expect("a grant");
        store.save(&key, &grant, Some(there.generation())).await.expect("saved");
        let loaded = store.load(&key).await.expect("a store").expect("a grant");
        assert_eq!(refresh_token(&loaded), token);
    }
    let names = ["", ".a.0", ".a.1", ".b.0", ".b.1"];
    let user =
        |part: &str| format!("{}{part}", FileStore::directory("").path(&key).file_stem().expect("a name").to_string_lossy());
    let entry = |part: &str| Entry::new_in_store(&keyring, "jsm-ops", &user(part)).expect("an entry");
    assert_eq!(names.map(|part| entry(part).get_secret().is_ok()), [true, true, false, false, false]);

    // Leftovers of a killed save in the other set of parts are ignored.
    entry(".b.0").set_secret(b"half of a gr").expect("written");
    assert!(store.load(&key).await.is_ok());

    entry(".a.0").set_secret(b"half of a gr").expect("written");
    let error = store.load(&key).await.expect_err("damaged");
    assert!(error.is_damaged(), "{error}");
    entry(".a.0").delete_credential().expect("removed");
    assert!(store.save(&key, &first, None).await.expect_err("damaged").is_damaged());
    store.delete(&key).await.expect("deleted");
    assert!(store.load(&key).await.expect("a store").is_none());
}

#[tokio::test]
async fn a_lock_that_stays_held_is_an_error() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = FileStore::directory(directory.path()).lock_timeout(Duration::from_millis(5));
    let _lock = store.lock(&key("ada")).await.expect("a lock");
    let error = FileStore::directory(directory.path()).lock_timeout(Duration::from_millis(5));
    let error = error.lock(&key("ada")).await.expect_err("taken");
    assert!(error.is_busy(), "{error}");
    assert!(jsm_ops::Error::from(error).is_transient());
}

#[cfg(unix)]
#[tokio::test]
async fn only_their_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt as _;

    let fake = Fake::start().await.expect("a fake");
    let directory = tempfile::tempdir().expect("a directory");
    let mode = |path: &Path| fs::metadata(path).expect("metadata").permissions().mode() & 0o7777;
    let inner = directory.path().join("new/newer");
    let one = FileStore::directory(&inner);
    let all = FileStore::file(directory.path().join("other/grants.json"));
    for store in [&one, &all] {
        let _lock = store.lock(&key("ada")).await.expect("a lock");
        store.save(&key("ada"), &issued(&fake, &SystemClock), None).await.expect("saved");
        // The next save restores the mode of a file that became readable for others.
        fs::set_permissions(store.path(&key("ada")), fs::Permissions::from_mode(0o644)).expect("a mode");
        let grant = store.load(&key("ada")).await.expect("a store").expect("a grant");
        store.save(&key("ada"), &grant, Some(grant.generation())).await.expect("saved");
    }
    for made in ["new", "new/newer", "other"] {
        assert_eq!(mode(&directory.path().join(made)), 0o700, "{made}");
        for entry in fs::read_dir(directory.path().join(made)).expect("a directory").flatten() {
            if entry.path().is_file() {
                assert_eq!(mode(&entry.path()), 0o600, "{:?}", entry.path());
            }
        }
    }
    let names: Vec<_> = fs::read_dir(&inner).expect("a directory").flatten().map(|entry| entry.file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().ends_with(".tmp")), "{names:?}");
    assert!(names.iter().all(|name| !name.to_string_lossy().contains("ada")), "{names:?}");
}

#[tokio::test]
async fn unknown_fields_of_a_newer_version_are_kept() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake);
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("grants.json");
    let oauth = oauth(&fake, &clock, FileStore::file(&path));
    sign_in(&fake, &oauth, "ada").await;
    let text = fs::read_to_string(&path).expect("a file");
    let newer = text
        .replacen('{', r#"{ "file_news": [1, 2],"#, 1)
        .replacen(r#""version": 1"#, r#""version": 7"#, 1)
        .replacen(r#""grant": {"#, r#""entry_news": null, "grant": { "grant_news": {"a": 1},"#, 1);
    fs::write(&path, newer).expect("written");
    clock.advance(HOUR);
    assert_signed_in(&fake, &oauth.session("ada")).await;
    let json: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path).expect("a file")).expect("JSON");
    assert_eq!((&json["version"], &json["file_news"][1]), (&7.into(), &2.into()));
    assert_eq!(json["grants"][0].get("entry_news"), Some(&serde_json::Value::Null));
    assert_eq!(json["grants"][0]["grant"]["grant_news"]["a"], 1);
    assert!(json["grants"][0]["grant"]["generation"].as_str().expect("a generation").starts_with("2-"));
}

#[tokio::test]
async fn a_damaged_file_is_reported_and_left_unchanged() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake).manual();
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("grants.json");
    let store = FileStore::file(&path);
    let whole = {
        let oauth = oauth(&fake, &clock, store.clone());
        sign_in(&fake, &oauth, "ada").await;
        fs::read_to_string(&path).expect("a file")
    };
    clock.advance(HOUR);
    let half = &whole[..whole.len() / 2];
    let other_type = whole.replace(r#""access_expires_at": ""#, r#""access_expires_at": "s3cret"#);
    for damage in ["", "null", "[]", "{}", half, &other_type, "\u{0}\u{0}\u{0}"] {
        fs::write(&path, damage).expect("written");
        let oauth = oauth(&fake, &clock, store.clone());
        let error = oauth.session("ada").access_token().await.expect_err("damaged");
        assert!(error.store_error().is_some_and(jsm_ops::StoreError::is_damaged), "{error}");
        assert!(error.to_string().contains("grants.json") && !format!("{error:?}").contains("s3cret"), "{error}");
        assert!(!error.is_consent_needed());
        // A new sign-in does not overwrite it either, and spends no code.
        let sign_in = oauth.begin_sign_in(&crate::support::scopes(&fake)).expect("a sign-in");
        let callback = fake.approve(sign_in.url.as_str()).await.expect("consent");
        let exchanges = fake.count(&Endpoint::Exchange);
        let error = oauth.finish_sign_in("grace", sign_in.pending, &callback).await.expect_err("damaged");
        assert!(error.store_error().is_some_and(jsm_ops::StoreError::is_damaged), "{error}");
        assert_eq!(fake.count(&Endpoint::Exchange), exchanges);
        assert_eq!(fs::read_to_string(&path).expect("a file"), damage);
    }
    fs::write(&path, &whole).expect("written");
    assert_signed_in(&fake, &oauth(&fake, &clock, store).session("ada")).await;
}

#[tokio::test]
async fn leftovers_of_a_killed_process_are_removed() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake);
    let directory = tempfile::tempdir().expect("a directory");
    let store = FileStore::directory(directory.path());
    let oauth = oauth(&fake, &clock, store.clone());
    let session = sign_in(&fake, &oauth, "ada").await;
    let path = store.path(session.key());
    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
    let left = directory.path().join(format!(".{name}.0123456789abcdef.tmp"));
    fs::write(&left, "half of a gr").expect("written");
    clock.advance(HOUR);
    assert_signed_in(&fake, &session).await;
    assert!(!left.exists(), "it held tokens");
}

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

/// A directory instead of the lock file fails like a read-only directory, even for the superuser.
#[tokio::test]
async fn a_file_store_that_cannot_write_loses_nothing() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake).manual();
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("grants.json");
    let store = FileStore::file(&path);
    let oauth = oauth(&fake, &clock, store.clone());
    let session = sign_in(&fake, &oauth, "ada").await;
    clock.advance(HOUR);
    let obstacle = directory.path().join("grants.json.lock");
    fs::remove_file(&obstacle).expect("removed");
    fs::create_dir(&obstacle).expect("a directory");
    assert_signed_in(&fake, &session).await;
    let error = session.save_error().expect("unsaved");
    assert!(error.store_error().and_then(jsm_ops::StoreError::io_error).is_some(), "{error}");
    assert!(is_alive_in_store(&fake, &store, session.key()).await, "the service still accepts the old token");
    fs::remove_dir(&obstacle).expect("removed");
    session.flush().await.expect("saved");
    assert!(session.save_error().is_none());
    clock.advance(11 * MINUTE);
    assert!(is_alive_in_store(&fake, &store, session.key()).await);
    let stored = store.load(session.key()).await.expect("a store").expect("a grant");
    assert!(fake.is_refresh_token_valid(&refresh_token(&stored)));
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
