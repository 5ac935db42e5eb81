//! Grants in the keyring of the operating system.

use std::{fmt, path::PathBuf, sync::Arc};

use jsm_ops_core::BoxFuture;
use keyring_core::{CredentialStore, Entry, Error as KeyringError};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    grant::{Grant, generation::Generation, invalid::InvalidGrant, key::GrantKey},
    secure_random,
    store::{
        StoreLock, TokenStore, blocking, check_generation,
        error::StoreError,
        key_name::hashed_name,
        lock::{self, FileLock},
        system::{OperatingSystem, System},
    },
};

/// The bytes in one entry. Windows allows 2560, and the tokens of a grant are longer.
const PART_BYTES: usize = 2048;

/// More parts than a grant has. An entry that claims more is damaged.
const MAX_PARTS: usize = 64;

/// Keeps grants in the keyring of the operating system, for a tool of one user.
///
/// That is the keychain of macOS, the credential manager of Windows, or a secret service or the
/// kernel keyring on Linux.
///
/// The application chooses the keyring: create a store with one of the crates for
/// [`keyring_core`](https://docs.rs/keyring-core) and pass it here, or set it as the default store.
/// The `keyring` crate contains all of them.
///
/// Keyrings have no locks, so empty lock files are in a directory of your choice. It has to be on a
/// file system with locks, see [`FileStore`](crate::FileStore).
///
/// [`lock`](TokenStore::lock) writes, reads and deletes an entry without a secret. So a refresh
/// finds a keyring that is missing or locked before it spends a token. How durable a save is, and
/// when a keyring is locked, is up to the keyring: the kernel keyring of Linux is empty after a
/// reboot. Where a keyring may be missing, use [`KeyringOrFileStore`](crate::KeyringOrFileStore).
///
/// Some keyrings have too little room for a grant in one entry, so a grant takes several. One entry
/// says which parts are valid and is written last. So a process that is killed during a save leaves
/// either the old or the new grant.
#[derive(Clone)]
pub struct KeyringStore {
    inner: Arc<Inner>,
}

struct Inner {
    keyring: Option<Arc<CredentialStore>>,
    service: String,
    locks: PathBuf,
}

/// The entry that says which parts are valid.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Manifest {
    /// Saves alternate between two sets of parts.
    second: bool,
    parts: usize,
}

impl KeyringStore {
    /// Keeps grants in the default store of `keyring_core`, under this service name. Lock files are
    /// in the directory `locks`.
    pub fn new(service: impl Into<String>, locks: impl Into<PathBuf>) -> Self {
        Self { inner: Arc::new(Inner { keyring: None, service: service.into(), locks: lock::absolute_path(locks.into()) }) }
    }

    /// Like [`KeyringStore::new`], in this keyring.
    pub fn in_keyring(keyring: Arc<CredentialStore>, service: impl Into<String>, locks: impl Into<PathBuf>) -> Self {
        Self {
            inner: Arc::new(Inner {
                keyring: Some(keyring),
                service: service.into(),
                locks: lock::absolute_path(locks.into()),
            }),
        }
    }

    /// Works on the entries of one grant while other processes are locked out, on this thread.
    fn with_lock<T>(
        &self,
        key: &GrantKey,
        act: impl FnOnce(&GrantEntries<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let name = hashed_name(key);
        let path = self.inner.locks.join(format!("{name}.lock"));
        let _lock = lock::acquire_blocking(&OperatingSystem, &path, lock::WRITE_TIMEOUT)?;
        act(&GrantEntries { inner: &self.inner, name: &name })
    }

    pub(super) fn load_now(&self, key: &GrantKey) -> Result<Option<Grant>, StoreError> {
        self.with_lock(key, |entries| Ok(entries.load()?.map(|(_, grant)| grant)))
    }

    pub(super) fn save_now(&self, key: &GrantKey, grant: &Grant, expected: Option<Generation>) -> Result<(), StoreError> {
        self.with_lock(key, |entries| {
            let stored = entries.load()?;
            check_generation(stored.as_ref().map(|(_, grant)| grant), grant, expected)?;
            entries.save(stored.is_some_and(|(manifest, _)| !manifest.second), grant)
        })
    }

    pub(super) fn delete_now(&self, key: &GrantKey) -> Result<(), StoreError> {
        self.with_lock(key, |entries| {
            // Without the manifest the grant is gone, even if parts remain.
            entries.remove("")?;
            [false, true].iter().try_for_each(|second| entries.remove_parts(*second, 0))
        })
    }

    /// The lock under which a grant is refreshed. It does not need the keyring.
    pub(super) async fn refresh_lock(&self, key: &GrantKey) -> Result<FileLock, StoreError> {
        let path: PathBuf = self.inner.locks.join(format!("{}.refresh.lock", hashed_name(key)));
        let system: Arc<dyn System> = Arc::new(OperatingSystem);
        lock::acquire(&system, path.into(), lock::REFRESH_TIMEOUT).await
    }

    /// Tests whether the keyring exists and keeps an entry, with one that has no secret and a name
    /// of its own: another process may test at the same time.
    pub(super) fn probe(&self) -> Result<(), StoreError> {
        let id = secure_random::next_u64().map_err(StoreError::other)?;
        let entry = GrantEntries { inner: &self.inner, name: &format!("probe-{id:016x}") };
        let written = entry.write("", b"jsm-ops");
        let read = written.and_then(|()| entry.read(""));
        let removed = entry.remove("");
        match (read?, removed?) {
            (Some(content), true) if **content == *b"jsm-ops" => Ok(()),
            _ => Err(StoreError::other("the keyring does not keep what is written to it")),
        }
    }
}

impl TokenStore for KeyringStore {
    fn load<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<Option<Grant>, StoreError>> {
        let (store, key) = (self.clone(), key.clone());
        Box::pin(blocking(move || store.load_now(&key)))
    }

