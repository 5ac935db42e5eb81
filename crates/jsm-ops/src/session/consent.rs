//! Signing in and out: a grant that arrives or leaves while the session is in use.

use std::{sync::Arc, time::Duration};

use tokio::runtime::Handle;

use crate::{
    error::{Error, ErrorKind},
    grant::Grant,
    session::{
        inner::SessionInner,
        refresh::{bounded, lock},
        single_flight::{give_up_at, launch, wait},
    },
    sign_in::pending::CheckedCode,
    token_endpoint::attempts::Attempts,
};

/// Attempts to exchange a code.
const MAX_ATTEMPTS: u32 = 3;

/// How long a sign-in or sign-out waits for the lock. Both are safe without it: every save compares
/// generations.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// Exchanges a code and saves the grant instead of an older one. It completes even if the future is
/// dropped.
pub(crate) async fn sign_in(inner: &Arc<SessionInner>, code: CheckedCode) -> Result<(), Error> {
    let runtime = Handle::try_current().map_err(|_| Error::from(ErrorKind::NoRuntime))?;
    let task = {
        let inner = Arc::clone(inner);
        runtime.spawn(async move { exchange_and_save(&inner, &code).await })
    };
    match task.await {
        Ok(result) => result,
        Err(_) => Err(ErrorKind::Interrupted.into()),
    }
}

async fn exchange_and_save(inner: &Arc<SessionInner>, code: &CheckedCode) -> Result<(), Error> {
    let context = &inner.context;
    let stored = check_store(inner).await?;
    let mut attempts = Attempts::new(&*context.clock, MAX_ATTEMPTS);
    let grant = loop {
        let requested_at = context.clock.now();
        match context.token_endpoint.exchange(code, requested_at).await {
            Ok(tokens) => break Grant::issue(tokens, requested_at)?,
            Err(error) => attempts.after(error).await?,
        }
    };
    tracing::info!(key = %inner.key, generation = %grant.generation(), "signed in");
    let announced = inner.transition(|state, now| {
        let id = state.machine.consented(now, grant, stored.as_ref());
        state.announce(id)
    });
    let running = launch(inner, announced);
    match wait(inner, &running, give_up_at()).await {
        // The tokens are in memory, and `Session::save_error` says why.
        Err(_) if inner.read(|state| state.machine.is_unsaved()) => Ok(()),
        // A later consent replaced this one.
        Err(error) if matches!(error.kind(), ErrorKind::Interrupted) => Ok(()),
        result => result,
    }
}

/// Finds a store that does not work before the code is spent. Returns the grant that it has.
async fn check_store(inner: &SessionInner) -> Result<Option<Grant>, Error> {
    let has_lock = inner.read(|state| state.running.as_ref().is_some_and(|running| running.has_lock()));
    if !has_lock {
        match lock(inner, LOCK_TIMEOUT).await {
            Ok(lock) => drop(lock),
            // The store works; another process refreshes.
            Err(error) if error.is_busy() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(bounded("load", inner.context.store.load(&inner.key)).await?)
}

/// Deletes the grant, in the store and here.
pub(crate) async fn sign_out(inner: &Arc<SessionInner>) -> Result<(), Error> {
    let store = &inner.context.store;
    // A process that hangs with the lock must not keep a user signed in.
    let lock = lock(inner, LOCK_TIMEOUT).await;
    let stored = bounded("load", store.load(&inner.key)).await.unwrap_or_default();
    bounded("delete", store.delete(&inner.key)).await?;
    let over = inner.transition(|state, _| {
        state.machine.signed_out(stored.as_ref());
        state.take_over()
    });
    drop(lock);
    if let Some(over) = over {
        over.supersede();
    }
    Ok(())
}
