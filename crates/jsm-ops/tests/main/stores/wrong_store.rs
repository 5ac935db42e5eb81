//! A store that breaks one promise.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use jsm_ops::{BoxFuture, Generation, Grant, GrantKey, InvalidGrant, StoreError, StoreLock, TokenStore};
use tokio::task::yield_now;

/// What a store does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    DropsUnknownFields,
    IgnoresExpected,
    ComparesNumbers,
    SavesOverMissing,
    ConflictsWithItself,
    KeepsContentOfGeneration,
    DeleteOfMissingFails,
    DeletesNothing,
    DeletesAllUsers,
    CutsTokens,
    IgnoresCase,
    TrimsNames,
    JoinsKeyParts,
    LosesParallelKeys,
    SavesInTwoSteps,
    MixesGrants,
    ReadsOldCopies,
    ComparesTooEarly,
    ConflictIsOther,
    LocksNothing,
    LocksOneHandle,
    LocksAllKeys,
    LockBlocksSaves,
    GuardKeepsLock,
    DroppedWaiterKeepsLock,
    DroppedWaiterFreesLock,
    SavesLater,
    DeletesLater,
    DroppedDeleteHalves,
    DroppedSaveReturnsLate,
    DamageIsMissing,
    DamageIsOther,
    DamageIsOverwritten,
    Panics,
    Hangs,
}

/// What all handles share, like a database.
#[derive(Debug, Default)]
pub(super) struct Data {
    grants: HashMap<GrantKey, Grant>,
    pub(super) damaged: HashSet<GrantKey>,
}

type Locks = Arc<Mutex<HashMap<GrantKey, Arc<tokio::sync::Mutex<()>>>>>;

#[derive(Debug, Clone, Default)]
pub(super) struct Database {
    pub(super) data: Arc<Mutex<Data>>,
    locks: Locks,
}

#[derive(Debug)]
pub(super) struct WrongStore {
    fault: Fault,
    database: Database,
    /// Of this handle alone.
    own_locks: Locks,
    own_copies: Mutex<HashMap<GrantKey, Grant>>,
    own_deletes: Mutex<HashSet<GrantKey>>,
}

pub(super) fn open(fault: Fault, database: &Database) -> WrongStore {
    let database = database.clone();
    let (own_locks, own_copies, own_deletes) = Default::default();
    WrongStore { fault, database, own_locks, own_copies, own_deletes }
}

/// Frees a lock although another caller holds it: the next one gets a new lock.
struct FreesLock<'a>(&'a Locks, GrantKey, bool);

impl Drop for FreesLock<'_> {
    fn drop(&mut self) {
        if self.2 {
            self.0.lock().expect("a lock").remove(&self.1);
        }
    }
}

/// Keeps a lock for ever when it is dropped.
struct KeepsLock(Option<tokio::sync::OwnedMutexGuard<()>>);

impl Drop for KeepsLock {
    fn drop(&mut self) {
        std::mem::forget(self.0.take());
    }
}

fn with_json(grant: &Grant, change: impl FnOnce(&mut serde_json::Map<String, serde_json::Value>)) -> Grant {
    let mut json: serde_json::Value = serde_json::from_str(grant.to_json().expose()).expect("JSON");
    change(json.as_object_mut().expect("an object"));
    Grant::from_json(&json.to_string()).expect("a grant")
}

