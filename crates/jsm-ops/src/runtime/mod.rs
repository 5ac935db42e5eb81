//! What happens between a call and its requests: it is paced, limited in time, repeated and watched.
//!
//! A call passes `observe` (span, events, metrics) ─► `deadline` ─► the loop below, whose rounds each are `limiter` and `slow_down` ─►
//! the signed request ─► `retry` (may it be sent again?) ─► `backoff` (when?).

mod backoff;
mod deadline;
mod limiter;
mod metrics;
mod observe;
mod policy;
mod random;
mod retry;
mod settings;
mod slow_down;

use std::{pin::pin, sync::Arc, time::Duration};

use jsm_ops_core::{BoxFuture, Clock, Error as CallError, RateLimits, Request, Response, Transport};
use tracing::Instrument as _;

use crate::authorized::Authorized;

pub use limiter::Rate;
pub use metrics::{CallOutcome, CallReport, Metrics, NoMetrics, RetryReport, ThrottleCause, ThrottleReport};
pub use policy::RetryPolicy;
pub use random::{Random, SeededRandom, SystemRandom};
pub use retry::RetryCause;
pub(crate) use settings::Settings;

use backoff::Waits;
use limiter::Limiter;
pub(crate) use observe::Observed;
use slow_down::SlowDown;

/// The transport of a [`Client`](crate::Client).
pub(crate) struct Runtime {
    signed: Authorized,
    clock: Arc<dyn Clock>,
    settings: Settings,
    limiter: Limiter,
    slow_down: SlowDown,
}

impl Runtime {
    pub(crate) fn new(signed: Authorized, clock: Arc<dyn Clock>, settings: Settings) -> Self {
        let limiter = Limiter::new(&settings.rates, &clock);
        let slow_down = SlowDown::new(settings.slows_down);
        Self { signed, clock, settings, limiter, slow_down }
    }

    /// The latest that answers said about limits.
    pub(crate) fn rate_limits(&self) -> RateLimits {
        self.slow_down.latest()
    }

    async fn send(&self, mut request: Request) -> Result<Response, CallError> {
        let operation = request.operation;
        // The limit is for all attempts together and goes by our clock; the HTTP client must not apply it to each.
        let limit = request.options.timeout.take().or(self.settings.timeout);
        let observed = Observed::begin(operation, &*self.clock, &*self.settings.metrics);
        let outcome = {
            // It is large: from here on it stays where it is, and what moves is a pointer to it.
            let attempts = pin!(self.attempts(request, limit, &observed));
            let attempts = attempts.instrument(observed.span().clone());
            match limit {
                None => attempts.await,
                Some(limit) => deadline::within(limit, &*self.clock, operation, attempts).await,
            }
        };
        observed.end(outcome)
    }

    async fn attempts(
        &self,
        request: Request,
        limit: Option<Duration>,
        observed: &Observed<'_>,
    ) -> Result<Response, CallError> {
        let Settings { retry: policy, random, .. } = &self.settings;
        let class = request.options.idempotency.unwrap_or_else(|| policy.class_of(request.operation));
        let mut waits = Waits::new(policy, &*self.clock, &**random, limit, observed.began());
        let mut next = request;
        loop {
            self.limiter.pass(next.operation, &*self.clock, observed).await;
            self.slow_down.pass(policy.longest_wait, &*self.clock, observed).await;
            // For another attempt, and for another token in this one.
            let copy = next.try_clone();
            let outcome = self.signed.send(next, copy.as_ref(), observed).await;
            let limits = match &outcome {
                Ok(answer) => RateLimits::read(&answer.headers, answer.received_at),
                Err(_) => RateLimits::default(),
            };
            if !limits.is_empty() {
                self.slow_down.note(&limits);
            }
            let Some(cause) = retry::cause(&outcome) else { return outcome };
            let asked = cause.asked(&limits, self.clock.now());
            if cause == RetryCause::RateLimited {
                observed.throttled(ThrottleCause::Service, asked, limits.reason.as_deref());
            }
            let Some(copy) = copy.filter(|copy| cause.is_harmless() || retry::is_safe(class, &copy.body)) else {
                return outcome;
            };
            let Some(wait) = waits.next(asked) else { return outcome };
            observed.retry(cause, wait);
            self.clock.sleep(wait).await;
            next = copy;
        }
    }
}

impl Transport for Runtime {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, CallError>> {
        Box::pin(self.send(request))
    }

    fn clock(&self) -> &dyn Clock {
        &*self.clock
    }
}
