//! The stages in order: facts, one form, URLs, repairs, adaptation, preflight, progenitor, types,
//! files.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    panic::resume_unwind,
    thread,
};

use crate::{
    adapt::{self, Adapted},
    document::Document,
    emit::{
        files,
        source::{Files, Source},
    },
    examples,
    generate::{self, GenerateError},
    left_out::LeftOut,
    model::{area, operation::OperationModel},
    moves::Moves,
    new_operations::NewOperations,
    normalize::{self, Normalized},
    origins::Origins,
    overlay::Overlay,
    path_parameters, preflight,
    problem::{Problem, Problems},
    public_api::{self, Module, PublicApi},
    render::manifest,
    repair::{self, Applied, Repair},
    rewrite::{self, UnknownUrls},
    times::{PRETTYPLEASE, PROGENITOR, Times},
    twins::Twins,
    types::{self, UnexpectedCode},
    undocumented::undocumented,
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
    /// What happens to operations whose URLs no rule matches.
    pub unknown_urls: UnknownUrls,
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
    /// Its operations, ordered by path and method.
    pub operations: Vec<OperationModel>,
    /// The labels of operations that are left out.
    pub left_out: BTreeSet<String>,
    /// The counts of the run.
    pub summary: Summary,
    /// The keys of the areas of the crate, each of which is a feature.
    pub areas: Vec<String>,
    /// What needs attention: what is left out, what moved, and what our own data have wrong. Places
    /// are those of the given document.
    pub attention: Problems,
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
    /// What the run changed or ignored in the document, and a maintainer should know.
    pub notes: Problems,
    /// What the document marks as deprecated: operations, parameters, types and fields.
    pub deprecated: Vec<String>,
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
    /// Parts of the document that the generator does not support, and cannot leave out.
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

impl PipelineError {
    /// What the problems of the document prevent, and the problems.
    pub fn problems(&self) -> Option<(&'static str, &Problems)> {
        match self {
            Self::Facts(problems) => Some(("the document is malformed", problems)),
            Self::Urls(problems) => Some(("the URLs of the document cannot be rewritten", problems)),
            Self::Preflight(problems) => Some(("the generator does not support the document", problems)),
            _ => None,
        }
    }
}

impl Pipeline {
    /// The pipeline with all repairs.
    pub fn new(overlay: Overlay) -> Self {
        let after = repair::vendor::REPAIRS.iter().chain(repair::generator::REPAIRS).copied();
        let (url_repairs, repairs) = (repair::vendor::URL_REPAIRS.to_vec(), after.collect());
        Self { overlay, url_repairs, repairs, unknown_urls: UnknownUrls::Stop }
    }

    /// Runs all stages on a document.
    ///
    /// # Errors
    /// The first stage that failed, with all its problems.
    pub fn run(&self, document: Document, times: &mut Times) -> Result<Output, PipelineError> {
        let repaired = repair(document, self, times)?;
        let Repaired { operations, schemas, repairs, moves, twins, repaired_twins, notes, mut attention, .. } = repaired;
        let overlay = self.overlay.clone().follow(&moves);
        let Supported { adapted, origins, left_out, overlay } =
            supported(repaired.document, overlay, repaired.origins, &mut attention)?;
        times.lap("adapt and preflight");
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
        let notes = notes.into_iter().chain(origins.in_given(adapted.notes.clone())).collect();
        let summary = Summary { notes, ..summary(&types.schemas, &adapted, operations, &schemas, repairs, &left_out)? };
        files.extend(type_files);
        files::add_data(&mut files, &adapted, &overlay);
        files.insert(public_api::FILE.to_owned(), public_api_text);
        files.insert(wire::FILE.to_owned(), wire.text()?);
        times.lap("data");
        let new = NewOperations {
            operations: &adapted.model.operations,
            overlay: &overlay,
            twins: &twins,
            repaired: &repaired_twins,
            repairs: &summary.repairs,
            origins: &origins,
        };
        attention.extend(new.problems());
        attention.extend(undocumented(&adapted, &areas, &overlay, &origins));
        attention.extend(examples::problems(&overlay, &adapted.model.operations, &public_api, &left_out.operations));
        attention.extend(overlay.stale(&adapted.document, |name| left_out.has(name)));
        let areas = areas.iter().map(|area| area.key.to_owned()).collect();
        let (operations, left_out) = (adapted.model.operations, left_out.operations);
        Ok(Output { files, public_api, wire, operations, left_out, summary, areas, attention })
    }
}

/// How often parts are left out before the run gives up. Each round leaves out more.
const MAX_ROUNDS: usize = 20;

/// A document without what the generator does not support.
struct Supported {
    adapted: Adapted,
    origins: Origins,
    left_out: LeftOut,
    /// What was read of it is recorded for this document.
    overlay: Overlay,
}

/// Adapts a document, and leaves out what is not supported.
fn supported(
    mut document: Document,
    overlay: Overlay,
    paths: Origins,
    attention: &mut Problems,
) -> Result<Supported, PipelineError> {
    let mut left_out = LeftOut::default();
    for _ in 0..MAX_ROUNDS {
        // Every round records which entries it reads.
        let overlay = overlay.clone();
        let adapted = adapt::adapt(document.clone(), &overlay);
        let origins = paths.clone().adapted(&adapted);
        let (ours, theirs): (Vec<Problem>, Vec<Problem>) =
            preflight::preflight(&adapted).into_iter().partition(Problem::is_in_overlay);
        if theirs.is_empty() {
            attention.extend(ours);
            return Ok(Supported { adapted, origins, left_out, overlay });
        }
        let problems = theirs.into_iter().collect();
        match left_out.leave_out(&mut document, &adapted, &origins, problems) {
            Ok(what) => attention.extend(origins.in_given(what)),
            Err(remaining) => return Err(PipelineError::Preflight(origins.in_given(remaining))),
        }
    }
    let message = format!("parts that are not supported are left after {MAX_ROUNDS} rounds of leaving them out");
    Err(PipelineError::Preflight(Problem::new("", message, "this is a bug of xtask/src/left_out.rs; report it").into()))
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
    /// How many operations it had before anything was changed, without those whose URLs are
    /// unknown.
    pub operations: usize,
    /// The named schemas that it had before anything was changed.
    pub schemas: Vec<String>,
    /// The repairs, in order.
    pub repairs: Vec<Applied>,
    /// What was changed or ignored before the repairs.
    pub notes: Problems,
    /// Where its places were in the given document.
    pub origins: Origins,
    /// The operations of the overlay that are at another place.
    pub moves: Moves,
    /// The known operations that new ones are like.
    pub twins: Twins,
    /// The new operations whose twins were repaired.
    pub repaired_twins: BTreeSet<String>,
    /// What moved, and the places at which a repair does not apply.
    pub attention: Problems,
}

/// Runs the stages up to the repairs.
///
/// # Errors
/// Nodes that are invalid OpenAPI, and URLs that no rule knows.
pub fn repair(document: Document, pipeline: &Pipeline, times: &mut Times) -> Result<Repaired, PipelineError> {
    let Pipeline { overlay, url_repairs, repairs, unknown_urls } = pipeline;
    let Normalized { mut document, mut notes, renamed } = normalize::normalize(document).map_err(PipelineError::Facts)?;
    let schemas: Vec<String> = document.schemas().map(|(name, _)| name.to_owned()).collect();
    times.lap("facts");
    let mut attention = Problems::new();
    let mut applied = repair::apply(url_repairs, &mut document, &mut attention);
    let rewritten = rewrite::rewrite(&mut document, *unknown_urls).map_err(PipelineError::Urls)?;
    attention.extend(rewritten.left_out);
    let operations = document.operations().count();
    times.lap("rewrite");
    let origins = Origins::new(rewritten.paths, renamed);
    let moves = Moves::find(&document, overlay.labels());
    document.set_moved(moves.iter());
    attention.extend(overlay.moved(&moves));
    let now: BTreeMap<&str, &str> = moves.iter().collect();
    let twins = Twins::find(&document, overlay.labels().map(|label| now.get(label).copied().unwrap_or(label)));
    let mut places = Problems::new();
    applied.extend(repair::apply(repairs, &mut document, &mut places));
    attention.extend(origins.in_given(places));
    let repaired_twins = twins.repaired(&document);
    let mut changed = Problems::new();
    path_parameters::follow_templates(&mut document, &mut changed);
    notes.extend(origins.in_given(changed));
    times.lap("repair");
    let repairs = applied;
    Ok(Repaired { document, operations, schemas, repairs, notes, origins, moves, twins, repaired_twins, attention })
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
    left_out: &LeftOut,
) -> Result<Summary, PipelineError> {
    let is_alias = |name: &str| adapted.model.aliases.contains_key(name) || adapted.model.merged.contains_key(name);
    let typed = schemas.iter().filter(|name| types.contains(*name) || is_alias(name)).count();
    let without_type = schemas.iter().filter(|name| left_out.is_schema(name) && !types.contains(*name) && !is_alias(name));
    for (what, before, after, left_out) in [
        ("operations", operations, adapted.model.operations.len(), left_out.operations.len()),
        ("schemas", schemas.len(), typed, without_type.count()),
    ] {
        if before != after + left_out {
            return Err(PipelineError::Lost { what, before, after });
        }
    }
    Ok(Summary {
        operations: (operations, adapted.model.operations.len()),
        schemas: (schemas.len(), typed),
        unnamed_types: types.iter().filter(|name| !adapted.model.declared.contains(*name)).count(),
        repairs,
        notes: Problems::new(),
        deprecated: adapted.model.deprecated_items(),
    })
}
