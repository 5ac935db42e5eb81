//! Where jitter comes from.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use crate::secure_random;

/// A source of random numbers for jitter. It need not be unguessable, only different for clients that fail together.
pub trait Random: fmt::Debug + Send + Sync + 'static {
    /// A number from 0 to below 1.
    fn part(&self) -> f64;
}

/// The randomness of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn part(&self) -> f64 {
        secure_random::part()
    }
}

/// The same numbers for the same seed, for tests.
#[derive(Debug)]
pub struct SeededRandom(AtomicU64);

impl SeededRandom {
    /// Begins a sequence.
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Random for SeededRandom {
    /// The next number of splitmix64.
    fn part(&self) -> f64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut mixed = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        secure_random::unit(mixed ^ (mixed >> 31))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_sequence() {
        let numbers = |seed| {
            let random = SeededRandom::new(seed);
            (0..100).map(|_| random.part()).collect::<Vec<_>>()
        };
        assert_eq!(numbers(1), numbers(1));
        assert_ne!(numbers(1), numbers(2));
        let mean = numbers(1).iter().sum::<f64>() / 100.0;
        assert!((0.4..0.6).contains(&mean), "{mean}");
        assert!(numbers(u64::MAX).iter().all(|part| (0.0..1.0).contains(part)));
    }
}
