//! `cargo xtask release-baseline`: a step of a release. Later runs compare with what it writes.

use std::{fs, path::PathBuf};

use super::{Failure, output::line, workspace};
use crate::{atomic_write, public_api, wire};

/// The directory of the baseline, in the workspace.
pub const BASELINE: &str = "spec/released";

/// Which crate becomes the baseline.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Options {
    /// The version that is released: 0.2.0
    #[arg(value_name = "VERSION")]
    pub version: Option<String>,
    /// The directory of the released crate [default: generated]
    #[arg(long, value_name = "DIR")]
    pub from: Option<PathBuf>,
    /// The directory of the baseline [default: spec/released]
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
}

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
    let place = |given: &Option<PathBuf>, default: &str| given.clone().unwrap_or_else(|| workspace().join(default));
    let (from, to) = (place(&options.from, "generated"), place(&options.to, BASELINE));
    let read = |file: &str| {
        let path = from.join(file);
        fs::read_to_string(&path).map_err(|error| {
            Failure(format!("cannot read {}: {error}\n    help: run `cargo xtask regen` first", path.display()))
        })
    };
    let head = options.version.as_ref().map_or_else(
        || "# Baseline: nothing is released yet. This is what the crate offered when comparisons began.\n".to_owned(),
        |version| format!("# Baseline: version {version}.\n"),
    );
    let files = [public_api::FILE, wire::FILE];
    let [api, sent] = files.map(|file| read(file).map(|text| format!("{head}{text}")));
    let (api, sent) = (api?, sent?);
    let [api_path, wire_path] = files.map(|file| to.join(file));
    atomic_write::apply(&to, &[(api_path, api.as_str()), (wire_path, sent.as_str())], &[])?;
    Ok(line!("baseline    {} and {} in {}", public_api::FILE, wire::FILE, to.display())?)
}
