//! A schedule: a list of numbers, from which everything random is drawn.

use fastrand::Rng;

/// One step of a schedule. Its choices are drawn from one number, so that a step means the same
/// when others are removed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choices(u64);

impl Choices {
    pub(super) fn new(number: u64) -> Self {
        Self(number)
    }

    /// A number below `bound`, which is not zero.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        let choice = self.0 % bound;
        self.0 /= bound;
        choice
    }

    /// An index of a list that is not empty.
    pub(super) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length.max(1) as u64)).unwrap_or_default()
    }

    /// True once in `times`.
    pub(super) fn one_in(&mut self, times: u64) -> bool {
        // Zeros choose the plainest case.
        times > 0 && self.below(times) == times - 1
    }
}

/// Setup and steps of one run.
#[derive(Debug, Clone)]
pub(super) struct Schedule {
    pub(super) setup: u64,
    pub(super) steps: Vec<u64>,
}

impl Schedule {
    pub(super) fn from_seed(seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let setup = random.u64(..);
        let length = random.usize(20..140);
        Self { setup, steps: (0..length).map(|_| random.u64(..)).collect() }
    }
}
