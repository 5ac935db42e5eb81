//! `spec/overlay/`: our own names, docs, and knowledge about the operations of the document.
//!
//! Operations are keyed by method and path as they stand after the URLs were rewritten (`GET
//! /v1/alerts`). The vendor's operation ids and tags do not matter. An entry that a run
//! leaves unread needs attention: see `ledger.rs`. Entries follow operations that moved.

mod entries;
pub mod error;
mod example;
pub mod files;
mod ledger;
mod proposal;
mod read;
mod stale;

pub use self::{
    entries::{Area, Entry, EqualSchemas, Overlay},
    error::OverlayError,
    files::{Idempotency, Paging, WriteStateLocation},
    proposal::{Proposal, head as proposal_head},
    read::SCHEMA,
};
