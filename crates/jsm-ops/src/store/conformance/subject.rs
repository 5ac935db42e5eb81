//! The store under a check, its keys and its grants.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jsm_ops_core::BoxFuture;

use super::watch::Problem;
use crate::{
    grant::{Grant, generation::Generation, key::GrantKey},
    secure_random,
    store::{StoreLock, TokenStore},
};

/// The client id of the keys. No app has it.
const CLIENT_ID: &str = "jsm-ops-conformance";

/// Opens the store as a new process does.
pub(super) type Open<'a> = dyn Fn() -> BoxFuture<'a, Arc<dyn TokenStore>> + Send + Sync + 'a;

/// Damages the stored data of a key.
pub(super) type Damage<'a> = dyn Fn(GrantKey) -> BoxFuture<'a, ()> + Send + Sync + 'a;

/// What a check works with.
pub(super) struct Subject<'a> {
    open: &'a Open<'a>,
    pub(super) damage: Option<&'a Damage<'a>>,
    pub(super) lock_wait: Duration,
    /// Distinguishes the keys of this check from all others.
    id: u64,
    keys: Mutex<Vec<GrantKey>>,
}

impl<'a> Subject<'a> {
    pub(super) fn new(open: &'a Open<'a>, damage: Option<&'a Damage<'a>>, lock_wait: Duration) -> Result<Self, Problem> {
        Ok(Self { open, damage, lock_wait, id: secure_random::next_u64()?, keys: Mutex::default() })
    }

    /// Opens the store as a new process does.
    pub(super) async fn open(&self) -> Handle {
        Handle((self.open)().await)
    }

    /// A key that no other check uses.
    pub(super) fn key(&self, user: &str) -> GrantKey {
        self.key_of(CLIENT_ID, user)
    }

    pub(super) fn key_of(&self, client_id: &str, user: &str) -> GrantKey {
        let key = GrantKey::new(format!("{client_id}-{:016x}", self.id), user);
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).push(key.clone());
        key
    }

    /// Deletes the grants of the check. If that fails, they stay: another check says so.
    pub(super) async fn clean_up(&self) {
        let keys = std::mem::take(&mut *self.keys.lock().unwrap_or_else(PoisonError::into_inner));
        let store = self.open().await;
        for key in keys {
            let _ = store.0.delete(&key).await;
        }
    }
}

/// An open store. Its methods say which operation went wrong.
#[derive(Clone)]
pub(super) struct Handle(pub(super) Arc<dyn TokenStore>);

impl Handle {
    pub(super) async fn load(&self, key: &GrantKey) -> Result<Option<Grant>, Problem> {
        self.0.load(key).await.map_err(|error| Problem::failed("a load", &error))
    }

    /// Loads a grant that must be there.
    pub(super) async fn load_some(&self, key: &GrantKey) -> Result<Grant, Problem> {
        self.load(key).await?.ok_or_else(|| Problem::new("a load returned no grant, although one was saved"))
    }

    /// A save that must succeed.
    pub(super) async fn save(&self, key: &GrantKey, grant: &Grant, expected: Option<&Grant>) -> Result<(), Problem> {
        let expected = expected.map(Grant::generation);
        self.0.save(key, grant, expected).await.map_err(|error| Problem::failed("a save", &error))
    }

    /// A save that must conflict.
    pub(super) async fn save_conflicts(
        &self,
        case: &str,
        key: &GrantKey,
        grant: &Grant,
        expected: Option<Generation>,
    ) -> Result<(), Problem> {
        match self.0.save(key, grant, expected).await {
            Err(error) if error.is_conflict() => Ok(()),
            Err(error) => Err(Problem::new(format!("{case}: the save must return a conflict, not this error: {error}"))),
            Ok(()) => Err(Problem::new(format!("{case}: the save succeeded and must return a conflict"))),
        }
    }

    pub(super) async fn delete(&self, key: &GrantKey) -> Result<(), Problem> {
        self.0.delete(key).await.map_err(|error| Problem::failed("a delete", &error))
    }

    pub(super) async fn lock(&self, key: &GrantKey) -> Result<StoreLock, Problem> {
        self.0.lock(key).await.map_err(|error| Problem::failed("a lock", &error))
    }

    /// Checks that a load returns this grant, whole.
    pub(super) async fn holds(&self, case: &str, key: &GrantKey, expected: Option<&Grant>) -> Result<(), Problem> {
        let loaded = self.load(key).await?;
        if loaded.as_ref().map(json) == expected.map(json) {
            return Ok(());
        }
        let describe = |grant: Option<&Grant>| {
            grant.map_or_else(|| "no grant".to_owned(), |grant| format!("generation {}", grant.generation()))
        };
        let (expected, loaded) = (describe(expected), describe(loaded.as_ref()));
        let same = if expected == loaded { ", with other content" } else { "" };
        Err(Problem::new(format!("{case}: expected {expected}, loaded {loaded}{same}")))
    }
}

/// The whole grant, for comparisons.
pub(super) fn json(grant: &Grant) -> String {
    grant.to_json().expose().to_owned()
}

/// A grant with a generation of this number and a new id.
pub(super) fn grant(number: u64) -> Result<Grant, Problem> {
    grant_with(number, "refresh", "")
}

/// A grant with this text in its refresh token, and more members of its JSON.
pub(super) fn grant_with(number: u64, token: &str, members: &str) -> Result<Grant, Problem> {
    let id = secure_random::next_u64()?;
    Ok(Grant::from_json(&format!(
        r#"{{"generation":"{number}-{id:016x}","access_token":"access-{id:x}",
            "access_expires_at":"2027-01-01T01:00:00Z","refresh_token":"{token}-{id:x}","scopes":"read:me",
            "consented_at":"2027-01-01T00:00:00Z","refreshed_at":"2027-01-01T00:00:00Z"{members}}}"#
    ))?)
}

/// The same grant with the mark of a rejection: the generation stays.
pub(super) fn rejected(grant: &Grant) -> Result<Grant, Problem> {
    let rejection = r#","rejection":{"code":"invalid_grant","at":"2027-01-02T00:00:00Z"}}"#;
    let json = json(grant);
    Ok(Grant::from_json(&format!("{}{rejection}", json.trim_end_matches('}')))?)
}
