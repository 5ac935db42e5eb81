//! The settings of a run.

use std::time::Duration;

/// Lifetime of access tokens, by the injected clock.
pub(super) const LIFETIME: Duration = Duration::from_secs(120);

/// Size, duration and limits of a soak run.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Number of calls, over all tasks.
    pub calls: usize,
    /// Number of tasks.
    pub tasks: usize,
    /// The seed of everything random.
    pub seed: u64,
    /// One in so many requests has a fault; 0 for none.
    pub one_in: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { calls: 200_000, tasks: 256, seed: 1, one_in: 20 }
    }
}
