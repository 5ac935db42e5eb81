//! Grants in the keyring of the operating system.

use std::{fmt, path::PathBuf, sync::Arc};

use jsm_ops_core::BoxFuture;
use keyring_core::{CredentialStore, Entry, Error as KeyringError};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    grant::{Grant, generation::Generation, invalid::InvalidGrant, key::GrantKey},
    store::{StoreLock, TokenStore, blocking, check, error::StoreError, lock, name},
};

/// Windows keeps 2560 bytes in one entry; a pair of Atlassian's tokens is longer.
const PART: usize = 2048;

/// More parts than any grant has. Whatever asks for more is damaged.
const MAX_PARTS: usize = 64;

/// Keeps grants in the keyring of the operating system: the keychain of macOS, the credential manager of Windows, a secret service
/// or the kernel's keyring on Linux. For a tool of one person.
///
/// Which keyring it is, is the application's choice: make the store of one of the crates for
/// [`keyring_core`](https://docs.rs/keyring-core) and hand it over, or set it as the default store. The `keyring` crate has all
/// of them.
///
/// Keyrings have no locks, so lock files lie in a directory of your choice. They hold nothing.
///
/// A grant takes several entries, since not every keyring has room for it in one: one entry says where the parts are, and is
/// written last. Whoever is killed in the middle of a save leaves the grant before or the grant after.
#[derive(Clone)]
pub struct KeyringStore {
    inner: Arc<Inner>,
}

struct Inner {
    keyring: Option<Arc<CredentialStore>>,
    service: String,
    locks: PathBuf,
}

/// The entry that says where a grant is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Head {
    /// One of two places, which take turns.
    second: bool,
    parts: usize,
}

impl KeyringStore {
    /// Keeps grants in the default store of `keyring_core`, in entries of this service, with lock files in this directory.
    pub fn new(service: impl Into<String>, locks: impl Into<PathBuf>) -> Self {
        Self { inner: Arc::new(Inner { keyring: None, service: service.into(), locks: locks.into() }) }
    }

    /// Like [`KeyringStore::new`], in this keyring.
    pub fn in_keyring(keyring: Arc<CredentialStore>, service: impl Into<String>, locks: impl Into<PathBuf>) -> Self {
        Self { inner: Arc::new(Inner { keyring: Some(keyring), service: service.into(), locks: locks.into() }) }
    }

    /// Does something with what is kept under a key while no other process does.
    async fn alone<T: Send + 'static>(
        &self,
        key: &GrantKey,
        act: impl FnOnce(&Kept<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (inner, name) = (Arc::clone(&self.inner), name(key));
        blocking(move || {
            let _alone = lock::hold(&inner.locks.join(format!("{name}.lock")), lock::WRITE_TIMEOUT)?;
            act(&Kept { inner: &inner, name: &name })
        })
        .await
    }
}

impl TokenStore for KeyringStore {
    fn load<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<Option<Grant>, StoreError>> {
        Box::pin(self.alone(key, |kept| Ok(kept.load()?.map(|(_, grant)| grant))))
    }

    fn save<'a>(
        &'a self,
        key: &'a GrantKey,
        grant: &'a Grant,
        expected: Option<Generation>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        let grant = grant.clone();
        Box::pin(self.alone(key, move |kept| {
            let there = kept.load()?;
            check(there.as_ref().map(|(_, grant)| grant), &grant, expected)?;
            kept.save(there.is_some_and(|(head, _)| !head.second), &grant)
        }))
    }

    fn lock<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        let path: PathBuf = self.inner.locks.join(format!("{}.refresh.lock", name(key)));
        Box::pin(async move { Ok(StoreLock::new(lock::wait(path.into(), lock::REFRESH_TIMEOUT).await?)) })
    }

    fn delete<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(self.alone(key, |kept| {
            // Without the head there is no grant, whatever happens to the parts.
            kept.remove("")?;
            [false, true].iter().try_for_each(|second| kept.remove_parts(*second, 0))
        }))
    }
}

/// The entries of one grant.
struct Kept<'a> {
    inner: &'a Inner,
    name: &'a str,
}

impl Kept<'_> {
    fn load(&self) -> Result<Option<(Head, Grant)>, StoreError> {
        let Some(head) = self.read("")? else { return Ok(None) };
        let head: Head = serde_json::from_slice(&head).map_err(|error| self.damaged(InvalidGrant::at(&error)))?;
        if head.parts > MAX_PARTS {
            return Err(self.damaged(InvalidGrant::because("it has more parts than a grant can have")));
        }
        let mut json = Zeroizing::new(Vec::new());
        for part in 0..head.parts {
            let missing = || self.damaged(InvalidGrant::because("one of its parts is missing"));
            json.extend_from_slice(&self.read(&part_name(head.second, part))?.ok_or_else(missing)?);
        }
        let no_text = |_| self.damaged(InvalidGrant::because("it is no text"));
        let json = std::str::from_utf8(&json).map_err(no_text)?;
        let grant = Grant::from_json(json).map_err(|error| self.damaged(error))?;
        Ok(Some((head, grant)))
    }

    fn save(&self, second: bool, grant: &Grant) -> Result<(), StoreError> {
        let json = grant.to_json();
        let parts = json.expose().as_bytes().chunks(PART);
        let head = Head { second, parts: parts.len() };
        for (index, part) in parts.enumerate() {
            self.write(&part_name(second, index), part)?;
        }
        // Numbers and booleans have no way to fail.
        self.write("", &serde_json::to_vec(&head).unwrap_or_default())?;
        // What is left is of no use but to a thief. If it cannot be removed now, the next save tries again.
        let _ = self.remove_parts(second, head.parts).and_then(|()| self.remove_parts(!second, 0));
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

    /// Whether there was something to remove.
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
        StoreError::damaged(format!("the entry {} of {:?} in the keyring", self.name, self.inner.service), error)
    }

    /// Only the text of an error is kept: its fields may hold the secret that could not be read.
    fn failed(&self, action: &str, error: &KeyringError) -> StoreError {
        StoreError::other(format!(
            "cannot {action} the entry {} of {:?} in the keyring: {error}; check that the keyring is there and unlocked",
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
