//! Receipts of queued writes.

mod wait_policy;
mod write_status;

use std::{marker::PhantomData, ops::Deref};

use serde::de::DeserializeOwned;

use crate::{backoff::Backoff, call::Call, error::Error, request::Body};

pub use wait_policy::WaitPolicy;
pub use write_status::{WriteState, WriteStatus};

/// The response to a write that the service has queued.
///
/// The write may still fail: the service checks limits of the plan when it processes the write.
/// [`wait`](Self::wait) polls the status until the write is done or failed. The fields of the
/// response are available through `Deref`.
///
/// ```
/// # use jsm_ops_core::{Error, Receipt, WriteStatus};
/// # use serde::de::DeserializeOwned;
/// # async fn example<A, S>(receipt: Receipt<A, S>) -> Result<(), Error>
/// # where
/// #     S: WriteStatus + DeserializeOwned,
/// # {
/// match receipt.wait().await {
///     Ok(status) => drop(status),
///     Err(error) if error.is_wait_timeout() => eprintln!("still pending: {error}"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Receipt<A, S> {
    response: A,
    status_call: Call,
    status: PhantomData<fn() -> S>,
}

impl<A, S: WriteStatus + DeserializeOwned> Receipt<A, S> {
    /// A receipt with this response. `status_call` requests the status of the write.
    pub fn new(response: A, status_call: Call) -> Self {
        Self { response, status_call, status: PhantomData }
    }

    /// Waits up to 60 s until the service has processed the write.
    ///
    /// # Errors
    /// [`Error::is_write_failed`] if the write failed. [`Error::is_wait_timeout`] if it is pending
    /// after 60 s. Any error of a status call except "not found", which the service returns while
    /// the write is queued.
    pub async fn wait(&self) -> Result<S, Error> {
        self.wait_with(WaitPolicy::default()).await
    }

    /// Waits like [`wait`](Self::wait), with another timeout and other delays.
    ///
    /// # Errors
    /// Those of [`wait`](Self::wait), with the timeout of the policy.
    pub async fn wait_with(&self, policy: WaitPolicy) -> Result<S, Error> {
        let operation = self.status_call.operation();
        let clock = self.status_call.dispatcher().clock();
        let start = clock.monotonic();
        let mut backoff = Backoff::new(policy.initial_backoff, policy.max_backoff);
        loop {
            let left = policy.timeout.saturating_sub(clock.monotonic().saturating_sub(start));
            if left.is_zero() {
                return Err(Error::wait_timeout(operation, policy.timeout));
            }
            // Without jitter: each process waits for writes of its own.
            clock.sleep(backoff.next(1.0).min(left)).await;
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

    /// Requests the status once.
    ///
    /// # Errors
    /// [`Error::is_not_found`] while the write is queued, and any other error of a call.
    pub async fn poll(&self) -> Result<S, Error> {
        self.status_call.clone().json(Body::None).await
    }

    /// The response, without the means to wait.
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
