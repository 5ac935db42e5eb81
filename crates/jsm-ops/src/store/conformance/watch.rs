//! Running code of a store that may panic, hang, or be dropped.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use crate::{error::Error, grant::invalid::InvalidGrant, store::error::StoreError};

/// More conflicts than a caller meets beside a few others. A store that always conflicts ends the
/// check.
pub(super) const MAX_CONFLICTS: usize = 2_000;

/// How long a caller waits after a conflict.
pub(super) const CONFLICT_DELAY: Duration = Duration::from_millis(1);

/// Why a check failed.
#[derive(Debug)]
pub(super) struct Problem(String);

impl Problem {
    pub(super) fn new(problem: impl Into<String>) -> Self {
        Self(problem.into())
    }

    /// An operation that has to succeed failed.
    pub(super) fn failed(operation: &str, error: &StoreError) -> Self {
        Self(format!("{operation} failed: {error}"))
    }

    /// The text in one line, whatever the store's errors contain.
    pub(super) fn into_line(self) -> String {
        self.0.replace(char::is_control, " ")
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}

impl From<InvalidGrant> for Problem {
    fn from(error: InvalidGrant) -> Self {
        Self(format!("the grant of the check is invalid: {error}"))
    }
}

/// A panic of the store, or of a task that uses it.
impl From<tokio::task::JoinError> for Problem {
    fn from(error: tokio::task::JoinError) -> Self {
        match error.try_into_panic() {
            Ok(panic) => Self(describe(&*panic)),
            Err(error) => Self(error.to_string()),
        }
    }
}

/// A future whose panics are errors.
struct CatchPanic<F>(Pin<Box<F>>);

impl<F: Future<Output = Result<(), Problem>>> Future for CatchPanic<F> {
    type Output = Result<(), Problem>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let future = &mut self.0;
        catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)))
            .unwrap_or_else(|panic| Poll::Ready(Err(Problem(describe(&*panic)))))
    }
}

fn describe(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("the store panicked: {}", text.unwrap_or("without a text"))
}

/// Runs a check. A panic and a check that takes too long are problems.
pub(super) async fn watched(timeout: Duration, check: impl Future<Output = Result<(), Problem>>) -> Result<(), Problem> {
    let overdue = || Problem(format!("it did not end within {timeout:?}; a call to the store hangs, or is very slow"));
    tokio::time::timeout(timeout, CatchPanic(Box::pin(check))).await.unwrap_or_else(|_| Err(overdue()))
}

/// Polls a future at most this many times. `None` if it is not ready then: the caller drops it.
pub(super) async fn poll_times<F: Future + Unpin>(future: &mut F, times: usize) -> Option<F::Output> {
    let mut polls = 0;
    std::future::poll_fn(|context| {
        if polls == times {
            return Poll::Ready(None);
        }
        polls += 1;
        match Pin::new(&mut *future).poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if polls == times => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
