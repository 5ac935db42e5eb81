//! How to wait for a queued write.

use std::time::Duration;

/// How long to wait for a queued write, and how often to poll its status.
///
/// ```
/// # use std::time::Duration;
/// # use jsm_ops_core::WaitPolicy;
/// let ten_seconds = WaitPolicy::with_timeout(Duration::from_secs(10));
/// let policy = WaitPolicy { max_backoff: Duration::from_secs(1), ..ten_seconds };
/// assert_eq!(policy.initial_backoff, Duration::from_millis(250));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitPolicy {
    /// The longest wait, from the call of `wait`. The default is 60 s.
    pub timeout: Duration,
    /// The delay before the first poll. Each further delay is twice as long. The default is 250 ms.
    pub initial_backoff: Duration,
    /// The longest delay between two polls. The default is 5 s.
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
    /// The default delays with another timeout.
    pub fn with_timeout(timeout: Duration) -> Self {
        Self { timeout, ..Self::default() }
    }
}
