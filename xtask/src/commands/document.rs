//! `cargo xtask document`: writes the repaired document for other tools.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{Failure, output, places::Places, workspace};
use crate::{
    atomic_write,
    document::{Document, load},
    overlay::Overlay,
    pipeline::{self, Pipeline, PipelineError},
    problem::Problems,
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

/// Why there is no document for other tools.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The document cannot be repaired.
    #[error(transparent)]
    Repair(#[from] PipelineError),
    /// Only the vendor can add what is missing.
    #[error("the repaired document is invalid OpenAPI: {0}")]
    Invalid(Problems),
}

/// A document for other tools, and what needs attention in the given one.
///
/// Only the repairs of the vendor's mistakes are applied: the others would make the document wrong.
///
/// # Errors
/// URLs that no rule knows, and whatever makes the document invalid and cannot be repaired.
pub fn document(given: Document, overlay: &Overlay) -> Result<(Document, Problems), DocumentError> {
    let pipeline = Pipeline { repairs: vendor::REPAIRS.to_vec(), ..Pipeline::new(overlay.clone()) };
    let repaired = pipeline::repair(given, &pipeline, &mut Times::start())?;
    let overlay = pipeline.overlay.follow(&repaired.moves);
    let document = standalone::standalone(repaired.document, &overlay).map_err(DocumentError::Invalid)?;
    Ok((document, repaired.attention))
}

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
    let spec = options.spec.clone().unwrap_or_else(|| workspace().join("spec/jsm-ops.json"));
    let directory = workspace().join("spec/overlay");
    let bytes = load::read(&spec).map_err(|error| Failure(format!("{}: {error}", spec.display())))?;
    let (given, overlay) = (load::bytes(&bytes), Overlay::directory(&directory));
    let places = Places::new(&spec, bytes, &directory);
    let given = given.map_err(|error| places.unread(&error))?;
    let overlay = overlay.map_err(|error| places.unusable(&error))?;
    let (document, attention) = document(given, &overlay).map_err(|error| match &error {
        DocumentError::Repair(error) => places.stopped(error),
        DocumentError::Invalid(_) => Failure(format!("{}: {error}", spec.display())),
    })?;
    if !attention.is_empty() {
        output::note(&places.list(&attention));
    }
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
