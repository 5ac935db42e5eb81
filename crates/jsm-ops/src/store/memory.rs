//! Grants in memory.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use jsm_ops_core::BoxFuture;

use crate::{
    grant::{Grant, generation::Generation, key::GrantKey},
    store::{StoreLock, TokenStore, check_generation, error::StoreError},
};

/// Keeps grants in memory, for tests and for programs that sign in at every start.
///
/// Clones share the grants.
#[derive(Clone, Default)]
pub struct MemoryStore {
    grants: Arc<Mutex<HashMap<GrantKey, Grant>>>,
    locks: Arc<Mutex<HashMap<GrantKey, Arc<tokio::sync::Mutex<()>>>>>,
}

impl MemoryStore {
    /// Creates an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn with_grants<T>(&self, act: impl FnOnce(&mut HashMap<GrantKey, Grant>) -> T) -> T {
        // A panic under this lock leaves no half-done change.
        act(&mut self.grants.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl TokenStore for MemoryStore {
    fn load<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<Option<Grant>, StoreError>> {
        Box::pin(async move { Ok(self.with_grants(|grants| grants.get(key).cloned())) })
    }

    fn save<'a>(
        &'a self,
        key: &'a GrantKey,
        grant: &'a Grant,
        expected: Option<Generation>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            self.with_grants(|grants| {
                check_generation(grants.get(key), grant, expected)?;
                grants.insert(key.clone(), grant.clone());
                Ok(())
            })
        })
    }

    fn lock<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        Box::pin(async move {
            let lock = {
                let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
                Arc::clone(locks.entry(key.clone()).or_default())
            };
            Ok(StoreLock::new(lock.lock_owned().await))
        })
    }

    fn delete<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            self.with_grants(|grants| grants.remove(key));
            Ok(())
        })
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.with_grants(|grants| grants.len());
        f.debug_struct("MemoryStore").field("grants", &count).finish_non_exhaustive()
    }
}
