//! Cases of the fuzz tests.

use fastrand::Rng;

/// Whether the input of a case was accepted, or what was wrong.
pub(super) type Case = Result<bool, String>;

/// Makes the cases of one part.
pub(super) type Cases = Box<dyn FnMut(&mut Rng) -> Case>;
