//! Numbers about calls, for whoever counts them.

use std::{fmt, time::Duration};

use jsm_ops_core::Operation;
use reqwest::StatusCode;

use crate::transport::retry::RetryCause;

/// Is told of every call. The methods do nothing unless implemented, are called on the task of the call, and must not block.
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
    /// A call has ended.
    fn call(&self, report: &CallReport) {
        let _ = report;
    }

    /// A request will be sent again.
    fn retry(&self, report: &RetryReport) {
        let _ = report;
    }

    /// A limit was met.
    fn throttle(&self, report: &ThrottleReport) {
        let _ = report;
    }

    /// The gateway refused a token, and another one is asked for.
    fn token_refused(&self, operation: &'static Operation) {
        let _ = operation;
    }
}

/// Counts nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMetrics;

impl Metrics for NoMetrics {}

/// A call that has ended.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CallReport {
    /// The operation.
    pub operation: &'static Operation,
    /// How it ended.
    pub outcome: CallOutcome,
    /// The status of the last answer, where there was one.
    pub status: Option<StatusCode>,
    /// How often it was sent, with every token; 0 where there was no credential for it, or no time.
    pub attempts: u32,
    /// How long it took, with all that belongs to it.
    pub duration: Duration,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallOutcome {
    /// With a status of success. Whether the answer fits its type is found out later.
    Success,
    /// With any other status.
    Refused,
    /// Without an answer.
    Failed,
    /// Its time limit ran out.
    TimedOut,
    /// Its future was dropped.
    Dropped,
}

/// Names that do not change, for metrics.
impl fmt::Display for CallOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Success => "success",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Dropped => "dropped",
        })
    }
}

/// A request that will be sent again.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct RetryReport {
    /// The operation.
    pub operation: &'static Operation,
    /// Why.
    pub cause: RetryCause,
    /// How often it was sent so far.
    pub attempts: u32,
    /// How long it waits now.
    pub wait: Duration,
}

/// A limit that was met.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ThrottleReport {
    /// The operation.
    pub operation: &'static Operation,
    /// Whose limit it is.
    pub cause: ThrottleCause,
    /// How long it asks to wait, where that is known. The call may not wait for so long.
    pub wait: Option<Duration>,
}

/// Whose limit was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ThrottleCause {
    /// The service refused a request for it.
    Service,
    /// The client's own, by area.
    Limiter,
    /// The service's that is near, and the client was told to slow down.
    SlowDown,
}

/// Names that do not change, for metrics.
impl fmt::Display for ThrottleCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Service => "service",
            Self::Limiter => "limiter",
            Self::SlowDown => "slow_down",
        })
    }
}
