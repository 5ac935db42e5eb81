//! The time of the fake, which moves only when a test moves it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Where the clock of a test starts: 2027-01-01T00:00:00Z.
const START: Duration = Duration::from_secs(1_798_761_600);

/// A clock that stands still until it is advanced. Clones are the same clock.
#[derive(Debug, Clone)]
pub struct Clock {
    advanced_ms: Arc<AtomicU64>,
    real: bool,
}

impl Clock {
    /// Stands at 2027-01-01T00:00:00Z.
    pub(crate) fn fixed() -> Self {
        Self { advanced_ms: Arc::default(), real: false }
    }

    /// Follows the machine's clock, plus what it was advanced by: for people who play with the fake.
    pub(crate) fn real() -> Self {
        Self { advanced_ms: Arc::default(), real: true }
    }

    /// Something that differs from run to run where the clock does.
    pub(crate) fn salt(&self) -> u128 {
        if self.real { self.since_epoch().as_nanos() } else { 0 }
    }

    /// The time.
    pub fn now(&self) -> SystemTime {
        UNIX_EPOCH + self.since_epoch()
    }

    /// The time since 1970-01-01T00:00:00Z.
    pub fn since_epoch(&self) -> Duration {
        let real = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let base = if self.real { real() } else { START };
        base + Duration::from_millis(self.advanced_ms.load(Ordering::SeqCst))
    }

    /// Moves the clock forward, by whole milliseconds.
    pub fn advance(&self, by: Duration) {
        let ms = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.advanced_ms.fetch_add(ms, Ordering::SeqCst);
    }
}
