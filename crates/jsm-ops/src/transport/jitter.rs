//! Random numbers for jitter.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

use crate::secure_random;

/// A source of random numbers for jitter.
///
/// The numbers may be predictable. They should differ between clients that fail together.
pub trait Random: fmt::Debug + Send + Sync + 'static {
    /// Returns a number from 0 to below 1.
    fn next_f64(&self) -> f64;
}

/// The random numbers of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn next_f64(&self) -> f64 {
        secure_random::next_f64()
    }
}

/// The same numbers for the same seed, for tests.
#[derive(Debug)]
pub struct SeededRandom(Mutex<fastrand::Rng>);

impl SeededRandom {
    /// Starts a sequence.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(fastrand::Rng::with_seed(seed)))
    }
}

impl Random for SeededRandom {
    fn next_f64(&self) -> f64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_determines_the_sequence() {
        let numbers = |seed| {
            let random = SeededRandom::new(seed);
            (0..100).map(|_| random.next_f64()).collect::<Vec<_>>()
        };
        assert_eq!(numbers(1), numbers(1));
        assert_ne!(numbers(1), numbers(2));
        let mean = numbers(1).iter().sum::<f64>() / 100.0;
        assert!((0.4..0.6).contains(&mean), "{mean}");
        assert!(numbers(u64::MAX).iter().all(|number| (0.0..1.0).contains(number)));
    }
}
