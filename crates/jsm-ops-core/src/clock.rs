//! Time as a dependency, so that tests control it.

use std::{
    fmt,
    sync::LazyLock,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};

use crate::future::BoxFuture;

/// A source of time, and a timer.
///
/// These crates read the time and wait only through this trait. Tests replace it and let an hour
/// pass at once.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The wall-clock time, for dates that are stored or compared with those of a server. It may go
    /// backwards.
    fn now(&self) -> DateTime<Utc>;

    /// The time since a fixed moment, for deadlines. It never goes backwards.
    fn monotonic(&self) -> Duration;

    /// Completes after `duration`.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// The clock of the machine. [`sleep`](Clock::sleep) uses tokio's timer and needs its runtime.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn monotonic(&self) -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        START.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}
