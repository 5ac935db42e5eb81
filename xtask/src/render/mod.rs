//! The model as code: call builders, the table of operations, the client, and docs.

pub mod area;
pub mod base_urls;
pub mod call_builder;
pub mod client;
pub mod crate_root;
pub mod deprecated;
pub mod doc_attribute;
pub mod docs;
pub mod field;
mod form;
pub mod manifest;
mod paging;
mod parameter;
pub mod rust_type;
pub mod table;
pub mod test_calls;
pub mod test_examples;
pub mod test_round_trips;
