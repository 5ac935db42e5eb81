//! One file per command, and what they share.

pub mod bench;
pub mod document;
mod features;
pub mod fetch;
pub mod generation;
mod output;
mod places;
pub mod regen;
pub mod release_baseline;
mod same_api;
pub mod schema;
pub mod taken;
pub mod update;
mod verdict;

use std::{
    error::Error,
    fmt,
    path::PathBuf,
    process::{ExitCode, Termination},
};

/// The message of a command that failed.
#[derive(Debug)]
pub struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Prints a failure and returns the exit code.
pub fn exit(result: Result<impl Termination, Failure>) -> ExitCode {
    match result {
        Ok(value) => value.report(),
        Err(failure) => {
            output::note(&format!("error: {failure}"));
            ExitCode::FAILURE
        }
    }
}

/// The directory of the workspace.
pub fn workspace() -> PathBuf {
    let xtask = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().map_or(xtask.clone(), PathBuf::from)
}
