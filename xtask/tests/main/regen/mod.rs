//! What `regen` writes, leaves alone, checks and reports.

mod check;
mod docs;
mod interface;
mod report;
mod same_bytes;