    fn save<'a>(
        &'a self,
        key: &'a GrantKey,
        grant: &'a Grant,
        expected: Option<Generation>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        let (store, key, grant) = (self.clone(), key.clone(), grant.clone());
        Box::pin(blocking(move || store.save_now(&key, &grant, expected)))
    }

    fn lock<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        Box::pin(async move {
            let lock = self.refresh_lock(key).await?;
            // A keyring that cannot save is found here, before a token is rotated.
            let store = self.clone();
            blocking(move || store.probe()).await?;
            Ok(StoreLock::new(lock))
        })
    }

    fn delete<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<(), StoreError>> {
        let (store, key) = (self.clone(), key.clone());
        Box::pin(blocking(move || store.delete_now(&key)))
    }
}

/// The entries of one grant.
struct GrantEntries<'a> {
    inner: &'a Inner,
    name: &'a str,
}

impl GrantEntries<'_> {
    fn load(&self) -> Result<Option<(Manifest, Grant)>, StoreError> {
        let Some(manifest) = self.read("")? else { return Ok(None) };
        let manifest: Manifest =
            serde_json::from_slice(&manifest).map_err(|error| self.damaged(InvalidGrant::from_json_error(&error)))?;
        if manifest.parts > MAX_PARTS {
            return Err(self.damaged(InvalidGrant::new("it has more parts than a grant can have")));
        }
        let mut json = Zeroizing::new(Vec::new());
        for part in 0..manifest.parts {
            let missing = || self.damaged(InvalidGrant::new("one of its parts is missing"));
            json.extend_from_slice(&self.read(&part_name(manifest.second, part))?.ok_or_else(missing)?);
        }
        let json = std::str::from_utf8(&json).map_err(|_| self.damaged(InvalidGrant::new("it is not valid UTF-8")))?;
        let grant = Grant::from_json(json).map_err(|error| self.damaged(error))?;
        Ok(Some((manifest, grant)))
    }

    fn save(&self, second: bool, grant: &Grant) -> Result<(), StoreError> {
        let json = grant.to_json();
        let parts = json.expose().as_bytes().chunks(PART_BYTES);
        let manifest = Manifest { second, parts: parts.len() };
        for (index, part) in parts.enumerate() {
            self.write(&part_name(second, index), part)?;
        }
        // Numbers and booleans always serialize.
        self.write("", &serde_json::to_vec(&manifest).unwrap_or_default())?;
        // Old parts hold tokens. If they cannot be removed now, the next save tries again.
        let _ = self.remove_parts(second, manifest.parts).and_then(|()| self.remove_parts(!second, 0));
        Ok(())
    }

    fn remove_parts(&self, second: bool, from: usize) -> Result<(), StoreError> {
        for part in from..MAX_PARTS {
            if !self.remove(&part_name(second, part))? {
                break;
            }
        }
        Ok(())
    }

    fn read(&self, part: &str) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        match self.entry(part)?.get_secret() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(KeyringError::NoEntry) => Ok(None),
            Err(error) => Err(self.failed("read", &error)),
        }
    }

    fn write(&self, part: &str, secret: &[u8]) -> Result<(), StoreError> {
        self.entry(part)?.set_secret(secret).map_err(|error| self.failed("write", &error))
    }

    /// Removes an entry. Returns whether it existed.
    fn remove(&self, part: &str) -> Result<bool, StoreError> {
        match self.entry(part)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(KeyringError::NoEntry) => Ok(false),
            Err(error) => Err(self.failed("remove", &error)),
        }
    }

    fn entry(&self, part: &str) -> Result<Entry, StoreError> {
        let (service, user) = (&self.inner.service, format!("{}{part}", self.name));
        let entry = match &self.inner.keyring {
            Some(keyring) => Entry::new_in_store(keyring, service, &user),
            None => Entry::new(service, &user),
        };
        entry.map_err(|error| self.failed("find", &error))
    }

    fn damaged(&self, error: InvalidGrant) -> StoreError {
        StoreError::damaged(format!("the keyring entry {} of {:?}", self.name, self.inner.service), error)
    }

    /// Keeps only the text of the error: its fields may hold the secret that could not be read.
    fn failed(&self, action: &str, error: &KeyringError) -> StoreError {
        StoreError::other(format!(
            "cannot {action} the keyring entry {} of {:?}: {error}; check that the keyring exists and is unlocked",
            self.name, self.inner.service
        ))
    }
}

fn part_name(second: bool, part: usize) -> String {
    format!(".{}.{part}", if second { "b" } else { "a" })
}

impl fmt::Debug for KeyringStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { service, locks, .. } = &*self.inner;
        f.debug_struct("KeyringStore").field("service", service).field("locks", locks).finish_non_exhaustive()
    }
}
