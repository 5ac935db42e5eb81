//! The stages in order: facts, URLs, repairs, adaptation, preflight, progenitor, types, files.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    panic::resume_unwind,
    thread,
};

use crate::{
    adapt::{self, Adapted},
    document::{Document, facts},
    emit::{
        files,
        source::{Files, Source},
    },
    generate::{self, GenerateError},
    model::{UnnamedOperation, area},
    overlay::Overlay,
    preflight,
    problem::Problems,
    public_api::{self, Module, PublicApi},
    render::manifest,
    repair::{self, Applied, Repair},
    rewrite,
    times::{PRETTYPLEASE, PROGENITOR, Times},
    types::{self, UnexpectedCode},
    wire::{self, Wire},
};

/// The inputs of a run besides the document.
#[derive(Debug, Clone)]
pub struct Pipeline {
    /// Our names and docs.
    pub overlay: Overlay,
    /// Repairs that come before the URLs are rewritten.
    pub url_repairs: Vec<Repair>,
    /// Repairs that come after.
    pub repairs: Vec<Repair>,
}

/// The result of a run.
#[derive(Debug, Clone)]
pub struct Output {
    /// The files of the crate.
    pub files: Files,
    /// What users of the crate can name.
    pub public_api: PublicApi,
    /// What its calls send.
    pub wire: Wire,
    /// The counts of the run.
    pub summary: Summary,
}

/// The counts of a run, and what they do not show.
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
    /// Operations without an entry in the overlay.
    pub unnamed: Vec<UnnamedOperation>,
}

/// Why a run failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// Nodes that are invalid OpenAPI.
    #[error("the document is malformed: {0}")]
    Facts(Problems),
    /// URLs that no rule knows.
    #[error("the URLs of the document cannot be rewritten: {0}")]
    Urls(Problems),
    /// Repairs that do not apply.
    #[error("some repairs do not apply to the document: {0}")]
    Repairs(Problems),
    /// Parts of the document that the generator does not support.
    #[error("the generator does not support the document: {0}")]
    Preflight(Problems),
    /// progenitor failed although the preflight accepted the document.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// Code of progenitor that the passes do not know.
    #[error(transparent)]
    Types(#[from] UnexpectedCode),
    /// Generated code that is invalid Rust.
    #[error("the generated code is invalid Rust: {0}\n    help: this is a bug of xtask/src/render")]
    Render(syn::Error),
    /// A list of what calls send that TOML cannot hold.
    #[error("the list of what calls send is invalid TOML: {0}\n    help: this is a bug of xtask/src/wire")]
    Wire(#[from] toml::ser::Error),
    /// Entries of the overlay that nothing reads.
    #[error("the overlay has entries that nothing reads: {0}")]
    Stale(Problems),
    /// Operations or schemas that are missing in the crate.
    #[error(
        "{what} are missing: {before} in the document, {after} in the crate\n    help: this is a bug of the generator; nothing was written"
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
        Self { overlay, url_repairs: repair::vendor::URL_REPAIRS.to_vec(), repairs: after.collect() }
    }

    /// Runs all stages on a document.
    ///
    /// # Errors
    /// The first stage that failed, with all its problems.
    pub fn run(&self, document: Document, times: &mut Times) -> Result<Output, PipelineError> {
        let Repaired { document, operations, schemas, repairs } = repair(document, &self.url_repairs, &self.repairs, times)?;
        // A copy, because every run records which entries it reads.
        let overlay = self.overlay.clone();
        let adapted = adapt::adapt(document, &overlay);
        times.lap("adapt");
        preflight::preflight(&adapted).map_err(PipelineError::Preflight)?;
        times.lap("preflight");
        let areas = area::by_area(&adapted.model.operations, &overlay);
        let (types, type_files, calls, api) = thread::scope(|scope| {
            // Only the types need progenitor, which uses one core.
            let calls = scope.spawn(|| calls(&adapted, &overlay));
            let types = types(&adapted, &overlay, times);
            let calls = calls.join().unwrap_or_else(|panic| resume_unwind(panic));
            times.lap("wait");
            let (mut types, calls) = (types?, calls?);
            let modules = [calls.modules.as_slice(), types.modules.as_slice()].concat();
            let features = manifest::features(&areas);
            let api = scope.spawn(move || public_api(&modules, &features));
            let type_files = format(mem::take(&mut types.sources), times);
            let api = api.join().unwrap_or_else(|panic| resume_unwind(panic));
            times.lap("wait");
            Ok::<_, PipelineError>((types, type_files, calls, api))
        })?;
        let Calls { wire, mut files, times: calls_times, .. } = calls;
        let (public_api, public_api_text, public_api_times) = api;
        times.add_parallel(calls_times);
        times.add_parallel(public_api_times);
        let summary = summary(&types.schemas, &adapted, operations, &schemas, repairs)?;
        files.extend(type_files);
        files::add_data(&mut files, &adapted, &overlay);
        files.insert(public_api::FILE.to_owned(), public_api_text);
        files.insert(wire::FILE.to_owned(), wire.text()?);
        times.lap("data");
        overlay.stale(&adapted.document).into_result().map_err(PipelineError::Stale)?;
        Ok(Output { files, public_api, wire, summary })
    }
}

