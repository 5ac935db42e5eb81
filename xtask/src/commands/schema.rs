//! `cargo xtask schema`: writes the schema of the files in `spec/overlay/`, for editors.

use std::path::PathBuf;

use schemars::schema_for;

use super::{Failure, output::line, workspace};
use crate::{
    atomic_write,
    overlay::{SCHEMA, files::OverlayFile},
};

/// Where to write to.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Options {
    /// The directory of the schema [default: spec/overlay]
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
}

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
    let directory = options.to.clone().unwrap_or_else(|| workspace().join("spec/overlay"));
    let mut text = serde_json::to_string_pretty(&schema_for!(OverlayFile))?;
    text.push('\n');
    let path = directory.join(SCHEMA);
    atomic_write::apply(&directory, &[(path.clone(), text.as_str())], &[])?;
    Ok(line!("schema      {}", path.display())?)
}
