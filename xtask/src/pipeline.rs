//! The stages in their order: facts → addresses → repairs → adaptation → preflight → progenitor → polish → files.

use std::{
    collections::BTreeSet,
    panic::resume_unwind,
    thread,
    time::{Duration, Instant},
};

use crate::{
    adapt::{self, Adapted, names::Unnamed},
    document::{Document, facts},
    emit::{self, Files},
    generate::{self, GenerateError},
    interface::Interface,
    overlay::Overlay,
    polish::{self, UnexpectedCode},
    preflight,
    problem::Problems,
    repair::{self, Applied, Repair},
    rewrite,
};

/// What a run works with besides the document.
#[derive(Debug, Clone)]
pub struct Pipeline {
    /// Our names and words.
    pub overlay: Overlay,
    /// Repairs that come before the addresses are rewritten.
    pub address_repairs: Vec<Repair>,
    /// Repairs that come after.
    pub repairs: Vec<Repair>,
}

/// What a run gives.
#[derive(Debug, Clone)]
pub struct Output {
    /// The files of the crate.
    pub files: Files,
    /// What the crate offers.
    pub interface: Interface,
    /// What happened on the way.
    pub summary: Summary,
}

/// What happened on the way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Operations of the document, and methods in the crate.
    pub operations: (usize, usize),
    /// Named schemas of the document, and those of them that have a type in the crate.
    pub schemas: (usize, usize),
    /// Types for schemas that the document does not name.
    pub unnamed_types: usize,
    /// Repairs, in order.
    pub repairs: Vec<Applied>,
    /// Operations that the overlay says nothing about.
    pub unnamed: Vec<Unnamed>,
}

/// Why a run ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// Nodes that are not what OpenAPI asks for.
    #[error("the document is malformed: {0}")]
    Facts(Problems),
    /// Addresses that no rule knows.
    #[error("the addresses of the document cannot be rewritten: {0}")]
    Addresses(Problems),
    /// Repairs that have nothing to do.
    #[error("the document is not wrong in the way that the repairs know: {0}")]
    Repairs(Problems),
    /// What progenitor could not take.
    #[error("the document cannot be generated from: {0}")]
    Preflight(Problems),
    /// What progenitor did not take all the same.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// Code of progenitor that the passes do not know.
    #[error(transparent)]
    Polish(#[from] UnexpectedCode),
    /// Code of ours that is no Rust.
    #[error("the generated code is no Rust: {0}\n    help: this is a bug of xtask/src/emit")]
    Emit(#[from] syn::Error),
    /// Entries of the overlay that nothing reads.
    #[error("the overlay has entries that nothing reads: {0}")]
    Stale(Problems),
    /// Operations or schemas that got lost on the way.
    #[error(
        "{what} got lost: {before} in the document and {after} in the crate\n    help: this is a bug of the generator; nothing was written"
    )]
    Lost {
        /// Operations or schemas.
        what: &'static str,
        /// How many there were.
        before: usize,
        /// How many there are.
        after: usize,
    },
}

impl Pipeline {
    /// The pipeline with all repairs.
    pub fn new(overlay: Overlay) -> Self {
        let after = repair::vendor::REPAIRS.iter().chain(repair::generator::REPAIRS).copied();
        Self { overlay, address_repairs: repair::vendor::ADDRESS_REPAIRS.to_vec(), repairs: after.collect() }
    }

    /// Runs all stages on a document.
    pub fn run(&self, document: Document, times: &mut Times) -> Result<Output, PipelineError> {
        let Repaired { document, operations, schemas, repairs } =
            repair(document, &self.address_repairs, &self.repairs, times)?;
        // A copy, since every run finds out which entries it reads.
        let overlay = self.overlay.clone();
        let adapted = adapt::adapt(document, &overlay);
        times.lap("adapt");
        preflight::preflight(&adapted).map_err(PipelineError::Preflight)?;
        times.lap("preflight");
        let (code, types, beside) = thread::scope(|scope| {
            // What holds no types needs nothing of progenitor, which leaves the other core idle.
            let beside = scope.spawn(|| beside(&adapted, &overlay));
            let types = types(&adapted, &overlay, times);
            let beside = beside.join().unwrap_or_else(|panic| resume_unwind(panic));
            times.lap("wait");
            types.and_then(|(code, types)| Ok((code, types, beside?)))
        })?;
        let Beside { interface, mut files, laps } = beside;
        times.beside = laps;
        let summary = summary(&code, &adapted, operations, &schemas, repairs)?;
        files.extend(types);
        emit::add_data(&mut files, &interface, &adapted, &overlay);
        times.lap("data");
        overlay.stale(&adapted.document).into_result().map_err(PipelineError::Stale)?;
        Ok(Output { files, interface, summary })
    }
}

