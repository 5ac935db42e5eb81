//! Several callers at the same time, for one key.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{
    subject::{Handle, Subject, grant, json},
    watch::{CONFLICT_DELAY, MAX_CONFLICTS, Problem},
};
use crate::grant::{Grant, generation::Generation, key::GrantKey};

const WRITES: u64 = 40;
const READERS: usize = 3;
const ROUNDS: usize = 6;
const WRITERS: usize = 6;
const SAVES_PER_WRITER: u64 = 6;

pub(super) async fn atomic_save(subject: &Subject<'_>) -> Result<(), Problem> {
    let key = subject.key("ada");
    let grants: Vec<Grant> = (1..=WRITES).map(grant).collect::<Result<_, _>>()?;
    let known: HashMap<Generation, String> = grants.iter().map(|grant| (grant.generation(), json(grant))).collect();
    let known = Arc::new(known);
    let writer = subject.open().await;
    let mut grants = grants.into_iter();
    let mut before = grants.next();
    if let Some(first) = &before {
        writer.save(&key, first, None).await?;
    }
    let is_done = Arc::new(AtomicBool::new(false));
    let mut readers = Vec::new();
    for _ in 0..READERS {
        let reader = subject.open().await;
        readers.push(tokio::spawn(read_all(reader, key.clone(), Arc::clone(&known), Arc::clone(&is_done))));
    }
    let mut written = Ok(());
    for grant in grants {
        written = writer.save(&key, &grant, before.as_ref()).await;
        if written.is_err() {
            break;
        }
        before = Some(grant);
        tokio::task::yield_now().await;
    }
    is_done.store(true, Ordering::SeqCst);
    for reader in readers {
        reader.await??;
    }
    written
}

/// Loads until the writer is done. Every load returns one of the grants, whole.
async fn read_all(
    store: Handle,
    key: GrantKey,
    known: Arc<HashMap<Generation, String>>,
    is_done: Arc<AtomicBool>,
) -> Result<(), Problem> {
    let (mut newest, mut loads) = (0, 0);
    while !is_done.load(Ordering::SeqCst) {
        let Some(loaded) = store.load(&key).await? else {
            return Err(Problem::new("a load during a save returned no grant, neither the one before nor the one after"));
        };
        let generation = loaded.generation();
        if known.get(&generation) != Some(&json(&loaded)) {
            return Err(Problem::new("a load during a save returned parts of two grants"));
        }
        if generation.number() < newest {
            let went_back = format!("a load returned generation {generation} after a load of number {newest}");
            return Err(Problem::new(went_back));
        }
        newest = generation.number();
        loads += 1;
        // A virtual clock moves only while every task sleeps, and the store may wait for it.
        if loads % 8 == 0 {
            tokio::time::sleep(CONFLICT_DELAY).await;
        } else {
            tokio::task::yield_now().await;
        }
    }
    Ok(())
}

pub(super) async fn one_save_wins(subject: &Subject<'_>) -> Result<(), Problem> {
    let (store, other) = (subject.open().await, subject.open().await);
    for round in 0..ROUNDS {
        let key = subject.key(&format!("round {round}"));
        let base = grant(1)?;
        // Half of the rounds start without a grant.
        let expected = (round % 2 == 0).then_some(&base);
        if expected.is_some() {
            store.save(&key, &base, None).await?;
        }
        let mut saves = Vec::new();
        for writer in 0..WRITERS {
            let (store, key) = (if writer % 2 == 0 { store.clone() } else { other.clone() }, key.clone());
            let (grant, expected) = (grant(2)?, expected.map(Grant::generation));
            saves.push(tokio::spawn(async move { (store.0.save(&key, &grant, expected).await, grant) }));
        }
        let mut winners = Vec::new();
        for save in saves {
            match save.await? {
                (Ok(()), grant) => winners.push(grant),
                (Err(error), _) if error.is_conflict() => {}
                (Err(error), _) => return Err(Problem::failed("a save beside others", &error)),
            }
        }
        let [winner] = &winners[..] else {
            let succeeded = winners.len();
            return Err(Problem::new(format!("of {WRITERS} saves over one generation, {succeeded} succeeded")));
        };
        store.holds("after saves over one generation", &key, Some(winner)).await?;
    }
    Ok(())
}

pub(super) async fn no_lost_save(subject: &Subject<'_>) -> Result<(), Problem> {
    let (store, key) = (subject.open().await, subject.key("ada"));
    store.save(&key, &grant(1)?, None).await?;
    let mut writers = Vec::new();
    for _ in 0..WRITERS {
        writers.push(tokio::spawn(save_after_others(subject.open().await, key.clone())));
    }
    for writer in writers {
        writer.await??;
    }
    let (last, expected) = (store.load_some(&key).await?.generation().number(), 1 + WRITERS as u64 * SAVES_PER_WRITER);
    if last == expected {
        return Ok(());
    }
    Err(Problem::new(format!("after {} saves that returned, the number of generations is {last}", expected - 1)))
}

/// Saves the next generation several times, and loads once more after every conflict.
async fn save_after_others(store: Handle, key: GrantKey) -> Result<(), Problem> {
    let (mut saved, mut conflicts) = (0, 0);
    while saved < SAVES_PER_WRITER {
        let before = store.load_some(&key).await?.generation();
        match store.0.save(&key, &grant(before.number() + 1)?, Some(before)).await {
            Ok(()) => saved += 1,
            Err(error) if error.is_conflict() && conflicts < MAX_CONFLICTS => {
                conflicts += 1;
                tokio::time::sleep(CONFLICT_DELAY).await;
            }
            Err(error) => return Err(Problem::failed("a save beside others", &error)),
        }
    }
    Ok(())
}
