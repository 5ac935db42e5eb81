//! Where grants are kept.

pub(crate) mod error;
pub mod file;
#[cfg(feature = "keyring")]
pub mod keyring;
mod lock;
pub mod memory;

use std::fmt;

use jsm_ops_core::BoxFuture;
use sha2::{Digest as _, Sha256};

use crate::{
    grant::{Grant, generation::Generation, key::GrantKey},
    store::error::StoreError,
};

/// A place that keeps grants and outlives the process, or not.
///
/// [`FileStore`](file::FileStore) is there for tools and services on one machine, `KeyringStore` (feature `keyring`) for tools of
/// one person, [`MemoryStore`](memory::MemoryStore) for tests. A service on several machines implements the trait over the database that it has: a row per key, with the text of
/// [`Grant::to_json`], encrypted, and the text of [`Grant::generation`] beside it, so that a save is one conditional update.
///
/// What matters, because a refresh token works once:
///
/// - A save that has returned is durable.
/// - A save is atomic: whoever loads sees the grant before or the grant after.
/// - The lock excludes everybody else who shares the store, in this process and others, and ends with its holder, even one that
///   was killed. A database has advisory locks, or a lease that outlasts a refresh (two minutes).
/// - The futures may be dropped at any time. What they began is finished or has no effect.
pub trait TokenStore: fmt::Debug + Send + Sync {
    /// The grant under a key, or none.
    fn load<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<Option<Grant>, StoreError>>;

    /// Puts a grant under a key, if what is there has the generation that is expected; `None` expects nothing there.
    ///
    /// Saving a grant over one of its own generation is always right: it is the repetition of a save whose end was not seen, or
    /// a remark on that generation. Otherwise [`StoreError::conflict`].
    fn save<'a>(
        &'a self,
        key: &'a GrantKey,
        grant: &'a Grant,
        expected: Option<Generation>,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Waits until nobody else refreshes the grant under a key, and keeps others away until the lock is dropped.
    ///
    /// A store that can already tell that it could not save should fail here: then no token is rotated for nothing.
    fn lock<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<StoreLock, StoreError>>;

    /// Forgets the grant under a key. That there is none is no error.
    fn delete<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<(), StoreError>>;
}

/// A lock that is held until this is dropped.
#[must_use = "the lock ends when this is dropped"]
pub struct StoreLock {
    _held: Box<dyn Send + Sync>,
}

impl StoreLock {
    /// A lock that ends when `held` is dropped.
    pub fn new(held: impl Send + Sync + 'static) -> Self {
        Self { _held: Box::new(held) }
    }
}

impl fmt::Debug for StoreLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreLock")
    }
}

/// The comparison of every save, as [`TokenStore::save`] tells it.
fn check(there: Option<&Grant>, grant: &Grant, expected: Option<Generation>) -> Result<(), StoreError> {
    let there = there.map(Grant::generation);
    if there == expected || there == Some(grant.generation()) { Ok(()) } else { Err(StoreError::conflict()) }
}

/// Runs what blocks on a thread for that. It runs to its end, also when nobody waits for it any more.
async fn blocking<T: Send + 'static>(act: impl FnOnce() -> Result<T, StoreError> + Send + 'static) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(act).await {
        Ok(result) => result,
        Err(error) => Err(StoreError::other(error)),
    }
}

/// A name for what is kept under a key that says nothing about it and is a name everywhere.
fn name(key: &GrantKey) -> String {
    let mut hash = Sha256::new();
    // The length tells the two parts apart, whatever they hold.
    hash.update(key.client_id().len().to_le_bytes());
    hash.update(key.client_id());
    hash.update(key.user());
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
