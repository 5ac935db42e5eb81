//! Receipts of queued writes, and how they end.

use std::{marker::PhantomData, ops::Deref, time::Duration};

use serde::de::DeserializeOwned;

use crate::{Body, Call, Error};

/// How a queued write stands, as the service tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteState {
    /// Its turn has not come.
    Pending,
    /// It was carried out.
    Done,
    /// It failed, for this reason.
    Failed(String),
}

/// Types that tell how a queued write stands.
pub trait WriteStatus {
    /// How it stands.
    fn state(&self) -> WriteState;
}

/// How long to wait for a queued write, and how often to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitPolicy {
    /// When to give up, counted from the call. 60 s.
    pub timeout: Duration,
    /// The pause before the first question and after it; it doubles with every further one. 250 ms.
    pub initial_backoff: Duration,
    /// The longest pause. 5 s.
    pub max_backoff: Duration,
}

impl Default for WaitPolicy {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(60),
            initial_backoff: Duration::from_millis(250),
            max_backoff: Duration::from_secs(5),
        }
    }
}

impl WaitPolicy {
    /// Gives up after this time, and asks as often as usual.
    pub fn with_timeout(timeout: Duration) -> Self {
        Self { timeout, ..Self::default() }
    }
}

/// The answer to a write that the service has only queued.
///
/// It is no proof that the write will succeed: limits of the plan show up only when its turn comes. [`wait`](Self::wait) follows
/// it to its end. What the service answered is behind `Deref`.
#[derive(Debug, Clone)]
pub struct Receipt<A, S> {
    response: A,
    status: Call,
    outcome: PhantomData<fn() -> S>,
}

impl<A, S: WriteStatus + DeserializeOwned> Receipt<A, S> {
    /// A receipt for which `status` asks how it stands.
    pub fn new(response: A, status: Call) -> Self {
        Self { response, status, outcome: PhantomData }
    }

    /// Waits for the end of the write, for up to a minute.
    ///
    /// # Errors
    /// [`Error::is_write_failed`] if the write failed, [`Error::is_wait_timeout`] if the minute is over, and every error of asking but
    /// "not found", which the service answers until the turn of the write has come.
    pub async fn wait(&self) -> Result<S, Error> {
        self.wait_with(WaitPolicy::default()).await
    }

    /// Waits as long, and asks as often, as the caller says.
    ///
    /// # Errors
    /// Those of [`wait`](Self::wait).
    pub async fn wait_with(&self, wait: WaitPolicy) -> Result<S, Error> {
        let operation = self.status.operation();
        let clock = self.status.dispatcher().clock();
        let start = clock.monotonic();
        let mut pause = wait.initial_backoff;
        loop {
            let left = wait.timeout.saturating_sub(clock.monotonic().saturating_sub(start));
            if left.is_zero() {
                return Err(Error::wait_timeout(operation, wait.timeout));
            }
            clock.sleep(pause.min(left)).await;
            pause = pause.saturating_mul(2).min(wait.max_backoff);
            match self.poll().await {
                Ok(status) => match status.state() {
                    WriteState::Done => return Ok(status),
                    WriteState::Failed(reason) => return Err(Error::write_failed(operation, reason)),
                    WriteState::Pending => {}
                },
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Asks once how it stands.
    ///
    /// # Errors
    /// [`Error::is_not_found`] while the write is queued, and every other error of a call.
    pub async fn poll(&self) -> Result<S, Error> {
        self.status.clone().json(Body::None).await
    }

    /// What the service answered.
    pub fn into_inner(self) -> A {
        self.response
    }
}

impl<A, S> Deref for Receipt<A, S> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.response
    }
}
