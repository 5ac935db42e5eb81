//! Support of the end-to-end tests: the document, values made up from it, a clock.
//!
//! Nothing here depends on the generator or the generated code. Expected values come from
//! `spec/jsm-ops.json` alone, so an error of the generator cannot be in the expectation too.

pub mod clock;
pub mod document;
pub mod sample;
pub mod upstream;

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
