//! `cargo xtask`: the commands of this workspace.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::commands::{self, document, fetch, regen};

/// The commands of this workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the repaired document, complete and with whole addresses, for other tools
    Document(document::Options),
    /// Take a new document: reduce it to its facts and write them to spec/
    Fetch(fetch::Options),
    /// Generate the crate in generated/ from spec/
    Regen(regen::Options),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Document(options) => document::run(&options),
        Command::Fetch(options) => fetch::run(&options),
        Command::Regen(options) => regen::run(&options),
    };
    commands::exit(result)
}
