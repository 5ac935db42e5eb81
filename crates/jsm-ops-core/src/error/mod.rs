//! One error type for all operations.

mod accessors;
mod constructors;
mod display;
mod error_body;
mod predicates;
#[cfg(test)]
mod tests;
mod value;

pub use value::{Error, MAX_ERROR_BODY};
