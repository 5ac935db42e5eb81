//! Decoding of responses as the service sends them: whole responses, and functions for
//! `#[serde(deserialize_with)]` on fields of generated types.
//!
//! The live service writes an empty string for a missing date, `null` for a missing list, and `1.0`
//! for a whole number.

mod boolean;
mod date;
mod integer;
mod null_as_default;
mod optionality;
mod response;
#[cfg(test)]
mod tests;

pub use boolean::boolean;
pub use date::date;
pub use integer::integer;
pub use null_as_default::null_as_default;
pub use optionality::Optionality;
pub use response::response;
