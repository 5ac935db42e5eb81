//! How long the stages of a run take.

use std::time::{Duration, Instant};

/// Reading the document into progenitor's model, generating, and parsing its tokens.
pub const PROGENITOR: &str = "progenitor";
/// Turning the syntax trees into text.
pub const PRETTYPLEASE: &str = "prettyplease";

/// The times of the stages of one run. Each lap begins where the one before it ended.
#[derive(Debug, Clone)]
pub struct Times {
    last: Instant,
    laps: Vec<(&'static str, Duration)>,
    parallel: Vec<(&'static str, Duration)>,
}

impl Times {
    /// Starts the clock.
    pub fn start() -> Self {
        Self { last: Instant::now(), laps: Vec::new(), parallel: Vec::new() }
    }

    /// Ends a stage.
    pub fn lap(&mut self, stage: &'static str) {
        let now = Instant::now();
        self.laps.push((stage, now - self.last));
        self.last = now;
    }

    /// Adds the stages that ran on another core.
    pub fn add_parallel(&mut self, other: Self) {
        self.parallel.extend(other.laps);
    }

    /// The stages in order.
    pub fn laps(&self) -> &[(&'static str, Duration)] {
        &self.laps
    }

    /// The stages that ran on another core. They do not count in the total.
    pub fn parallel(&self) -> &[(&'static str, Duration)] {
        &self.parallel
    }

    /// All stages together.
    pub fn total(&self) -> Duration {
        self.laps.iter().map(|(_, time)| *time).sum()
    }

    /// The time of progenitor and prettyplease, on whichever core.
    pub fn baseline(&self) -> Duration {
        let stages = self.laps.iter().chain(&self.parallel);
        stages.filter(|(stage, _)| [PROGENITOR, PRETTYPLEASE].contains(stage)).map(|(_, time)| *time).sum()
    }
}
