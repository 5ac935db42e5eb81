//! The store of one user's grant: compare-and-set, a lock, and reads that lag behind.

use std::time::Duration;

use jsm_ops::{Generation, simulation::Grant};

/// How far reads from a replica lag behind.
const LAG: Duration = Duration::from_secs(2);

/// Holds the lock: the process, and a number of the task.
pub(super) type Holder = (usize, u64);

/// A store.
#[derive(Debug, Clone, Default)]
pub(super) struct Store {
    grant: Option<Grant>,
    /// What it held before, and until when.
    history: Vec<(Duration, Option<Grant>)>,
    pub(super) lock: Option<Holder>,
}

impl Store {
    pub(super) fn load(&self) -> Option<Grant> {
        self.grant.clone()
    }

    pub(super) fn grant(&self) -> Option<&Grant> {
        self.grant.as_ref()
    }

    /// What it held before the last change.
    pub(super) fn previous(&self) -> Option<&Grant> {
        self.history.last().and_then(|(_, grant)| grant.as_ref())
    }

    /// A read that is too old, if the store has changed lately.
    pub(super) fn load_stale(&self, now: Duration) -> Option<Grant> {
        match self.history.last() {
            Some((until, grant)) if now < *until + LAG => grant.clone(),
            _ => self.load(),
        }
    }

    /// Saves if the stored generation is the expected one or the grant's own. Returns whether it
    /// did.
    pub(super) fn save(&mut self, now: Duration, grant: &Grant, expected: Option<Generation>) -> bool {
        let stored = self.grant.as_ref().map(Grant::generation);
        let may_save = stored == expected || stored == Some(grant.generation());
        if may_save {
            self.replace(now, Some(grant.clone()));
        }
        may_save
    }

    pub(super) fn delete(&mut self, now: Duration) {
        self.replace(now, None);
    }

    fn replace(&mut self, now: Duration, grant: Option<Grant>) {
        let old = std::mem::replace(&mut self.grant, grant);
        self.history.push((now, old));
    }

    /// Takes the lock if it is free.
    pub(super) fn try_lock(&mut self, holder: Holder) -> bool {
        let is_free = self.lock.is_none();
        if is_free {
            self.lock = Some(holder);
        }
        is_free
    }

    pub(super) fn unlock(&mut self, holder: Holder) {
        if self.lock == Some(holder) {
            self.lock = None;
        }
    }

    /// Ends the lock of a process that crashed.
    pub(super) fn unlock_process(&mut self, process: usize) {
        if self.lock.is_some_and(|(holder, _)| holder == process) {
            self.lock = None;
        }
    }
}
