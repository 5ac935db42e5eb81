//! Single flight: one refresh at a time per session, shared by all callers that wait for it.

use std::{sync::Arc, time::Duration};

use jsm_ops_core::Backoff;
use tokio::{runtime::Handle, time::Instant};

use crate::{
    error::{Error, ErrorKind},
    session::{
        inner::{Announced, SessionInner},
        refresh,
        running::{GRACE, REFRESH_TIMEOUT, Running, Waited},
    },
};

/// The delays between two attempts to save, and their number. They end after a day: by then a
/// refresh has replaced the tokens, or they are expired.
const INITIAL_SAVE_BACKOFF: Duration = Duration::from_secs(1);
const MAX_SAVE_BACKOFF: Duration = Duration::from_secs(60);
const MAX_SAVE_ATTEMPTS: usize = 1440;

/// Starts a refresh that the machine announced, in a task of its own: tokens that the service
/// rotated are saved even if all callers were dropped.
///
/// It must be called without the lock of the session: a runtime that shuts down drops the task at
/// once.
pub(crate) fn launch(inner: &Arc<SessionInner>, announced: Announced) -> Arc<Running> {
    let Announced { running, superseded } = announced;
    if let Some(superseded) = superseded {
        superseded.supersede();
    }
    let Ok(runtime) = Handle::try_current() else {
        end(inner, &running, Err(ErrorKind::NoRuntime.into()));
        return running;
    };
    let mut ending = EndOnDrop { inner: Arc::clone(inner), running: Arc::clone(&running), has_ended: false };
    let task = runtime.spawn(async move {
        let deadline = ending.running.deadline();
        let result = match tokio::time::timeout_at(deadline, refresh::run(&ending.inner, &ending.running)).await {
            Ok(result) => result,
            Err(_) => Err(timeout("the token store or the service did not respond")),
        };
        ending.end(result);
    });
    running.set_task(task.abort_handle());
    running
}

/// Waits for a refresh. One that is over its time is abandoned, so that its callers can start
/// another.
pub(crate) async fn wait(inner: &Arc<SessionInner>, running: &Arc<Running>, give_up: Instant) -> Result<(), Error> {
    match running.wait(give_up).await {
        Waited::Ended(result) => result,
        Waited::Overdue => {
            end(inner, running, Err(timeout("its task did not run")));
            Err(ErrorKind::Interrupted.into())
        }
        Waited::GaveUp => Err(timeout("it started late")),
    }
}

/// When a caller that starts to wait now gives up. That is after the end of any refresh that it
/// joins.
pub(crate) fn give_up_at() -> Instant {
    Instant::now() + REFRESH_TIMEOUT + 2 * GRACE
}

fn timeout(reason: &'static str) -> Error {
    ErrorKind::Timeout { timeout: REFRESH_TIMEOUT, reason }.into()
}

/// Ends a refresh for the machine and for those who wait, however it ended.
fn end(inner: &Arc<SessionInner>, running: &Arc<Running>, result: Result<(), Error>) {
    let interrupted = result.as_ref().err().cloned().unwrap_or_else(|| ErrorKind::Interrupted.into());
    let over = inner.transition(|state, now| {
        state.machine.refresh_ended(now, running.id(), &interrupted);
        state.take_over()
    });
    // The next refresh may start before the callers of this one receive its result.
    running.end(result);
    drop(over);
    spawn_save_retry(inner);
}

/// Ends a refresh when its task is dropped: at its end, in a panic, or with its runtime.
struct EndOnDrop {
    inner: Arc<SessionInner>,
    running: Arc<Running>,
    has_ended: bool,
}

impl EndOnDrop {
    fn end(&mut self, result: Result<(), Error>) {
        self.has_ended = true;
        end(&self.inner, &self.running, result);
    }
}

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        if !self.has_ended {
            self.end(Err(ErrorKind::Interrupted.into()));
        }
    }
}

/// Starts a task that retries to save the held grant, if it is not saved and a save failed.
///
/// The task owns the session, and so the grant, even if the application drops its session.
pub(crate) fn spawn_save_retry(inner: &Arc<SessionInner>) {
    let Ok(runtime) = Handle::try_current() else { return };
    let is_needed = inner.transition(|state, _| {
        let is_needed = state.machine.save_error().is_some() && !state.is_save_retry_running;
        state.is_save_retry_running |= is_needed;
        is_needed
    });
    if !is_needed {
        return;
    }
    let clear = ClearSaveRetryOnDrop { inner: Arc::clone(inner) };
    runtime.spawn(async move {
        let inner = &clear.inner;
        let mut backoff = Backoff::new(INITIAL_SAVE_BACKOFF, MAX_SAVE_BACKOFF);
        for _ in 0..MAX_SAVE_ATTEMPTS {
            inner.context.clock.sleep(backoff.next(1.0)).await;
            // A clock that does not wait must not occupy the thread.
            tokio::task::yield_now().await;
            if !inner.read(|state| state.machine.is_unsaved()) {
                return;
            }
            // Its error is in the state, for `Session::save_error`.
            let _ = save(inner).await;
        }
    });
}

/// Waits for a running refresh, and saves the held grant if it is unsaved then.
pub(crate) async fn save(inner: &Arc<SessionInner>) -> Result<(), Error> {
    let give_up = give_up_at();
    if let Some(running) = inner.read(|state| state.running.clone()) {
        let _ = wait(inner, &running, give_up).await;
    }
    let started = inner.transition(|state, _| state.machine.save_needed().map(|id| state.announce(id)));
    match started {
        Some(announced) => {
            let running = launch(inner, announced);
            wait(inner, &running, give_up).await
        }
        None => Ok(()),
    }
}

/// Sends a rejected refresh token again.
pub(crate) async fn retry_rejected(inner: &Arc<SessionInner>) -> Result<(), Error> {
    let started = inner.transition(|state, _| match state.machine.retry_rejected() {
        Some(id) => Ok(state.announce(id)),
        None => Err(state.running.clone()),
    });
    let running = match started {
        Ok(announced) => Some(launch(inner, announced)),
        Err(running) => running,
    };
    match running {
        Some(running) => wait(inner, &running, give_up_at()).await,
        None => Ok(()),
    }
}

/// Allows the next save retry, however this one ends.
struct ClearSaveRetryOnDrop {
    inner: Arc<SessionInner>,
}

impl Drop for ClearSaveRetryOnDrop {
    fn drop(&mut self) {
        self.inner.transition(|state, _| state.is_save_retry_running = false);
    }
}