impl WrongStore {
    fn data(&self) -> MutexGuard<'_, Data> {
        self.database.data.lock().expect("a lock")
    }

    fn stored_key(&self, key: &GrantKey) -> GrantKey {
        match self.fault {
            Fault::IgnoresCase => GrantKey::new(key.client_id(), key.user().to_lowercase()),
            Fault::TrimsNames => GrantKey::new(key.client_id(), key.user().trim()),
            Fault::JoinsKeyParts => GrantKey::new(format!("{}{}", key.client_id(), key.user()), ""),
            _ => key.clone(),
        }
    }

    fn stored_form(&self, key: &GrantKey, grant: &Grant) -> Grant {
        match self.fault {
            Fault::DropsUnknownFields => with_json(grant, |json| {
                json.remove("newer");
            }),
            Fault::CutsTokens => with_json(grant, |json| {
                let token = json["refresh_token"].as_str().expect("a token");
                json["refresh_token"] = token.chars().take(4000).collect::<String>().into();
            }),
            Fault::KeepsContentOfGeneration => match self.data().grants.get(key) {
                Some(stored) if stored.generation() == grant.generation() => stored.clone(),
                _ => grant.clone(),
            },
            _ => grant.clone(),
        }
    }

    fn compare(&self, stored: Option<Generation>, grant: &Grant, expected: Option<Generation>) -> Result<(), StoreError> {
        let number = |generation: Option<Generation>| generation.map(Generation::number);
        let is_expected = match self.fault {
            Fault::IgnoresExpected => true,
            Fault::ComparesNumbers => number(stored) == number(expected),
            Fault::SavesOverMissing => stored.is_none() || stored == expected,
            _ => stored == expected,
        };
        let is_own = stored == Some(grant.generation()) && self.fault != Fault::ConflictsWithItself;
        match self.fault {
            _ if is_expected || is_own => Ok(()),
            Fault::ConflictIsOther => Err(StoreError::other("could not serialize access")),
            _ => Err(StoreError::conflict()),
        }
    }
}

impl TokenStore for WrongStore {
    fn load<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<Option<Grant>, StoreError>> {
        Box::pin(async move {
            let key = self.stored_key(key);
            match self.fault {
                Fault::Panics => unreachable!("a broken\nstore"),
                Fault::Hangs => std::future::pending().await,
                Fault::DamageIsMissing if self.data().damaged.contains(&key) => return Ok(None),
                Fault::DamageIsOther if self.data().damaged.contains(&key) => return Err(StoreError::other("bad data")),
                Fault::SavesLater => {
                    if let Some(own) = self.own_copies.lock().expect("a lock").get(&key) {
                        return Ok(Some(own.clone()));
                    }
                }
                Fault::DeletesLater if self.own_deletes.lock().expect("a lock").contains(&key) => return Ok(None),
                Fault::ReadsOldCopies => {
                    let stored = self.data().grants.get(&key).cloned();
                    let mut copies = self.own_copies.lock().expect("a lock");
                    let old = copies.get(&key).cloned().or_else(|| stored.clone());
                    copies.extend(stored.map(|stored| (key.clone(), stored)));
                    return Ok(old);
                }
                _ => {}
            }
            if self.data().damaged.contains(&key) {
                return Err(StoreError::damaged("a row", InvalidGrant::new("it was damaged")));
            }
            Ok(self.data().grants.get(&key).cloned())
        })
    }

