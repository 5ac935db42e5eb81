//! The time of an event.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// The time of an event, read before the event is handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// The wall-clock time, for dates of grants. It may go backwards.
    pub wall: DateTime<Utc>,
    /// The time since a fixed moment, for hold-offs. It never goes backwards.
    pub monotonic: Duration,
}
