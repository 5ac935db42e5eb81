//! `cargo xtask bench`: measurements that compare, in one run.

mod baseline;
pub mod compile;
pub mod copies;
pub mod rustc;

use super::Failure;

/// What to measure.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, clap::Subcommand)]
enum What {
    /// Measure the check of the generated crate, beside progenitor's own output
    Compile(compile::Options),
    /// Measure runs on documents with copies of all operations
    Copies(copies::Options),
}

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
    match &options.what {
        What::Compile(options) => compile::run(options),
        What::Copies(options) => copies::run(options),
    }
}
