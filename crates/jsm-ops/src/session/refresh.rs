//! Carries out the actions of a refresh.

use std::{sync::Arc, time::Duration};

use jsm_ops_core::BoxFuture;
use tokio::runtime::Handle;

use crate::{
    error::{Error, ErrorKind},
    secure_random,
    session::{
        inner::SessionInner,
        running::Running,
        state::refresh::{RefreshAction, RefreshEvent},
    },
    store::{StoreLock, error::StoreError},
};

/// The bound of one call of the store. It uses the machine's time, like the bound of a refresh.
pub(crate) const STORE_TIMEOUT: Duration = Duration::from_secs(15);

/// How long a refresh waits for the lock. After it there is time for the rest.
const LOCK_TIMEOUT: Duration = Duration::from_secs(40);

/// Runs a refresh to its end.
pub(crate) async fn run(inner: &Arc<SessionInner>, running: &Running) -> Result<(), Error> {
    let (context, key) = (&inner.context, &inner.key);
    let mut event = RefreshEvent::Started;
    loop {
        let action = inner.transition(|state, now| state.machine.refresh_event(now, running.id(), event));
        event = match action {
            RefreshAction::Finish(result) => return result,
            RefreshAction::Load => RefreshEvent::Loaded(bounded("load", context.store.load(key)).await),
            RefreshAction::Lock => RefreshEvent::Locked(lock(inner, LOCK_TIMEOUT).await.map(|lock| running.hold_lock(lock))),
            RefreshAction::Ask(grant) => {
                let requested_at = context.clock.now();
                let result = match grant.refresh_token() {
                    Some(token) => {
                        let tokens = context.token_endpoint.refresh(token, requested_at).await;
                        tokens.map(|tokens| grant.refreshed(tokens, requested_at))
                    }
                    None => Err(ErrorKind::Interrupted.into()),
                };
                RefreshEvent::Responded { sent: grant.generation(), result }
            }
            RefreshAction::Wait(delay) => {
                // Up to a third longer, so that requests that failed together spread out.
                context.clock.sleep(delay.mul_f64(1.0 + secure_random::next_f64() / 3.0)).await;
                RefreshEvent::Waited
            }
            RefreshAction::Save(grant, expected) => {
                RefreshEvent::Saved(bounded("save", context.store.save(key, &grant, expected)).await)
            }
            RefreshAction::Delete => {
                running.begin_deletion();
                RefreshEvent::Deleted(bounded("delete", context.store.delete(key)).await)
            }
        };
    }
}

/// Takes the lock of the store.
pub(crate) async fn lock(inner: &SessionInner, timeout: Duration) -> Result<StoreLock, StoreError> {
    check_runtime()?;
    match tokio::time::timeout(timeout, inner.context.store.lock(&inner.key)).await {
        Ok(lock) => lock,
        Err(_) => Err(StoreError::busy(inner.key.to_string())),
    }
}

/// Timers need a runtime, and so do most stores.
fn check_runtime() -> Result<(), StoreError> {
    match Handle::try_current() {
        Ok(_) => Ok(()),
        Err(_) => Err(StoreError::other(Error::from(ErrorKind::NoRuntime))),
    }
}

/// Bounds a call of the store.
pub(crate) async fn bounded<T>(action: &'static str, call: BoxFuture<'_, Result<T, StoreError>>) -> Result<T, StoreError> {
    check_runtime()?;
    match tokio::time::timeout(STORE_TIMEOUT, call).await {
        Ok(result) => result,
        Err(_) => Err(StoreError::unresponsive(action, STORE_TIMEOUT)),
    }
}
