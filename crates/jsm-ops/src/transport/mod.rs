//! The transport of a client: everything between a call and its requests.
//!
//! A call passes `observe` (span, events, metrics) ─► `deadline` ─► the loop of attempts. An
//! attempt passes `rate_limiter` and `pacer` ─► `credential` ─► `retry` (may it be retried?) ─►
//! `retry_delays` (when?).

pub(crate) mod api_token;
pub(crate) mod credential;
mod deadline;
pub(crate) mod jitter;
pub(crate) mod metrics;
mod observe;
mod pacer;
pub(crate) mod rate_limiter;
pub(crate) mod retry;
mod retry_delays;
pub(crate) mod retry_policy;
pub(crate) mod settings;

use std::{pin::pin, sync::Arc, time::Duration};

use jsm_ops_core::{BoxFuture, Clock, Error as CallError, RateLimits, Request, Response, Transport};
use tracing::Instrument as _;

use crate::transport::{
    credential::Authenticator,
    deadline::with_timeout,
    metrics::ThrottleCause,
    observe::CallObserver,
    pacer::Pacer,
    rate_limiter::RateLimiter,
    retry::{RetryCause, is_idempotent, retry_cause},
    retry_delays::RetryDelays,
    settings::TransportSettings,
};

/// The transport of a [`Client`](crate::Client).
pub(crate) struct ClientTransport {
    authenticator: Authenticator,
    clock: Arc<dyn Clock>,
    settings: TransportSettings,
    rate_limiter: RateLimiter,
    pacer: Pacer,
}

impl ClientTransport {
    pub(crate) fn new(authenticator: Authenticator, clock: Arc<dyn Clock>, settings: TransportSettings) -> Self {
        let rate_limiter = RateLimiter::new(&settings.rate_limits, &clock);
        let pacer = Pacer::new(settings.adaptive_rate_limiting);
        Self { authenticator, clock, settings, rate_limiter, pacer }
    }

    /// The latest rate limits of any response.
    pub(crate) fn rate_limits(&self) -> RateLimits {
        self.pacer.latest()
    }

    async fn send(&self, mut request: Request) -> Result<Response, CallError> {
        let operation = request.operation;
        // The timeout covers all attempts and uses the injected clock. The HTTP client must not
        // apply it to each attempt.
        let timeout = request.options.timeout.take().or(self.settings.timeout);
        let observer = CallObserver::start(operation, &*self.clock, &*self.settings.metrics);
        let result = {
            // The future is large. Pinned here it stays in place, and only a pointer moves.
            let attempts = pin!(self.attempts(request, timeout, &observer));
            let attempts = attempts.instrument(observer.span().clone());
            match timeout {
                None => attempts.await,
                Some(timeout) => with_timeout(timeout, &*self.clock, operation, attempts).await,
            }
        };
        observer.end(result)
    }

    async fn attempts(
        &self,
        request: Request,
        timeout: Option<Duration>,
        observer: &CallObserver<'_>,
    ) -> Result<Response, CallError> {
        let TransportSettings { retry_policy: policy, random, .. } = &self.settings;
        let idempotency = request.options.idempotency.unwrap_or_else(|| policy.idempotency_of(request.operation));
        let mut delays = RetryDelays::new(policy, &*self.clock, &**random, timeout, observer.started());
        let mut next = request;
        loop {
            self.rate_limiter.wait(next.operation, &*self.clock, observer).await;
            self.pacer.wait(policy.max_retry_after, &*self.clock, observer).await;
            // For the next attempt, and for another token in this one.
            let copy = next.try_clone();
            let result = self.authenticator.send(next, copy.as_ref(), observer).await;
            let limits = match &result {
                Ok(response) => RateLimits::read(&response.headers, response.received_at),
                Err(_) => RateLimits::default(),
            };
            if !limits.is_empty() {
                self.pacer.update(&limits);
            }
            let Some(cause) = retry_cause(&result) else { return result };
            let retry_after = cause.retry_after(&limits, self.clock.now());
            if cause == RetryCause::RateLimited {
                observer.throttled(ThrottleCause::Service, retry_after, limits.reason.as_deref());
            }
            let may_retry = |copy: &Request| cause.is_not_carried_out() || is_idempotent(idempotency, &copy.body);
            let Some(copy) = copy.filter(may_retry) else { return result };
            let Some(delay) = delays.next(retry_after) else { return result };
            observer.retry(cause, delay);
            self.clock.sleep(delay).await;
            next = copy;
        }
    }
}

impl Transport for ClientTransport {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, CallError>> {
        Box::pin(self.send(request))
    }

    fn clock(&self) -> &dyn Clock {
        &*self.clock
    }
}
