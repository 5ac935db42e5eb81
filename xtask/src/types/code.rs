//! Types as code, and the error for unexpected code of progenitor.

use syn::Item;

/// A type with its implementations.
#[derive(Debug, Clone)]
pub struct TypeCode {
    /// The name of the schema.
    pub schema: String,
    /// The definition first.
    pub items: Vec<Item>,
}

/// Code of progenitor that a pass does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "progenitor's code for `{place}` is not as expected: {expected}\n    help: after an update of progenitor, correct the pass in xtask/src/types"
)]
pub struct UnexpectedCode {
    place: String,
    expected: &'static str,
}

impl UnexpectedCode {
    /// Code of `place` that is not as expected.
    pub fn new(place: impl Into<String>, expected: &'static str) -> Self {
        Self { place: place.into(), expected }
    }
}
