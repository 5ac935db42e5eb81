//! Changes whose futures are dropped.

use std::time::Duration;

use super::{
    subject::{Handle, Subject, grant, json},
    watch::{CONFLICT_DELAY, MAX_CONFLICTS, Problem, poll_times},
};
use crate::grant::{Grant, key::GrantKey};

/// More polls than the future of a change needs.
const MAX_POLLS: usize = 64;

/// How long a change that was started may go on after its future was dropped.
const COMPLETION: Duration = Duration::from_millis(20);

pub(super) async fn save(subject: &Subject<'_>) -> Result<(), Problem> {
    let store = subject.open().await;
    for is_first in [true, false] {
        for polls in 0..MAX_POLLS {
            let key = subject.key(&format!("{is_first} {polls}"));
            let [before, next] = [grant(1)?, grant(2)?];
            let before = (!is_first).then_some(&before);
            if let Some(before) = before {
                store.save(&key, before, None).await?;
            }
            let mut save = store.0.save(&key, &next, before.map(Grant::generation));
            let done = poll_times(&mut save, polls).await;
            drop(save);
            let is_complete = done.is_some();
            done.transpose().map_err(|error| Problem::failed("a save", &error))?;
            let before = if is_complete { Some(&next) } else { before };
            let case = format!("a save was dropped after {polls} polls");
            is_one_of(&store, &case, &key, [before, Some(&next)]).await?;
            if is_complete {
                break;
            }
        }
    }
    Ok(())
}

pub(super) async fn delete(subject: &Subject<'_>) -> Result<(), Problem> {
    let store = subject.open().await;
    for polls in 0..MAX_POLLS {
        let (key, before) = (subject.key(&format!("{polls}")), grant(1)?);
        store.save(&key, &before, None).await?;
        let mut delete = store.0.delete(&key);
        let done = poll_times(&mut delete, polls).await;
        drop(delete);
        let is_complete = done.is_some();
        done.transpose().map_err(|error| Problem::failed("a delete", &error))?;
        let before = (!is_complete).then_some(&before);
        is_one_of(&store, &format!("a delete was dropped after {polls} polls"), &key, [before, None]).await?;
        if is_complete {
            break;
        }
    }
    Ok(())
}

/// Checks that the store holds one of these, goes on to work, and keeps what is saved next.
async fn is_one_of(store: &Handle, case: &str, key: &GrantKey, allowed: [Option<&Grant>; 2]) -> Result<(), Problem> {
    let allowed = allowed.map(|grant| grant.map(json));
    let last = grant(9)?;
    let mut conflicts = 0;
    loop {
        let loaded = store.load(key).await.map_err(|problem| Problem::new(format!("{case}: {}", problem.into_line())))?;
        if !allowed.contains(&loaded.as_ref().map(json)) {
            return Err(Problem::new(format!("{case}: the store holds neither what was before nor what was saved")));
        }
        match store.0.save(key, &last, loaded.as_ref().map(Grant::generation)).await {
            Ok(()) => break,
            // The change completed after the load.
            Err(error) if error.is_conflict() && conflicts < MAX_CONFLICTS => {
                conflicts += 1;
                tokio::time::sleep(CONFLICT_DELAY).await;
            }
            Err(error) => return Err(Problem::failed(&format!("{case}: the next save"), &error)),
        }
    }
    tokio::time::sleep(COMPLETION).await;
    // A save compares generations, so it cannot complete now. A delete can.
    let may_be_deleted = allowed.contains(&None);
    match store.load(key).await? {
        Some(loaded) if json(&loaded) == json(&last) => Ok(()),
        None if may_be_deleted => Ok(()),
        _ => Err(Problem::new(format!("{case}: it changed the grant of a later save"))),
    }
}
