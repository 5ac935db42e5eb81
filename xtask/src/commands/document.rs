//! `cargo xtask document`: writes the repaired document for other tools.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{Failure, output, workspace};
use crate::{
    atomic_write,
    document::load,
    overlay::Overlay,
    pipeline::{self, Pipeline},
    repair::vendor,
    standalone,
    times::Times,
};

/// The options of `cargo xtask document`.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Options {
    /// The document, published or reduced to facts, as JSON or YAML [default: spec/jsm-ops.json]
    #[arg(long, value_name = "FILE")]
    pub spec: Option<PathBuf>,
    /// The file of the repaired document [default: the standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Runs the command.
///
/// Only the repairs of the vendor's mistakes are applied: the others would make the document wrong.
pub fn run(options: &Options) -> Result<(), Failure> {
    let spec = options.spec.clone().unwrap_or_else(|| workspace().join("spec/jsm-ops.json"));
    let failed = |error: &dyn std::fmt::Display| Failure(format!("{}: {error}", spec.display()));
    let overlay = Overlay::directory(&workspace().join("spec/overlay")).map_err(|error| Failure(error.report()))?;
    let document = load::file(&spec).map_err(|error| failed(&error))?;
    let pipeline = Pipeline { repairs: vendor::REPAIRS.to_vec(), ..Pipeline::new(overlay.clone()) };
    let repaired = pipeline::repair(document, &pipeline, &mut Times::start());
    let repaired = repaired.map_err(|error| failed(&error))?;
    let document = standalone::standalone(repaired.document, &overlay.follow(&repaired.moves))
        .map_err(|problems| failed(&format!("the repaired document is invalid OpenAPI: {problems}")))?;
    let mut text = serde_json::to_string_pretty(document.root())?;
    text.push('\n');
    match &options.out {
        Some(out) => write(out, &text),
        None => Ok(output::write(io::stdout(), format_args!("{text}"))?),
    }
}

fn write(out: &Path, text: &str) -> Result<(), Failure> {
    let directory = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(atomic_write::apply(directory, &[(out.to_owned(), text)], &[])?)
}
