//! Finds everything that would make progenitor or typify panic or generate wrong code.
//!
//! The checks are an allow-list: a list of what breaks would never be complete, and typify silently
//! drops what it does not support. To support a new keyword or form, look at the generated code and
//! then add it here.

mod content;
mod operations;
mod schemas;

use crate::{adapt::Adapted, problem::Problems};

/// Checks an adapted document. Returns all problems, those of [`crate::adapt`] first.
pub fn preflight(adapted: &Adapted) -> Problems {
    let mut problems = adapted.problems.clone();
    schemas::check_named(&adapted.document, &mut problems);
    operations::check(&adapted.document, &mut problems);
    problems
}
