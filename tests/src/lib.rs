//! What the end-to-end tests stand on: a server that records what it is asked, and the document as the one authority on what
//! it should be asked.
//!
//! Nothing here knows the generator or the generated code. What a test expects comes from `spec/jsm-ops.json` alone, so that a
//! mistake of the generator cannot be in the expectation too.

pub mod clock;
pub mod document;
pub mod sample;
pub mod upstream;

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
