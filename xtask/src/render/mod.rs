//! The model as code: call builders, the table of operations, the client, and docs.

pub mod area;
pub mod base_urls;
pub mod call_builder;
pub mod client;
pub mod crate_root;
pub mod doc_attribute;
pub mod docs;
pub mod field;
pub mod manifest;
mod paging;
pub mod rust_type;
pub mod table;
pub mod test_calls;
pub mod test_examples;
pub mod test_round_trips;
