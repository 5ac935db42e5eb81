//! Single flight: one refresh at a time per session, shared by all callers that wait for it.

use std::{sync::Arc, time::Duration};

use jsm_ops_core::Backoff;
use tokio::sync::watch;

use crate::{
    error::{Error, ErrorKind},
    session::{
        refresh,
        state::{RunningRefresh, SessionInner},
    },
};

/// The delays between two attempts to save, and their number. They end after a day: by then a
/// refresh has replaced the tokens, or they are expired.
const INITIAL_SAVE_BACKOFF: Duration = Duration::from_secs(1);
const MAX_SAVE_BACKOFF: Duration = Duration::from_secs(60);
const MAX_SAVE_ATTEMPTS: usize = 1440;

/// Joins the running refresh or starts one.
///
/// The refresh runs in its own task: tokens that the service rotated are saved even if all callers
/// were dropped.
pub(crate) async fn join_or_start(inner: &Arc<SessionInner>) -> Result<(), Error> {
    let running = {
        let mut state = inner.state();
        match &state.running_refresh {
            Some(running) => running.clone(),
            None => {
                let (done, running) = watch::channel(None);
                state.running_refresh = Some(running.clone());
                let clear = ClearOnDrop { inner: Arc::clone(inner) };
                tokio::spawn(async move {
                    let result = refresh::run(&clear.inner).await;
                    spawn_save_retry(&clear.inner);
                    // The next refresh may start before the callers of this one receive its result.
                    drop(clear);
                    done.send_replace(Some(result));
                });
                running
            }
        }
    };
    wait_for(running).await
}

/// Waits for the running refresh, if there is one. Its error is for the callers that asked for it.
pub(crate) async fn wait_for_running(inner: &SessionInner) {
    let running = inner.state().running_refresh.clone();
    if let Some(running) = running {
        let _ = wait_for(running).await;
    }
}

async fn wait_for(mut running: RunningRefresh) -> Result<(), Error> {
    match running.wait_for(Option::is_some).await {
        Ok(result) => result.clone().unwrap_or(Ok(())),
        // The task ended without a result: its runtime was shut down.
        Err(_) => Err(ErrorKind::Interrupted.into()),
    }
}

/// Allows the next refresh, however this one ends.
struct ClearOnDrop {
    inner: Arc<SessionInner>,
}

impl Drop for ClearOnDrop {
    fn drop(&mut self) {
        self.inner.state().running_refresh = None;
    }
}

/// Starts a task that retries to save the current grant, if it is not saved.
///
/// The task owns the session, and so the grant, even if the application drops its session.
pub(crate) fn spawn_save_retry(inner: &Arc<SessionInner>) {
    {
        let mut state = inner.state();
        if state.unsaved.is_none() || state.is_save_retry_running {
            return;
        }
        state.is_save_retry_running = true;
    }
    let clear = ClearSaveRetryOnDrop { inner: Arc::clone(inner) };
    tokio::spawn(async move {
        let inner = &clear.inner;
        let mut backoff = Backoff::new(INITIAL_SAVE_BACKOFF, MAX_SAVE_BACKOFF);
        for _ in 0..MAX_SAVE_ATTEMPTS {
            inner.context.clock.sleep(backoff.next(1.0)).await;
            // A clock that does not wait must not occupy the thread.
            tokio::task::yield_now().await;
            if inner.state().unsaved.is_none() {
                return;
            }
            // Other errors of this refresh return to the callers that need a token later.
            let _ = join_or_start(inner).await;
        }
    });
}

/// Allows the next save retry, however this one ends.
struct ClearSaveRetryOnDrop {
    inner: Arc<SessionInner>,
}

impl Drop for ClearSaveRetryOnDrop {
    fn drop(&mut self) {
        self.inner.state().is_save_retry_running = false;
    }
}
