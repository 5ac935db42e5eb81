//! Time, as something that is handed in.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::LazyLock,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};

/// A future behind a pointer, as object-safe traits return them.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where the time comes from, and what waits.
///
/// Everything in these crates that looks at the time or waits does it through this trait, so that tests can make an hour pass
/// at once.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The time of day, for dates that are kept or that come from a server.
    fn now(&self) -> DateTime<Utc>;

    /// Time since some fixed moment, which never goes backwards, for deadlines.
    fn monotonic(&self) -> Duration;

    /// Waits.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// The clock of the machine, with tokio's timer.
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
