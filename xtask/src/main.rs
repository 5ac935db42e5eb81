//! `cargo xtask`: the commands of this workspace.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::{
    commands::{self, bench, document, fetch, regen, release_baseline, schema, taken, update},
    update::finding::Finding,
};

/// The commands of this workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure, beside something to compare with
    Bench(bench::Options),
    /// Write the repaired document, complete and with whole URLs, for other tools
    Document(document::Options),
    /// Take a new document: reduce it to its facts and write them to spec/
    Fetch(taken::SourceOptions),
    /// Generate the crate in generated/ from spec/
    Regen(regen::Options),
    /// Make the crate in generated/ the one that later runs compare with: a step of a release
    ReleaseBaseline(release_baseline::Options),
    /// Write the schema of the overlay's files, for editors
    Schema(schema::Options),
    /// Take a new document, generate the crate from it, and report what changed
    #[command(after_help = Finding::help())]
    Update(update::Options),
}

fn main() -> ExitCode {
    if let Some(code) = bench::rustc::wrapped() {
        return code;
    }
    let result = match Arguments::parse().command {
        Command::Bench(options) => bench::run(&options),
        Command::Document(options) => document::run(&options),
        Command::Fetch(options) => fetch::run(&options),
        Command::Regen(options) => regen::run(&options),
        Command::ReleaseBaseline(options) => release_baseline::run(&options),
        Command::Schema(options) => schema::run(&options),
        Command::Update(options) => return commands::exit(update::run(&options)),
    };
    commands::exit(result)
}
