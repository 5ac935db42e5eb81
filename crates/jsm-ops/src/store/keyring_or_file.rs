//! Grants in a keyring where there is one, and in files where there is not.

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use jsm_ops_core::BoxFuture;

use crate::{
    grant::{Grant, generation::Generation, key::GrantKey},
    store::{
        StoreLock, TokenStore, blocking, check_generation,
        error::StoreError,
        file::FileStore,
        key_name::hashed_name,
        keyring::KeyringStore,
        lock,
        system::{OperatingSystem, System},
    },
};

/// Keeps grants in a keyring where there is one, and in files where there is not: on servers
/// without a desktop, in containers, over SSH.
///
/// The choice is made once, at the first use: the keyring is used if it can write, read and delete
/// an entry. An event of `tracing` says which place was chosen, at info level for the keyring and,
/// with the reason, at warning level for files. The choice holds until the process ends. If the
/// keyring fails later, operations fail; nothing falls back silently.
///
/// # A grant is in one place only
///
/// A process with a keyring moves a grant that it finds in a file: it writes the grant to the
/// keyring, reads it back, and then deletes the file. A crash in between leaves the same grant in
/// both places, and the next load or save deletes the file. If the two differ, because somewhere
/// without a keyring a user consented anew, the later consent wins; for one consent, the higher
/// generation.
///
/// A process without the keyring cannot see a grant there. For it, the user has to sign in again.
/// The old grant leaves the keyring when the next process with a keyring loads, saves or deletes.
/// So do not mix processes with and without the keyring on one account for long.
///
/// A sign-out deletes in both places. Without the keyring, it deletes the file, tries the keyring,
/// and logs if that fails.
///
/// Locks are files in the directory, the same for both places.
#[derive(Clone)]
pub struct KeyringOrFileStore {
    inner: Arc<Inner>,
}

struct Inner {
    keyring: KeyringStore,
    file: FileStore,
    locks: PathBuf,
    choice: OnceLock<Choice>,
    system: Arc<dyn System>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    Keyring,
    File,
}

impl KeyringOrFileStore {
    /// Keeps grants in the default store of `keyring_core`, under this service name, or in this
    /// directory. Lock files are in the directory too.
    pub fn new(service: impl Into<String>, directory: impl Into<PathBuf>) -> Self {
        let directory = directory.into();
        Self::with(|locks| KeyringStore::new(service, locks), directory)
    }

    /// Like [`KeyringOrFileStore::new`], with this keyring.
    pub fn in_keyring(
        keyring: Arc<keyring_core::CredentialStore>,
        service: impl Into<String>,
        directory: impl Into<PathBuf>,
    ) -> Self {
        Self::with(|locks| KeyringStore::in_keyring(keyring, service, locks), directory.into())
    }

    fn with(keyring: impl FnOnce(PathBuf) -> KeyringStore, directory: PathBuf) -> Self {
        let file = FileStore::directory(directory);
        let locks = file.root().to_owned();
        let (keyring, choice) = (keyring(locks.clone()), OnceLock::new());
        Self { inner: Arc::new(Inner { keyring, file, locks, choice, system: Arc::new(OperatingSystem) }) }
    }

    /// Does work on a thread for it, while other processes make no change to the grant. It
    /// completes even if the future is dropped.
    async fn exclusively<T: Send + 'static>(
        &self,
        key: &GrantKey,
        work: impl FnOnce(&Inner, &GrantKey) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (inner, key) = (Arc::clone(&self.inner), key.clone());
        blocking(move || {
            let path = inner.locks.join(format!("{}.place.lock", hashed_name(&key)));
            let _lock = lock::acquire_blocking(&*inner.system, &path, lock::WRITE_TIMEOUT)?;
            work(&inner, &key)
        })
        .await
    }
}

impl Inner {
    fn choice(&self) -> Choice {
        *self.choice.get_or_init(|| match self.keyring.probe() {
            Ok(()) => {
                tracing::info!("grants are kept in the keyring of the operating system");
                Choice::Keyring
            }
            Err(error) => {
                tracing::warn!(
                    directory = %self.locks.display(), %error,
                    "the keyring cannot be used; grants are kept in files, which are not encrypted"
                );
                Choice::File
            }
        })
    }

    /// The choice, after a test whether a keyring can save now.
    fn tested_choice(&self) -> Result<Choice, StoreError> {
        let choice = self.choice();
        if choice == Choice::Keyring {
            self.keyring.probe()?;
        }
        Ok(choice)
    }

