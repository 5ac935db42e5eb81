//! Where grants are kept.

#[cfg(feature = "conformance")]
pub mod conformance;
pub(crate) mod error;
pub mod file;
mod key_name;
#[cfg(feature = "keyring")]
pub mod keyring;
#[cfg(feature = "keyring")]
pub mod keyring_or_file;
mod lock;
pub mod memory;
mod system;

use std::fmt;

use jsm_ops_core::BoxFuture;

use crate::{
    grant::{Grant, generation::Generation, key::GrantKey},
    store::error::StoreError,
};

/// Keeps grants.
///
/// [`FileStore`](file::FileStore) is for tools and services on one machine, `KeyringStore` and
/// `KeyringOrFileStore` (feature `keyring`) for tools of one user, and
/// [`MemoryStore`](memory::MemoryStore) for tests. A service on several machines implements this
/// trait over its database. A row per key holds the encrypted string of [`Grant::to_json`] and the
/// string of [`Grant::generation`]. Then a save is one conditional update.
///
/// A refresh token works once, so an implementation guarantees the following:
///
/// - A save that returned is durable.
/// - A save is atomic: a load returns the grant before or the grant after.
/// - The lock excludes all other users of the store, in this process and in others. It ends with
///   its holder, even with one that was killed. Databases have advisory locks, or a lease that is
///   longer than a refresh (two minutes). Loads, saves and deletes do not wait for it.
/// - The futures may be dropped at any time. A started change is completed or has no effect.
/// - Damaged data is [`StoreError::damaged`], not a missing grant, and nothing is saved over it.
///
/// The feature `conformance` has checks for these promises, for the tests of your store: the module
/// `jsm_ops::store::conformance`.
pub trait TokenStore: fmt::Debug + Send + Sync {
    /// Returns the grant under a key, if the store has one.
    fn load<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<Option<Grant>, StoreError>>;

    /// Saves a grant under a key if the stored grant has the `expected` generation; `None` expects
    /// no grant.
    ///
    /// A save over a grant of its own generation always succeeds: it repeats a save whose result
    /// was lost, or marks that generation as rejected. Otherwise the result is
    /// [`StoreError::conflict`].
    fn save<'a>(
        &'a self,
        key: &'a GrantKey,
        grant: &'a Grant,
        expected: Option<Generation>,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Takes the lock under which a grant is refreshed, and waits while another process holds it.
    ///
    /// A store that cannot save should fail here. Then the service does not rotate a token that
    /// cannot be saved. So should a store whose place has no locks.
    fn lock<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<StoreLock, StoreError>>;

    /// Deletes the grant under a key. A missing grant is not an error.
    fn delete<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<(), StoreError>>;
}

/// A lock of a store. It is released on drop.
#[must_use = "the lock is released on drop"]
pub struct StoreLock {
    _held: Box<dyn Send + Sync>,
}

impl StoreLock {
    /// A lock that is released when `held` is dropped.
    pub fn new(held: impl Send + Sync + 'static) -> Self {
        Self { _held: Box::new(held) }
    }
}

impl fmt::Debug for StoreLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreLock")
    }
}

/// The comparison of every save, see [`TokenStore::save`].
fn check_generation(stored: Option<&Grant>, grant: &Grant, expected: Option<Generation>) -> Result<(), StoreError> {
    let stored = stored.map(Grant::generation);
    if stored == expected || stored == Some(grant.generation()) { Ok(()) } else { Err(StoreError::conflict()) }
}

/// Runs blocking work on a thread for it. The work completes even if the future is dropped.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    // Events of the work go where those of the caller go.
    let (subscriber, span) = (tracing::dispatcher::get_default(Clone::clone), tracing::Span::current());
    let work = move || tracing::dispatcher::with_default(&subscriber, || span.in_scope(work));
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(StoreError::other(error)),
    }
}
