//! `cargo xtask update`: takes a new document, generates the crate, and reports what changed.

use std::{
    fs, io,
    panic::resume_unwind,
    path::{Path, PathBuf},
    thread,
};

use super::{
    Failure, features, fetch,
    generation::{self, CrateOptions, Generated, Inputs},
    output::{counted, line},
    places::Places,
    taken::{self, SourceOptions, Taken},
    workspace,
};
use crate::{
    atomic_write,
    document::Document,
    emit::disk,
    pipeline::{Output, Pipeline, PipelineError},
    rewrite::UnknownUrls,
    times::Times,
    update::{
        finding::Finding,
        report::{Report, SinceDocument},
        since::Since,
    },
};

/// The options of `cargo xtask update`.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Options {
    /// Write nothing but the report; the exit code says what the document brings
    #[arg(long)]
    pub check: bool,
    /// Which document is taken.
    #[command(flatten)]
    pub source: SourceOptions,
    /// Where the crate is, and what it is made of besides the document.
    #[command(flatten)]
    pub inputs: CrateOptions,
    /// The file of the report, which is in Markdown [default: target/update.md]
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Name every repair, change and file
    #[arg(long)]
    pub verbose: bool,
}

/// Runs the command. Returns what it found with `--check`, and otherwise that all went well.
pub fn run(options: &Options) -> Result<Finding, Failure> {
    let report_path = options.report.clone().unwrap_or_else(|| workspace().join("target/update.md"));
    let out = options.inputs.out();
    if !options.check {
        // What a killed run left would be taken for the last document.
        for directory in [options.source.to(), out.clone()] {
            atomic_write::recover_killed(&directory)?;
        }
    }
    let taken = taken::take(&options.source)?;
    let given = options.inputs.places(Path::new(&taken.from), taken.bytes.clone());
    let inputs = Inputs::read(&options.inputs).map_err(|error| given.unusable(&error))?;
    let is_known = taken.before.as_ref().is_some_and(|before| before.root() == taken.document.root());
    let last = taken.before.as_ref().filter(|_| !is_known);
    let (generated, last) = thread::scope(|scope| {
        let last = last.map(|last| scope.spawn(|| run_last(&inputs.pipeline, last)));
        let generated = inputs.generate(taken.document.clone(), &given, &mut Times::start());
        (generated, last.map(|last| last.join().unwrap_or_else(|panic| resume_unwind(panic))))
    });
    let generated = generated?;
    let plan = disk::plan(&out, &generated.output.files)?;
    // The facts are the file to look at, once they are written.
    let facts = options.inputs.places(&taken.facts_path(), taken.facts_text().as_bytes().to_vec());
    let places = if options.check { &given } else { &facts };
    let areas = &generated.output.areas;
    let by_hand = if features::of_crate(&out).is_some() { Vec::new() } else { features::by_hand(areas) };
    let attention = attention(&generated, places, &by_hand);
    let changes = generated.changes.as_ref().map_err(|error| Failure(error.to_string()))?;
    let finding = Finding::of(is_known, !attention.is_empty(), changes);
    let report = Report {
        document: document(&taken),
        finding,
        since_document: since_document(is_known, last.as_ref(), &generated.output),
        since_release: changes,
        attention: attention.clone(),
        notes: notes(&taken, &given, &generated, places),
    };
    // The report comes first: it cannot be made again after the facts are written.
    write_report(&report_path, &report.text())?;
    let features = if options.check {
        Vec::new()
    } else {
        let write = || disk::apply_with(&out, &generated.output.files, &taken.to, &taken.files());
        features::follow(&out, areas, write)?
    };
    fetch::report(&taken)?;
    line!("changes     {}", summary(&report.since_document))?;
    generation::report(&generated, places, &out, &plan, options.verbose)?;
    features.iter().try_for_each(|change| line!("features    {change}"))?;
    line!("report      {}", report_path.display())?;
    if !attention.is_empty() {
        line!("attention   {attention}")?;
    }
    if !options.check {
        return Ok(Finding::NothingNew);
    }
    line!("check       nothing is written; {} (exit code {})", finding.meaning(), finding.code())?;
    Ok(finding)
}

/// Runs the stages on the last document. What only the new one must not have is left out.
fn run_last(pipeline: &Pipeline, document: &Document) -> Result<Output, PipelineError> {
    let pipeline = Pipeline { unknown_urls: UnknownUrls::LeaveOut, ..pipeline.clone() };
    pipeline.run(document.clone(), &mut Times::start())
}

fn since_document<'a>(
    is_known: bool,
    last: Option<&'a Result<Output, PipelineError>>,
    output: &'a Output,
) -> SinceDocument<'a> {
    match last {
        Some(Ok(last)) => SinceDocument::Compared(Since::of(last, output)),
        Some(Err(error)) => SinceDocument::Unknown(error.to_string()),
        None if is_known => SinceDocument::Same,
        None => SinceDocument::First,
    }
}

/// The changes since the last document in one line.
fn summary(since: &SinceDocument<'_>) -> String {
    match since {
        SinceDocument::First => "nothing to compare with: these are the first facts".to_owned(),
        SinceDocument::Same => "none since the last document: the facts are the same".to_owned(),
        SinceDocument::Unknown(_) => "unknown: the generator cannot make a crate of the last document".to_owned(),
        SinceDocument::Compared(since) => format!("since the last document: {}", since.counts()),
    }
}

/// The numbered list of what needs attention. Lines of the features of `jsm-ops` follow it.
fn attention(generated: &Generated<'_>, places: &Places, features: &[String]) -> String {
    let problems = if generated.attention.is_empty() { String::new() } else { places.attention(&generated.attention) };
    let count = generated.attention.len();
    let features = features.iter().enumerate().map(|(index, line)| {
        let number = count + index + 1;
        format!("\n  {number}. the features of jsm-ops do not match the areas of the overlay\n     help: {line}")
    });
    let features: Vec<String> = features.collect();
    match (problems.is_empty(), features.len()) {
        (_, 0) => problems,
        (true, more) => format!("{}{}", counted(more, "problem"), features.concat()),
        (false, _) => format!("{problems}{}", features.concat()),
    }
}

/// What was ignored of the given document, and what was chosen on the way to the crate.
fn notes(taken: &Taken, given: &Places, generated: &Generated<'_>, places: &Places) -> String {
    let ignored = taken.notes.iter().map(|note| given.note(note));
    let chosen = generated.output.summary.notes.iter().map(|note| places.note(note));
    ignored.chain(chosen).collect::<Vec<_>>().join("\n")
}

fn document(taken: &Taken) -> Vec<(&'static str, String)> {
    let source = &taken.source;
    let size = format!("{} paths, {} operations, {} schemas", source.paths, source.operations, source.schemas);
    vec![
        ("URL", source.url.clone()),
        ("Date", source.date.clone()),
        ("SHA-256", source.sha256.clone()),
        ("Bytes", source.bytes.to_string()),
        ("Facts", size),
    ]
}

/// Writes the report where it may be a pipe, and where a job may have a file already.
fn write_report(path: &Path, text: &str) -> Result<(), Failure> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let written = directory.map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, text));
    written.map_err(|error: io::Error| {
        let help = "nothing was changed; pass another file with --report";
        Failure(format!("cannot write the report {}: {error}\n    help: {help}", path.display()))
    })
}
