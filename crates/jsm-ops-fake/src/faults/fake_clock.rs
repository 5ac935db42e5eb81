//! The clock of the fake.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The time at which a fixed clock starts: 2027-01-01T00:00:00Z.
const START: Duration = Duration::from_secs(1_798_761_600);

/// A clock that stands still until a test advances it. Clones share the time.
#[derive(Debug, Clone)]
pub struct FakeClock {
    advanced_ms: Arc<AtomicU64>,
    real: bool,
}

impl FakeClock {
    /// A clock that stands at 2027-01-01T00:00:00Z.
    pub(crate) fn fixed() -> Self {
        Self { advanced_ms: Arc::default(), real: false }
    }

    /// A clock that follows the machine's clock. [`FakeClock::advance`] adds to it.
    pub(crate) fn real() -> Self {
        Self { advanced_ms: Arc::default(), real: true }
    }

    /// A number that differs between runs with a real clock, and is constant with a fixed one.
    pub(crate) fn salt(&self) -> u128 {
        if self.real { self.since_epoch().as_nanos() } else { 0 }
    }

    /// The current time.
    pub fn now(&self) -> SystemTime {
        UNIX_EPOCH + self.since_epoch()
    }

    /// The current time since 1970-01-01T00:00:00Z.
    pub fn since_epoch(&self) -> Duration {
        let real = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let base = if self.real { real() } else { START };
        base + Duration::from_millis(self.advanced_ms.load(Ordering::SeqCst))
    }

    /// The current time in milliseconds since 1970-01-01T00:00:00Z.
    pub(crate) fn now_ms(&self) -> i64 {
        i64::try_from(self.since_epoch().as_millis()).unwrap_or(i64::MAX)
    }

    /// Moves the clock forward, by whole milliseconds.
    pub fn advance(&self, by: Duration) {
        let ms = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.advanced_ms.fetch_add(ms, Ordering::SeqCst);
    }
}
