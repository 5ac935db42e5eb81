//! The span, events and metrics of a call. They contain no body, no secret and no filled-in URL.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use jsm_ops_core::{Clock, Error as CallError, Operation, Response};
use reqwest::StatusCode;
use tracing::{Span, field};

use crate::transport::{
    metrics::{CallOutcome, CallReport, Metrics, RetryReport, ThrottleCause, ThrottleReport},
    retry::RetryCause,
};

/// Observes one call until it ends or its future is dropped.
pub(crate) struct CallObserver<'a> {
    operation: &'static Operation,
    span: Span,
    clock: &'a dyn Clock,
    metrics: &'a dyn Metrics,
    started: Duration,
    attempts: AtomicU32,
    has_ended: bool,
}

impl<'a> CallObserver<'a> {
    pub(crate) fn start(operation: &'static Operation, clock: &'a dyn Clock, metrics: &'a dyn Metrics) -> Self {
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
        let (started, attempts) = (clock.monotonic(), AtomicU32::new(0));
        Self { operation, span, clock, metrics, started, attempts, has_ended: false }
    }

    /// When the call started, by the monotonic clock.
    pub(crate) fn started(&self) -> Duration {
        self.started
    }

    pub(crate) fn span(&self) -> &Span {
        &self.span
    }

    /// A request is about to be sent with its credential.
    pub(crate) fn attempt(&self) {
        self.attempts.fetch_add(1, Ordering::Relaxed);
    }

    /// The gateway rejected a token. The request is sent again with another one, if there is one.
    pub(crate) fn token_rejected(&self) {
        tracing::debug!(operation = self.operation.id, "the token was rejected; requesting another one");
        self.metrics.token_rejected(self.operation);
    }

    /// A request will be retried.
    pub(crate) fn retry(&self, cause: RetryCause, delay: Duration) {
        let attempts = self.attempts.load(Ordering::Relaxed);
        tracing::warn!(
            operation = self.operation.id, %cause, attempts, delay_ms = millis(delay),
            "retrying the request after a delay"
        );
        self.metrics.retry(&RetryReport { operation: self.operation, cause, attempts, delay });
    }

    /// A rate limit applied.
    pub(crate) fn throttled(&self, cause: ThrottleCause, delay: Option<Duration>, reason: Option<&str>) {
        let (operation, delay_ms) = (self.operation.id, delay.map(millis));
        match cause {
            ThrottleCause::Service => tracing::warn!(operation, delay_ms, reason, "the service received too many requests"),
            _ => tracing::debug!(operation, %cause, delay_ms, "the request waits for a rate limit"),
        }
        self.metrics.throttle(&ThrottleReport { operation: self.operation, cause, delay });
    }

    /// The call ended. Adds the number of attempts to its result.
    pub(crate) fn end(mut self, result: Result<Response, CallError>) -> Result<Response, CallError> {
        self.has_ended = true;
        let attempts = self.attempts.load(Ordering::Relaxed);
        match result {
            Ok(mut response) => {
                let outcome = if response.status.is_success() { CallOutcome::Success } else { CallOutcome::ErrorStatus };
                self.record(outcome, Some(response.status), || response.header("atl-traceid"), attempts);
                response.attempts = attempts;
                Ok(response)
            }
            Err(error) => {
                let outcome = if error.is_timeout() { CallOutcome::TimedOut } else { CallOutcome::Failed };
                self.record(outcome, error.status(), || error.trace_id(), attempts);
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
        let duration = self.clock.monotonic().saturating_sub(self.started);
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

impl Drop for CallObserver<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            self.record(CallOutcome::Dropped, None, || None, self.attempts.load(Ordering::Relaxed));
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