/// Runs progenitor and makes the types.
fn types(adapted: &Adapted, overlay: &Overlay, times: &mut Times) -> Result<Types, PipelineError> {
    let file = generate::generate(adapted)?;
    times.lap(PROGENITOR);
    let code = types::types(file, &adapted.model, overlay)?;
    let schemas = code.iter().map(|one| one.schema.clone()).collect();
    times.lap("types");
    let mut sources = files::types(code, adapted, overlay).map_err(PipelineError::Render)?;
    let modules = modules(&sources);
    files::import(&mut sources);
    times.lap("type files");
    Ok(Types { schemas, modules, sources })
}

/// Formats the files of the types.
fn format(sources: Vec<Source>, times: &mut Times) -> Files {
    let mut files = files::format(sources);
    times.lap(PRETTYPLEASE);
    files::lay_out(&mut files);
    times.lap("layout");
    files
}

/// Puts together what the files declare, and writes its text.
fn public_api(modules: &[Module], features: &BTreeMap<String, Vec<String>>) -> (PublicApi, String, Times) {
    let mut times = Times::start();
    let public_api = PublicApi::of(modules, features);
    let text = public_api.text();
    times.lap("public API");
    (public_api, text, times)
}

/// A document after the repairs.
#[derive(Debug, Clone)]
pub struct Repaired {
    /// The rewritten document, with all repairs.
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
/// Nodes that are invalid OpenAPI, URLs that no rule knows, and repairs that do not apply.
pub fn repair(
    document: Document,
    url_repairs: &[Repair],
    repairs: &[Repair],
    times: &mut Times,
) -> Result<Repaired, PipelineError> {
    let mut document = facts::facts(document).map_err(PipelineError::Facts)?;
    let operations = document.operations().count();
    let schemas: Vec<String> = document.schemas().map(|(name, _)| name.to_owned()).collect();
    times.lap("facts");
    let mut applied = repair::apply(url_repairs, &mut document).map_err(PipelineError::Repairs)?;
    rewrite::rewrite(&mut document).map_err(PipelineError::Urls)?;
    times.lap("rewrite");
    applied.extend(repair::apply(repairs, &mut document).map_err(PipelineError::Repairs)?);
    times.lap("repair");
    Ok(Repaired { document, operations, schemas, repairs: applied })
}

/// The files of the types before formatting, what they declare, and the schemas that have a type.
struct Types {
    schemas: BTreeSet<String>,
    modules: Vec<Module>,
    sources: Vec<Source>,
}

/// The files without types, and what calls send.
struct Calls {
    modules: Vec<Module>,
    wire: Wire,
    files: Files,
    times: Times,
}

fn calls(adapted: &Adapted, overlay: &Overlay) -> Result<Calls, PipelineError> {
    let mut times = Times::start();
    let wire = Wire::of(&adapted.model, overlay);
    times.lap("wire");
    let mut sources = files::calls(adapted, overlay).map_err(PipelineError::Render)?;
    let modules = modules(&sources);
    files::import(&mut sources);
    times.lap("calls");
    let mut files = files::format(sources);
    times.lap(PRETTYPLEASE);
    files::lay_out(&mut files);
    times.lap("layout");
    Ok(Calls { modules, wire, files, times })
}

/// What files declare. This comes before the `use` lines, because it takes absolute paths only.
fn modules(sources: &[Source]) -> Vec<Module> {
    public_api::modules(sources.iter().map(|(name, file)| (name.as_str(), file.items.as_slice())))
}

fn summary(
    types: &BTreeSet<String>,
    adapted: &Adapted,
    operations: usize,
    schemas: &[String],
    repairs: Vec<Applied>,
) -> Result<Summary, PipelineError> {
    let is_alias = |name: &str| adapted.model.aliases.contains_key(name) || adapted.model.merged.contains_key(name);
    let typed = schemas.iter().filter(|name| types.contains(*name) || is_alias(name)).count();
    for (what, before, after) in
        [("operations", operations, adapted.model.operations.len()), ("schemas", schemas.len(), typed)]
    {
        if before != after {
            return Err(PipelineError::Lost { what, before, after });
        }
    }
    Ok(Summary {
        operations: (operations, adapted.model.operations.len()),
        schemas: (schemas.len(), typed),
        unnamed_types: types.iter().filter(|name| !adapted.model.declared.contains(*name)).count(),
        repairs,
        unnamed: adapted.model.unnamed.clone(),
    })
}
