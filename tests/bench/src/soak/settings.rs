//! The settings of a run.

use std::time::Duration;

/// How long access tokens live, by the injected clock.
pub(super) const LIFETIME: Duration = Duration::from_secs(120);

/// A run.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Calls of all tasks together.
    pub calls: usize,
    /// Tasks.
    pub tasks: usize,
    /// What everything random comes from.
    pub seed: u64,
    /// How often a request meets a fault: one in so many. 0 for never.
    pub one_in: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { calls: 200_000, tasks: 256, seed: 1, one_in: 20 }
    }
}
