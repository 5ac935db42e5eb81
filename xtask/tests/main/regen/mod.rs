//! What `regen` writes, leaves alone, checks and reports.

mod check;
mod docs;
mod interface;
mod pipes;
mod report;
mod same_bytes;
