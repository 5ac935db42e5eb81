//! What a new document brings: compared with the last document, and with the last release.
//!
//! Nothing here reads or writes files. Names come from the document and may hold anything;
//! [`markdown`] makes them harmless.

mod changelog;
mod fields;
pub mod finding;
mod items;
pub mod markdown;
mod operations;
mod phrases;
pub mod report;
pub mod since;
