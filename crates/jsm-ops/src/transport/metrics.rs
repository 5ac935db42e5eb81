//! Metrics of calls.

use std::{fmt, time::Duration};

use jsm_ops_core::Operation;
use reqwest::StatusCode;

use crate::transport::retry::RetryCause;

/// Receives a report of every call.
///
/// The default methods do nothing. They run on the task of the call and must not block.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use jsm_ops::{CallReport, Metrics};
///
/// #[derive(Debug, Default)]
/// struct Calls(AtomicU64);
///
/// impl Metrics for Calls {
///     fn call(&self, _: &CallReport) {
///         self.0.fetch_add(1, Ordering::Relaxed);
///     }
/// }
/// ```
pub trait Metrics: fmt::Debug + Send + Sync + 'static {
    /// A call ended.
    fn call(&self, report: &CallReport) {
        let _ = report;
    }

    /// A request will be retried.
    fn retry(&self, report: &RetryReport) {
        let _ = report;
    }

    /// A rate limit delayed or rejected a request.
    fn throttle(&self, report: &ThrottleReport) {
        let _ = report;
    }

    /// The gateway rejected a token, and the client requests another one.
    fn token_rejected(&self, operation: &'static Operation) {
        let _ = operation;
    }
}

/// Metrics that are discarded.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMetrics;

impl Metrics for NoMetrics {}

/// A call that ended.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CallReport {
    /// Which operation was called.
    pub operation: &'static Operation,
    /// How it ended.
    pub outcome: CallOutcome,
    /// The status of the last response, if there was one.
    pub status: Option<StatusCode>,
    /// How often the request was sent, with every token. 0 without a credential or without time.
    pub attempts: u32,
    /// The duration, with everything that belongs to the call.
    pub duration: Duration,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallOutcome {
    /// With a successful status. The response is decoded later.
    Success,
    /// With any other status.
    ErrorStatus,
    /// Without a response.
    Failed,
    /// Its timeout was over.
    TimedOut,
    /// Its future was dropped.
    Dropped,
}

/// Writes a stable name for metrics.
impl fmt::Display for CallOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Success => "success",
            Self::ErrorStatus => "error_status",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Dropped => "dropped",
        })
    }
}

/// A request that will be retried.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct RetryReport {
    /// Which operation is retried.
    pub operation: &'static Operation,
    /// Why it is retried.
    pub cause: RetryCause,
    /// How often the request was sent so far.
    pub attempts: u32,
    /// The delay before the next attempt.
    pub delay: Duration,
}

/// A rate limit that delayed or rejected a request.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ThrottleReport {
    /// Which operation the request belongs to.
    pub operation: &'static Operation,
    /// Which rate limit delayed or rejected it.
    pub cause: ThrottleCause,
    /// The requested delay, if it is known. The call may not wait that long.
    pub delay: Option<Duration>,
}

/// Which rate limit applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ThrottleCause {
    /// The service returned 429.
    Service,
    /// The client's own limit for the area
    /// ([`ClientBuilder::rate_limit`](crate::ClientBuilder::rate_limit)).
    ClientRateLimit,
    /// A limit of the service is near
    /// ([`ClientBuilder::adaptive_rate_limiting`](crate::ClientBuilder::adaptive_rate_limiting)).
    AdaptiveRateLimit,
}

/// Writes a stable name for metrics.
impl fmt::Display for ThrottleCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Service => "service",
            Self::ClientRateLimit => "client_rate_limit",
            Self::AdaptiveRateLimit => "adaptive_rate_limit",
        })
    }
}
