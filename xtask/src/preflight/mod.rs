//! Everything on which progenitor or typify would panic or go silently wrong, found before they run.
//!
//! The checks allow a small language and refuse the rest, in place of a list of what is known to break: a list is never
//! complete, and what typify has no code for it drops in silence or stops at. Whoever needs a new keyword or form adds it here
//! once the generated code was seen to be right.

mod content;
mod operations;
mod schemas;

use crate::{adapt::Adapted, problem::Problems};

/// Checks an adapted document.
///
/// # Errors
/// All problems, those of the adaptation first.
pub fn preflight(adapted: &Adapted) -> Result<(), Problems> {
    let mut problems = adapted.problems.clone();
    schemas::check_named(&adapted.document, &mut problems);
    operations::check(&adapted.document, &mut problems);
    problems.into_result()
}
