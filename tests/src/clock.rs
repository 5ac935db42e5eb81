//! A clock without waits.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use jsm_ops_core::{BoxFuture, Clock};

/// A clock on which a sleep ends at once. It advances the clock and is recorded.
#[derive(Debug, Clone, Default)]
pub struct TestClock(Arc<Mutex<Vec<Duration>>>);

impl TestClock {
    /// The durations of all sleeps.
    pub fn sleeps(&self) -> Vec<Duration> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Advances the clock.
    pub fn advance(&self, time: Duration) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(time);
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::<Utc>::UNIX_EPOCH + TimeDelta::from_std(self.monotonic()).unwrap_or_default()
    }

    fn monotonic(&self) -> Duration {
        self.sleeps().iter().sum()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.advance(duration);
        Box::pin(std::future::ready(()))
    }
}
