//! What others see of a call: a span, events, and metrics. Never a body, a secret, or an address that is filled in.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use jsm_ops_core::{Clock, Error as CallError, Operation, Response};
use reqwest::StatusCode;
use tracing::{Span, field};

use super::{CallOutcome, CallReport, Metrics, RetryCause, RetryReport, ThrottleCause, ThrottleReport};

/// A call that is watched until it ends, or until its future is dropped.
pub(crate) struct Observed<'a> {
    operation: &'static Operation,
    span: Span,
    clock: &'a dyn Clock,
    metrics: &'a dyn Metrics,
    began: Duration,
    attempts: AtomicU32,
    has_ended: bool,
}

impl<'a> Observed<'a> {
    pub(crate) fn begin(operation: &'static Operation, clock: &'a dyn Clock, metrics: &'a dyn Metrics) -> Self {
        let span = tracing::info_span!(
            "jsm_ops.call",
            operation = operation.id,
            method = operation.method,
            path = operation.path,
            outcome = field::Empty,
            status = field::Empty,
            attempts = field::Empty,
            trace_id = field::Empty,
            duration_ms = field::Empty,
        );
        Self { operation, span, clock, metrics, began: clock.monotonic(), attempts: AtomicU32::new(0), has_ended: false }
    }

    /// When the call began, by the ticks of the clock.
    pub(crate) fn began(&self) -> Duration {
        self.began
    }

    pub(crate) fn span(&self) -> &Span {
        &self.span
    }

    /// A request is about to be sent, with its credential.
    pub(crate) fn attempt(&self) {
        self.attempts.fetch_add(1, Ordering::Relaxed);
    }

    /// The gateway refused a token; the request will be sent again with another one, unless there is none.
    pub(crate) fn token_refused(&self) {
        tracing::debug!(operation = self.operation.id, "the token was refused, and another one is asked for");
        self.metrics.token_refused(self.operation);
    }

    /// A request will be sent again.
    pub(crate) fn retry(&self, cause: RetryCause, wait: Duration) {
        let attempts = self.attempts.load(Ordering::Relaxed);
        tracing::warn!(
            operation = self.operation.id, %cause, attempts, wait_ms = millis(wait),
            "the request is sent again after a wait"
        );
        self.metrics.retry(&RetryReport { operation: self.operation, cause, attempts, wait });
    }

    /// A limit was met.
    pub(crate) fn throttled(&self, cause: ThrottleCause, wait: Option<Duration>, reason: Option<&str>) {
        let (operation, wait_ms) = (self.operation.id, wait.map(millis));
        match cause {
            ThrottleCause::Service => tracing::warn!(operation, wait_ms, reason, "the service has too many requests"),
            _ => tracing::debug!(operation, %cause, wait_ms, "the request waits for its turn"),
        }
        self.metrics.throttle(&ThrottleReport { operation: self.operation, cause, wait });
    }

    /// The call has ended with this outcome, which is told how many attempts it took.
    pub(crate) fn end(mut self, outcome: Result<Response, CallError>) -> Result<Response, CallError> {
        self.has_ended = true;
        let attempts = self.attempts.load(Ordering::Relaxed);
        match outcome {
            Ok(mut answer) => {
                let kind = if answer.status.is_success() { CallOutcome::Success } else { CallOutcome::Refused };
                self.record(kind, Some(answer.status), || answer.header("atl-traceid"), attempts);
                answer.attempts = attempts;
                Ok(answer)
            }
            Err(error) => {
                let kind = if error.is_timeout() { CallOutcome::TimedOut } else { CallOutcome::Failed };
                self.record(kind, error.status(), || error.trace_id(), attempts);
                Err(error.with_attempts(attempts))
            }
        }
    }

    fn record<'t>(
        &self,
        outcome: CallOutcome,
        status: Option<StatusCode>,
        trace_id: impl FnOnce() -> Option<&'t str>,
        attempts: u32,
    ) {
        let duration = self.clock.monotonic().saturating_sub(self.began);
        if !self.span.is_disabled() {
            self.span.record("outcome", field::display(outcome));
            self.span.record("status", status.map(|status| status.as_u16()));
            self.span.record("attempts", attempts);
            self.span.record("trace_id", trace_id());
            self.span.record("duration_ms", millis(duration));
        }
        self.metrics.call(&CallReport { operation: self.operation, outcome, status, attempts, duration });
    }
}

impl Drop for Observed<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            self.record(CallOutcome::Dropped, None, || None, self.attempts.load(Ordering::Relaxed));
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
