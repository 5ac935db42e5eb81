//! The lock of a refresh.

use std::time::Duration;

use super::{
    subject::{Handle, Subject, grant},
    watch::{Problem, poll_times},
};
use crate::grant::key::GrantKey;

/// More polls than the future of a lock needs.
const MAX_POLLS: usize = 64;

/// How long a free lock may take.
const FREE_LOCK: Duration = Duration::from_secs(20);

/// Checks that the lock is not free.
async fn is_held(subject: &Subject<'_>, store: &Handle, case: &str, key: &GrantKey) -> Result<(), Problem> {
    match tokio::time::timeout(subject.lock_wait, store.0.lock(key)).await {
        Err(_) => Ok(()),
        Ok(Err(error)) if error.is_busy() => Ok(()),
        Ok(Err(error)) => Err(Problem::failed("a lock that another caller holds", &error)),
        Ok(Ok(_)) => Err(Problem::new(format!("{case}: a second caller got the lock"))),
    }
}

/// Checks that the lock is free.
async fn is_free(store: &Handle, case: &str, key: &GrantKey) -> Result<(), Problem> {
    match tokio::time::timeout(FREE_LOCK, store.lock(key)).await {
        Ok(lock) => lock.map(drop),
        Err(_) => Err(Problem::new(format!("{case}: the lock is still held after {FREE_LOCK:?}"))),
    }
}

pub(super) async fn excludes(subject: &Subject<'_>) -> Result<(), Problem> {
    let (store, other, key) = (subject.open().await, subject.open().await, subject.key("ada"));
    let held = store.lock(&key).await?;
    is_held(subject, &store, "the same open store", &key).await?;
    is_held(subject, &other, "the store opened a second time", &key).await?;
    // The callers before gave up. That must not end the lock of its holder.
    is_held(subject, &store, "after others gave up", &key).await?;
    store.save(&key, &grant(1)?, None).await?;
    is_held(subject, &other, "after a save of the holder", &key).await?;
    drop(held);
    Ok(())
}

pub(super) async fn per_key(subject: &Subject<'_>) -> Result<(), Problem> {
    let (store, other) = (subject.open().await, subject.open().await);
    let keys = [subject.key("ada"), subject.key("grace"), subject.key_of("another-app", "ada")];
    let held = store.lock(&keys[0]).await?;
    for key in &keys[1..] {
        for store in [&store, &other] {
            is_free(store, "the lock of another key is held", key).await?;
        }
    }
    is_held(subject, &other, "other keys were locked in the meantime", &keys[0]).await?;
    drop(held);
    Ok(())
}

pub(super) async fn allows_changes(subject: &Subject<'_>) -> Result<(), Problem> {
    let (store, other, key) = (subject.open().await, subject.open().await, subject.key("ada"));
    let [first, second] = [grant(1)?, grant(2)?];
    let work = async {
        let held = store.lock(&key).await?;
        store.save(&key, &first, None).await?;
        // A sign-in in another process saves without the lock.
        other.save(&key, &second, Some(&first)).await?;
        store.holds("under the lock", &key, Some(&second)).await?;
        other.delete(&key).await?;
        store.holds("under the lock", &key, None).await?;
        drop(held);
        Ok(())
    };
    let stuck = || Problem::new("a load, save or delete waits for the lock that its caller holds");
    tokio::time::timeout(FREE_LOCK, work).await.unwrap_or_else(|_| Err(stuck()))
}

pub(super) async fn ends_with_guard(subject: &Subject<'_>) -> Result<(), Problem> {
    let (store, other, key) = (subject.open().await, subject.open().await, subject.key("ada"));
    for store in [&store, &other, &store] {
        is_free(store, "the guard was dropped", &key).await?;
    }
    // A caller that waits already gets it too.
    let held = store.lock(&key).await?;
    let mut waiting = other.0.lock(&key);
    if tokio::time::timeout(subject.lock_wait / 4, &mut waiting).await.is_err() {
        drop(held);
        let lock = tokio::time::timeout(FREE_LOCK, waiting).await;
        let lock = lock.map_err(|_| Problem::new("the guard was dropped, and a waiting caller does not get the lock"))?;
        drop(lock.map_err(|error| Problem::failed("a lock after a wait", &error))?);
    }
    // A guard may be dropped on a thread without a runtime, and after its store.
    let held = subject.open().await.lock(&key).await?;
    let dropped = std::thread::spawn(move || drop(held)).join();
    dropped.map_err(|_| Problem::new("a guard panics when it is dropped outside of a runtime"))?;
    is_free(&store, "the guard was dropped on another thread", &key).await
}

pub(super) async fn ends_with_future(subject: &Subject<'_>) -> Result<(), Problem> {
    let (store, other, key) = (subject.open().await, subject.open().await, subject.key("ada"));
    for polls in 0..MAX_POLLS {
        let mut taken = store.0.lock(&key);
        let lock = poll_times(&mut taken, polls).await;
        let is_complete = lock.is_some();
        drop((taken, lock));
        is_free(&other, &format!("the future of a lock was dropped after {polls} polls"), &key).await?;
        if is_complete {
            break;
        }
    }
    // The same while another caller holds the lock.
    for polls in 0..4 {
        let held = other.lock(&key).await?;
        let mut waiting = store.0.lock(&key);
        let _ = tokio::time::timeout(subject.lock_wait / 4, poll_times(&mut waiting, polls)).await;
        drop(waiting);
        drop(held);
        is_free(&store, &format!("a waiting caller gave up after {polls} polls"), &key).await?;
    }
    Ok(())
}