/// progenitor's part, and what is made of it. Gives the names of the types besides their files.
fn types(adapted: &Adapted, overlay: &Overlay, times: &mut Times) -> Result<(BTreeSet<String>, Files), PipelineError> {
    let file = generate::generate(adapted)?;
    times.lap(PROGENITOR);
    let code = polish::polish(file, adapted, overlay)?;
    let names = code.types.iter().map(|one| one.schema.clone()).collect();
    times.lap("polish");
    let sources = emit::types(code, adapted, overlay)?;
    times.lap("types");
    let files = emit::format(sources);
    times.lap(PRETTYPLEASE);
    Ok((names, files))
}

/// A document after the repairs.
#[derive(Debug, Clone)]
pub struct Repaired {
    /// The document.
    pub document: Document,
    /// How many operations it had before anything was changed.
    pub operations: usize,
    /// The named schemas that it had before anything was changed.
    pub schemas: Vec<String>,
    /// The repairs, in order.
    pub repairs: Vec<Applied>,
}

/// Runs the stages up to the repairs.
///
/// # Errors
/// Nodes that are not what OpenAPI asks for, addresses that no rule knows, and repairs that have nothing to do.
pub fn repair(
    document: Document,
    address_repairs: &[Repair],
    repairs: &[Repair],
    times: &mut Times,
) -> Result<Repaired, PipelineError> {
    let mut document = facts::facts(document).map_err(PipelineError::Facts)?;
    let operations = document.operations().count();
    let schemas: Vec<String> = document.schemas().map(|(name, _)| name.to_owned()).collect();
    times.lap("facts");
    let mut applied = repair::apply(address_repairs, &mut document).map_err(PipelineError::Repairs)?;
    rewrite::rewrite(&mut document).map_err(PipelineError::Addresses)?;
    times.lap("rewrite");
    applied.extend(repair::apply(repairs, &mut document).map_err(PipelineError::Repairs)?);
    times.lap("repair");
    Ok(Repaired { document, operations, schemas, repairs: applied })
}

/// What is made while progenitor runs.
struct Beside {
    interface: Interface,
    files: Files,
    laps: Vec<(&'static str, Duration)>,
}

fn beside(adapted: &Adapted, overlay: &Overlay) -> Result<Beside, syn::Error> {
    let mut times = Times::start();
    let mut interface = Interface::of(&adapted.document);
    interface.add_calls(&adapted.calls);
    times.lap("interface");
    let sources = emit::calls(adapted, overlay)?;
    times.lap("calls");
    let files = emit::format(sources);
    times.lap(PRETTYPLEASE);
    Ok(Beside { interface, files, laps: times.laps })
}

fn summary(
    types: &BTreeSet<String>,
    adapted: &Adapted,
    operations: usize,
    schemas: &[String],
    repairs: Vec<Applied>,
) -> Result<Summary, PipelineError> {
    let is_alias = |name: &str| adapted.plain.contains_key(name) || adapted.merged.contains_key(name);
    let typed = schemas.iter().filter(|name| types.contains(*name) || is_alias(name)).count();
    for (what, before, after) in [("operations", operations, adapted.calls.len()), ("schemas", schemas.len(), typed)] {
        if before != after {
            return Err(PipelineError::Lost { what, before, after });
        }
    }
    Ok(Summary {
        operations: (operations, adapted.calls.len()),
        schemas: (schemas.len(), typed),
        unnamed_types: types.iter().filter(|name| !adapted.declared.contains(*name)).count(),
        repairs,
        unnamed: adapted.unnamed.clone(),
    })
}

/// Reading the document into progenitor's model, generating, and parsing its tokens, which prettyplease asks for.
const PROGENITOR: &str = "progenitor";
/// Turning the syntax trees into text.
const PRETTYPLEASE: &str = "prettyplease";

/// How long the stages of one run took; each lap begins where the one before it ended.
#[derive(Debug, Clone)]
pub struct Times {
    last: Instant,
    laps: Vec<(&'static str, Duration)>,
    beside: Vec<(&'static str, Duration)>,
}

impl Times {
    /// Starts the clock.
    pub fn start() -> Self {
        Self { last: Instant::now(), laps: Vec::new(), beside: Vec::new() }
    }

    /// Ends a stage.
    pub fn lap(&mut self, stage: &'static str) {
        let now = Instant::now();
        self.laps.push((stage, now - self.last));
        self.last = now;
    }

    /// The stages in order.
    pub fn laps(&self) -> &[(&'static str, Duration)] {
        &self.laps
    }

    /// What ran beside them on another core, and is no part of the whole.
    pub fn beside(&self) -> &[(&'static str, Duration)] {
        &self.beside
    }

    /// All stages together.
    pub fn total(&self) -> Duration {
        self.laps.iter().map(|(_, time)| *time).sum()
    }

    /// What progenitor and prettyplease took, on whichever core.
    pub fn baseline(&self) -> Duration {
        self.laps
            .iter()
            .chain(&self.beside)
            .filter(|(stage, _)| [PROGENITOR, PRETTYPLEASE].contains(stage))
            .map(|(_, time)| *time)
            .sum()
    }
}
