//! Generator limited: the document is right, but progenitor does not support it.

use super::Repair;

/// All repairs of what progenitor cannot take. Passes of [`crate::adapt`] that treat every place
/// alike handle what is known.
pub const REPAIRS: &[Repair] = &[];