    /// Returns the grant, and moves it to the chosen place if it is in the other one.
    fn load(&self, key: &GrantKey) -> Result<Option<Grant>, StoreError> {
        let in_file = self.file.at(key, |place| place.load(key));
        if self.choice() == Choice::File {
            return in_file;
        }
        let in_keyring = self.keyring.load_now(key)?;
        let moved = match (in_keyring, in_file) {
            (in_keyring, Ok(None)) => return Ok(in_keyring),
            // The grant is known. The file is left unchanged, and a sign-out reports it.
            (Some(in_keyring), Err(error)) => {
                tracing::warn!(%error, "the keyring has the grant, and a file beside it cannot be read");
                return Ok(Some(in_keyring));
            }
            (None, Err(error)) => return Err(error),
            (None, Ok(Some(in_file))) => self.move_to_keyring(key, in_file, None)?,
            (Some(in_keyring), Ok(Some(in_file))) if is_newer(&in_file, &in_keyring) => {
                self.move_to_keyring(key, in_file, Some(in_keyring.generation()))?
            }
            (Some(in_keyring), Ok(Some(_))) => in_keyring,
        };
        self.file.at(key, |place| place.delete(key))?;
        Ok(Some(moved))
    }

    /// Writes a grant to the keyring, and reads it back before its file is deleted.
    fn move_to_keyring(&self, key: &GrantKey, grant: Grant, expected: Option<Generation>) -> Result<Grant, StoreError> {
        self.keyring.save_now(key, &grant, expected)?;
        let is_there = self.keyring.load_now(key)?.is_some_and(|there| there.to_json().expose() == grant.to_json().expose());
        if !is_there {
            return Err(StoreError::other("the keyring did not keep a grant; the file of the grant was left in place"));
        }
        tracing::info!(key = %key, "moved a grant from its file to the keyring");
        Ok(grant)
    }

    fn save(&self, key: &GrantKey, grant: &Grant, expected: Option<Generation>) -> Result<(), StoreError> {
        let stored = self.load(key)?;
        check_generation(stored.as_ref(), grant, expected)?;
        let stored = stored.as_ref().map(Grant::generation);
        match self.choice() {
            Choice::Keyring => self.keyring.save_now(key, grant, stored),
            Choice::File => self.file.at(key, |place| place.save(key, grant, stored)),
        }
    }

    fn delete(&self, key: &GrantKey) -> Result<(), StoreError> {
        let from_file = self.file.at(key, |place| place.delete(key));
        match (self.choice(), self.keyring.delete_now(key)) {
            (Choice::Keyring, from_keyring) => from_file.and(from_keyring),
            (Choice::File, from_keyring) => {
                if let Err(error) = from_keyring {
                    tracing::debug!(%error, "a sign-out could not look into the keyring");
                }
                from_file
            }
        }
    }
}

/// Whether the grant of a file replaces the one in the keyring.
fn is_newer(in_file: &Grant, in_keyring: &Grant) -> bool {
    let age = |grant: &Grant| (grant.consented_at(), grant.generation().number(), grant.refreshed_at());
    age(in_file) > age(in_keyring)
}

impl TokenStore for KeyringOrFileStore {
    fn load<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<Option<Grant>, StoreError>> {
        Box::pin(self.exclusively(key, Inner::load))
    }

    fn save<'a>(
        &'a self,
        key: &'a GrantKey,
        grant: &'a Grant,
        expected: Option<Generation>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        let grant = grant.clone();
        Box::pin(self.exclusively(key, move |inner, key| inner.save(key, &grant, expected)))
    }

    fn lock<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        Box::pin(async move {
            // This lock is the same whatever the choice of another process.
            let lock = self.inner.keyring.refresh_lock(key).await?;
            match self.exclusively(key, |inner, _| inner.tested_choice()).await? {
                Choice::Keyring => Ok(StoreLock::new(lock)),
                // The lock of the files also tests whether a save can work.
                Choice::File => Ok(StoreLock::new((lock, self.inner.file.lock(key).await?))),
            }
        })
    }

    fn delete<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(self.exclusively(key, Inner::delete))
    }
}

impl fmt::Debug for KeyringOrFileStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { keyring, file, choice, .. } = &*self.inner;
        f.debug_struct("KeyringOrFileStore")
            .field("keyring", keyring)
            .field("file", file)
            .field("choice", &choice.get())
            .finish_non_exhaustive()
    }
}