    fn save<'a>(
        &'a self,
        key: &'a GrantKey,
        grant: &'a Grant,
        expected: Option<Generation>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let (asked, key) = (key, self.stored_key(key));
            let grant = &self.stored_form(&key, grant);
            if self.fault == Fault::LockBlocksSaves {
                drop(self.lock(asked).await?);
            }
            if self.data().damaged.contains(&key) {
                if self.fault != Fault::DamageIsOverwritten {
                    return Err(StoreError::damaged("a row", InvalidGrant::new("it was damaged")));
                }
                self.data().damaged.remove(&key);
            }
            if self.fault == Fault::SavesLater {
                let stored = self.load(asked).await?.map(|grant| grant.generation());
                self.compare(stored, grant, expected)?;
                self.own_copies.lock().expect("a lock").insert(key, grant.clone());
                return Ok(());
            }
            let compare = |data: &Data| self.compare(data.grants.get(&key).map(Grant::generation), grant, expected);
            match self.fault {
                Fault::ComparesTooEarly => {
                    compare(&self.data())?;
                    yield_now().await;
                    self.data().grants.insert(key, grant.clone());
                }
                Fault::SavesInTwoSteps => {
                    compare(&self.data())?;
                    self.data().grants.remove(&key);
                    yield_now().await;
                    self.data().grants.insert(key, grant.clone());
                }
                Fault::MixesGrants => {
                    compare(&self.data())?;
                    let old = self.data().grants.get(&key).cloned();
                    if let Some(old) = old {
                        let mixed = with_json(&old, |json| json["access_token"] = "of the next one".into());
                        self.data().grants.insert(key.clone(), mixed);
                        yield_now().await;
                    }
                    self.data().grants.insert(key, grant.clone());
                }
                Fault::LosesParallelKeys => {
                    // The whole file is read, changed and written.
                    let mut all = self.data().grants.clone();
                    compare(&self.data())?;
                    yield_now().await;
                    all.insert(key, grant.clone());
                    self.data().grants = all;
                }
                Fault::DroppedSaveReturnsLate => {
                    // The comparison is in the caller, and the write goes on without it. One takes
                    // longer than the next.
                    compare(&self.data())?;
                    let (data, grant) = (Arc::clone(&self.database.data), grant.clone());
                    let write = tokio::spawn(async move {
                        if grant.generation().number() == 2 {
                            tokio::time::sleep(Duration::from_millis(5)).await;
                        }
                        data.lock().expect("a lock").grants.insert(key, grant);
                    });
                    write.await.map_err(StoreError::other)?;
                }
                _ => {
                    let mut data = self.data();
                    compare(&data)?;
                    data.grants.insert(key.clone(), grant.clone());
                    drop(data);
                    self.own_deletes.lock().expect("a lock").remove(&key);
                }
            }
            Ok(())
        })
    }

    fn lock<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        Box::pin(async move {
            let locks = if self.fault == Fault::LocksOneHandle { &self.own_locks } else { &self.database.locks };
            let key = if self.fault == Fault::LocksAllKeys { GrantKey::new("", "") } else { key.clone() };
            let lock = Arc::clone(locks.lock().expect("a lock").entry(key.clone()).or_default());
            match self.fault {
                Fault::LocksNothing => Ok(StoreLock::new(())),
                Fault::GuardKeepsLock => Ok(StoreLock::new(KeepsLock(Some(lock.lock_owned().await)))),
                Fault::DroppedWaiterKeepsLock => {
                    // A lease that only the guard gives back, and that is taken before it exists.
                    let mut lease = KeepsLock(Some(lock.lock_owned().await));
                    yield_now().await;
                    Ok(StoreLock::new(lease.0.take()))
                }
                Fault::DroppedWaiterFreesLock => {
                    let mut frees = FreesLock(locks, key, true);
                    let guard = lock.lock_owned().await;
                    frees.2 = false;
                    Ok(StoreLock::new(guard))
                }
                _ => Ok(StoreLock::new(lock.lock_owned().await)),
            }
        })
    }

    fn delete<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let key = self.stored_key(key);
            match self.fault {
                Fault::DeletesNothing => {}
                Fault::DeletesLater => {
                    self.own_deletes.lock().expect("a lock").insert(key);
                }
                Fault::DeletesAllUsers => self.data().grants.retain(|stored, _| stored.client_id() != key.client_id()),
                Fault::DroppedDeleteHalves => {
                    let stored = self.data().grants.get(&key).cloned();
                    if let Some(stored) = stored {
                        let half = with_json(&stored, |json| {
                            json.remove("refresh_token");
                        });
                        self.data().grants.insert(key.clone(), half);
                        yield_now().await;
                    }
                    self.data().grants.remove(&key);
                }
                _ => {
                    self.own_copies.lock().expect("a lock").remove(&key);
                    let removed = self.data().grants.remove(&key);
                    if removed.is_none() && self.fault == Fault::DeleteOfMissingFails {
                        return Err(StoreError::other("there is nothing to delete"));
                    }
                }
            }
            Ok(())
        })
    }
}
