//! What `regen` writes, leaves alone, checks and reports.

mod check;
mod interface;
mod report;
mod same_bytes;
mod words;
