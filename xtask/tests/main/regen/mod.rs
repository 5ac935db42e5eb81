//! What `regen` writes, leaves alone, checks and reports.

mod check;
mod docs;
mod pipes;
mod public_api;
mod report;
mod same_bytes;
mod verdict;
