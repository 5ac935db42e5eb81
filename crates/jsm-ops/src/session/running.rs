//! A running refresh, as those see it who wait for it.

use std::{
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{runtime::Handle, sync::watch, task::AbortHandle, time::Instant};

use crate::{
    error::{Error, ErrorKind},
    session::state::refresh::RefreshId,
    store::StoreLock,
};

/// The bound of a refresh: all of its store calls, requests and delays.
///
/// It uses the machine's time and not the injected clock, because it bounds what other programs and
/// other machines do.
pub(crate) const REFRESH_TIMEOUT: Duration = Duration::from_secs(90);

/// How much longer others wait. A refresh whose runtime is not driven cannot end itself.
pub(crate) const GRACE: Duration = Duration::from_secs(1);

/// A running refresh. Its lock is here, so that others can release it.
pub(crate) struct Running {
    id: RefreshId,
    deadline: Instant,
    result: watch::Sender<Option<Result<(), Error>>>,
    lock: Mutex<Option<StoreLock>>,
    task: OnceLock<AbortHandle>,
    /// Whether it has begun to delete the grant in the store.
    is_deleting: AtomicBool,
}

/// How a wait for a refresh ended.
pub(crate) enum Waited {
    /// The refresh ended.
    Ended(Result<(), Error>),
    /// The refresh is over its time and did not end.
    Overdue,
    /// The caller's time is over.
    GaveUp,
}

impl Running {
    pub(crate) fn new(id: RefreshId) -> Self {
        let deadline = Instant::now() + REFRESH_TIMEOUT;
        let (result, lock, task) = (watch::Sender::new(None), Mutex::default(), OnceLock::new());
        Self { id, deadline, result, lock, task, is_deleting: AtomicBool::new(false) }
    }

    pub(crate) fn id(&self) -> RefreshId {
        self.id
    }

    pub(crate) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Keeps the lock of the store until the refresh ends.
    pub(crate) fn hold_lock(&self, lock: StoreLock) {
        let old = self.lock.lock().unwrap_or_else(PoisonError::into_inner).replace(lock);
        // Its `Drop` belongs to the application, so it runs outside of the lock.
        drop(old);
    }

    /// Whether this refresh has the lock of the store.
    pub(crate) fn has_lock(&self) -> bool {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Releases the lock of the store.
    pub(crate) fn release_lock(&self) {
        let lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(lock);
    }

    /// Sets the task that runs it.
    pub(crate) fn set_task(&self, task: AbortHandle) {
        // It has one task.
        let _ = self.task.set(task);
    }

    /// Records that a deletion begins. It has no condition, so the lock stays until it ends.
    pub(crate) fn begin_deletion(&self) {
        self.is_deleting.store(true, Ordering::SeqCst);
    }

    /// Ends a refresh of a grant that was replaced or signed out. Its request is cancelled, so that
    /// no other one runs beside it.
    ///
    /// A deletion that has begun cannot be cancelled. It keeps the lock, so that the grant of a new
    /// consent is saved after it.
    pub(crate) fn supersede(&self) {
        if self.is_deleting.load(Ordering::SeqCst) {
            return self.wake(Err(ErrorKind::Interrupted.into()));
        }
        if let Some(task) = self.task.get() {
            task.abort();
        }
        self.end(Err(ErrorKind::Interrupted.into()));
    }

    /// Releases the lock and wakes those who wait. The first result counts.
    pub(crate) fn end(&self, result: Result<(), Error>) {
        self.release_lock();
        self.wake(result);
    }

    fn wake(&self, result: Result<(), Error>) {
        self.result.send_if_modified(|known| {
            let is_first = known.is_none();
            if is_first {
                *known = Some(result);
            }
            is_first
        });
    }

    /// Waits for the end, at most until a time of the caller.
    pub(crate) async fn wait(&self, give_up: Instant) -> Waited {
        let mut result = self.result.subscribe();
        if let Some(result) = result.borrow().clone() {
            return Waited::Ended(result);
        }
        // A timer needs a runtime.
        if Handle::try_current().is_err() {
            return Waited::Ended(Err(ErrorKind::NoRuntime.into()));
        }
        let overdue = self.deadline + GRACE;
        match tokio::time::timeout_at(overdue.min(give_up), result.wait_for(Option::is_some)).await {
            Ok(Ok(result)) => Waited::Ended(result.clone().unwrap_or(Ok(()))),
            // This value owns the sender, so it is not closed.
            Ok(Err(_)) => Waited::Ended(Err(ErrorKind::Interrupted.into())),
            Err(_) if Instant::now() >= overdue => Waited::Overdue,
            Err(_) => Waited::GaveUp,
        }
    }
}
