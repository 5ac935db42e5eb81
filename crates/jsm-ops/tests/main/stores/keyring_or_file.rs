//! Grants in a keyring where there is one, and in files where there is not.

use std::{
    any::Any,
    collections::HashMap,
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use jsm_ops::{
    FileStore, Grant, KeyringOrFileStore, KeyringStore, SystemClock, TokenStore,
    store::conformance::{Check, Suite},
};
use jsm_ops_fake::Fake;
use keyring_core::{CredentialStore, Entry, Error, api::CredentialStoreApi, mock};

use super::{key, later};
use crate::{
    observe::capture,
    support::{issued, refresh_token},
};

/// A keyring that can be there or not.
#[derive(Debug)]
struct Keyring {
    inner: Arc<mock::Store>,
    is_there: AtomicBool,
}

impl Keyring {
    fn new(is_there: bool) -> Arc<Self> {
        Arc::new(Self { inner: mock::Store::new().expect("a keyring"), is_there: is_there.into() })
    }

    fn set(&self, is_there: bool) {
        self.is_there.store(is_there, Ordering::SeqCst);
    }
}

impl CredentialStoreApi for Keyring {
    fn vendor(&self) -> String {
        self.inner.vendor()
    }

    fn id(&self) -> String {
        self.inner.id()
    }

    fn build(&self, service: &str, user: &str, modifiers: Option<&HashMap<&str, &str>>) -> Result<Entry, Error> {
        if self.is_there.load(Ordering::SeqCst) {
            return self.inner.build(service, user, modifiers);
        }
        Err(Error::NoStorageAccess("no session bus".into()))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// One keyring and one directory, as processes on a machine share them.
struct Machine {
    keyring: Arc<Keyring>,
    directory: tempfile::TempDir,
}

impl Machine {
    fn new(has_keyring: bool) -> Self {
        Self { keyring: Keyring::new(has_keyring), directory: tempfile::tempdir().expect("a directory") }
    }

    fn keyring(&self) -> Arc<CredentialStore> {
        Arc::clone(&self.keyring) as _
    }

    /// The store of a new process.
    fn open(&self) -> KeyringOrFileStore {
        KeyringOrFileStore::in_keyring(self.keyring(), "jsm-ops", self.directory.path())
    }

    /// The two places, seen directly.
    fn places(&self) -> (KeyringStore, FileStore) {
        let keyring = Arc::clone(&self.keyring.inner) as Arc<CredentialStore>;
        let locks = self.directory.path().join("other-locks");
        (KeyringStore::in_keyring(keyring, "jsm-ops", locks), FileStore::directory(self.directory.path()))
    }

    /// The generations in the keyring and in the file.
    async fn generations(&self) -> [Option<String>; 2] {
        let (keyring, file) = self.places();
        let generation = |grant: Option<Grant>| grant.map(|grant| grant.generation().to_string());
        let in_keyring = keyring.load(&key("ada")).await.expect("a store");
        [generation(in_keyring), generation(file.load(&key("ada")).await.expect("a store"))]
    }

    /// Whether any file holds this text.
    fn is_in_a_file(&self, text: &str) -> bool {
        fn holds(path: &Path, text: &str) -> bool {
            if path.is_dir() {
                return fs::read_dir(path).expect("a directory").flatten().any(|entry| holds(&entry.path(), text));
            }
            fs::read_to_string(path).expect("a file").contains(text)
        }
        holds(self.directory.path(), text)
    }
}

async fn grant() -> Grant {
    issued(&Fake::start().await.expect("a fake"), &SystemClock)
}

/// A grant of a consent that is an hour younger.
fn of_a_later_consent(grant: &Grant) -> Grant {
    let mut json: serde_json::Value = serde_json::from_str(grant.to_json().expose()).expect("JSON");
    json["consented_at"] = (grant.consented_at() + Duration::from_secs(3600)).to_rfc3339().into();
    json["generation"] = "1-00000000000000bb".into();
    Grant::from_json(&json.to_string()).expect("a grant")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_conforms_with_a_keyring_and_without() {
    for has_keyring in [true, false] {
        let machine = Machine::new(has_keyring);
        let suite = Suite::new(|| async { machine.open() }).damage(|key| {
            let (_, file) = machine.places();
            let user = file.path(&key).file_stem().expect("a name").to_string_lossy().into_owned();
            let entry = machine.keyring.inner.build("jsm-ops", &format!("{user}.a.0"), None);
            async move {
                match has_keyring {
                    true => entry.expect("an entry").set_secret(b"half of a gr").expect("written"),
                    false => fs::write(file.path(&key), "half of a gr").expect("written"),
                }
            }
        });
        let report = suite.run().await.expect("it conforms");
        assert_eq!(report.passed(), Check::ALL);
    }
}

#[tokio::test]
async fn the_choice_is_made_once_and_logged() {
    let machine = Machine::new(false);
    let grant = grant().await;
    let (log, _guard) = capture();
    let store = machine.open();
    store.save(&key("ada"), &grant, None).await.expect("saved");
    machine.keyring.set(true);
    assert!(store.load(&key("ada")).await.expect("a store").is_some());
    store.save(&key("ada"), &later(&grant, "2-00000000000000ab"), Some(grant.generation())).await.expect("saved");
    assert_eq!(machine.generations().await, [None, Some("2-00000000000000ab".to_owned())]);
    let chosen: Vec<_> = log.events().into_iter().filter(|event| event.contains("grants are kept in")).collect();
    let [chosen] = &chosen[..] else { panic!("{chosen:?}") };
    assert!(chosen.contains("in files, which are not encrypted") && chosen.contains("no session bus"), "{chosen}");
    assert!(!log.events().concat().contains(&refresh_token(&grant)));

    // A keyring that goes away is an error, not a reason to write files.
    let store = Machine::new(true);
    let opened = store.open();
    opened.save(&key("ada"), &grant, None).await.expect("saved");
    store.keyring.set(false);
    for error in [
        opened.load(&key("ada")).await.map(drop).expect_err("gone"),
        opened.save(&key("ada"), &grant, None).await.expect_err("gone"),
        opened.lock(&key("ada")).await.map(drop).expect_err("gone: a save would fail"),
        opened.delete(&key("ada")).await.expect_err("gone"),
    ] {
        assert!(error.to_string().contains("no session bus"), "{error}");
    }
    assert!(!store.is_in_a_file(&refresh_token(&grant)));
}

#[tokio::test]
async fn a_grant_moves_to_a_keyring_that_appears() {
    let machine = Machine::new(false);
    let grant = grant().await;
    machine.open().save(&key("ada"), &grant, None).await.expect("saved");
    assert!(machine.is_in_a_file(&refresh_token(&grant)));
    machine.keyring.set(true);
    let store = machine.open();
    let loaded = store.load(&key("ada")).await.expect("a store").expect("the grant of the file");
    assert_eq!(loaded.to_json().expose(), grant.to_json().expose());
    assert_eq!(machine.generations().await, [Some(grant.generation().to_string()), None]);
    assert!(!machine.is_in_a_file(&refresh_token(&grant)), "the token left the disk");

    // A save finds it there too, without a load before.
    let machine = Machine::new(false);
    machine.open().save(&key("ada"), &grant, None).await.expect("saved");
    machine.keyring.set(true);
    let second = later(&grant, "2-00000000000000ab");
    assert!(machine.open().save(&key("ada"), &second, None).await.expect_err("there is one").is_conflict());
    machine.open().save(&key("ada"), &second, Some(grant.generation())).await.expect("saved");
    assert_eq!(machine.generations().await, [Some("2-00000000000000ab".to_owned()), None]);
}

#[tokio::test]
async fn of_two_grants_the_later_consent_stays() {
    let old = grant().await;
    let refreshed = later(&old, "9-00000000000000ab");
    let new = of_a_later_consent(&old);
    for (in_keyring, in_file, stays) in [
        // A crash between the write and the delete of a move.
        (&old, &old, &old),
        (&old, &refreshed, &refreshed),
        (&refreshed, &old, &refreshed),
        (&refreshed, &new, &new),
        (&new, &refreshed, &new),
    ] {
        let machine = Machine::new(true);
        let (keyring, file) = machine.places();
        keyring.save(&key("ada"), in_keyring, None).await.expect("saved");
        file.save(&key("ada"), in_file, None).await.expect("saved");
        let loaded = machine.open().load(&key("ada")).await.expect("a store").expect("a grant");
        assert_eq!(loaded.generation(), stays.generation());
        assert_eq!(machine.generations().await, [Some(stays.generation().to_string()), None]);
    }
}

#[tokio::test]
async fn a_sign_out_deletes_in_both_places() {
    let grant = grant().await;
    for has_keyring in [true, false] {
        let machine = Machine::new(has_keyring);
        let (keyring, file) = machine.places();
        keyring.save(&key("ada"), &grant, None).await.expect("saved");
        file.save(&key("ada"), &grant, None).await.expect("saved");
        let store = machine.open();
        store.delete(&key("ada")).await.expect("deleted");
        assert!(!machine.is_in_a_file(&refresh_token(&grant)));
        // The process chose files and could not look into the keyring; now it can.
        machine.keyring.set(true);
        store.delete(&key("ada")).await.expect("deleted");
        assert_eq!(machine.generations().await, [None, None]);
    }
}

#[tokio::test]
async fn processes_with_and_without_the_keyring_share_their_locks() {
    let machine = Machine::new(true);
    let with_keyring = machine.open();
    let held = with_keyring.lock(&key("ada")).await.expect("a lock");
    machine.keyring.set(false);
    let without = machine.open();
    let waited = tokio::time::timeout(Duration::from_millis(100), without.lock(&key("ada"))).await;
    assert!(waited.is_err(), "the lock is held");
    drop(held);
    let held = without.lock(&key("ada")).await.expect("a lock");
    machine.keyring.set(true);
    let waited = tokio::time::timeout(Duration::from_millis(100), with_keyring.lock(&key("ada"))).await;
    assert!(waited.is_err(), "the lock is held");
    drop(held);
    drop(with_keyring.lock(&key("ada")).await.expect("a lock"));
}
