//! `cargo xtask regen`: generates the crate from the facts in `spec/`, offline.

use std::{
    fs, io,
    panic::resume_unwind,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use similar::TextDiff;

use super::{
    Failure, features,
    output::{counted, line},
    places::Places,
    release_baseline::BASELINE,
    verdict, workspace,
};
use crate::{
    document::load,
    emit::{
        disk::{self, DiskPlan},
        source::Files,
    },
    overlay::Overlay,
    pipeline::{Output, Pipeline},
    problem::Problem,
    release::{BaselineError, Changes, Released},
    repair::RepairKind,
    rewrite::UnknownUrls,
    times::Times,
};

/// The most lines of a diff that are printed.
const MAX_DIFF: usize = 200;

/// The options of `cargo xtask regen`.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Options {
    /// Write nothing; fail with a diff if the crate is not what a run would write
    #[arg(long)]
    pub check: bool,
    /// The document, published or reduced to facts, as JSON or YAML [default: spec/jsm-ops.json]
    #[arg(long, value_name = "FILE")]
    pub spec: Option<PathBuf>,
    /// The directory of our names and docs for its operations [default: spec/overlay]
    #[arg(long, value_name = "DIR")]
    pub overlay: Option<PathBuf>,
    /// The directory of the crate [default: generated]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Leave out operations whose URLs no rule knows, and write the rest
    #[arg(long)]
    pub leave_out: bool,
    /// The directory of what the last release offered [default: spec/released]
    #[arg(long, value_name = "DIR")]
    pub released: Option<PathBuf>,
    /// Name every repair, change and file
    #[arg(long)]
    pub verbose: bool,
}

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
    let place = |given: &Option<PathBuf>, default: &str| given.clone().unwrap_or_else(|| workspace().join(default));
    let spec = place(&options.spec, "spec/jsm-ops.json");
    let out = place(&options.out, "generated");
    let mut times = Times::start();
    let overlay_directory = place(&options.overlay, "spec/overlay");
    let released = place(&options.released, BASELINE);
    // It is needed at the end, and is read on another core.
    let released = thread::spawn(move || Released::read(&released));
    let (document, overlay) = thread::scope(|scope| {
        let overlay = scope.spawn(|| Overlay::directory(&overlay_directory));
        let document = load::read(&spec).and_then(|bytes| Ok((load::bytes(&bytes)?, bytes)));
        (document, overlay.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    let (document, bytes) = document.map_err(|error| Failure(format!("{}: {error}", spec.display())))?;
    let overlay = overlay.map_err(|error| Failure(error.report()))?;
    times.lap("load");
    let without_example = missing_examples(&overlay);
    let unknown_urls = if options.leave_out { UnknownUrls::LeaveOut } else { UnknownUrls::Stop };
    let places = Places::new(&spec, bytes, &overlay_directory);
    let pipeline = Pipeline { unknown_urls, ..Pipeline::new(overlay) };
    let output = pipeline.run(document, &mut times).map_err(|error| match error.problems() {
        Some((what, problems)) => Failure(format!("{what}: {}", places.list(problems))),
        None => Failure(format!("{}: {error}", spec.display())),
    })?;
    let mut attention = output.attention.clone();
    attention.extend(without_example);
    let released = released.join().unwrap_or_else(|panic| resume_unwind(panic));
    let changes = released.map(|released| released.changes(&output));
    times.lap("verdict");
    let plan = disk::plan(&out, &output.files)?;
    if options.check {
        if !attention.is_empty() {
            let list = places.list(&attention);
            return Err(Failure(format!("the document, spec/overlay/ or a repair needs attention: {list}")));
        }
        check(&out, &output.files, &plan)?;
        changes?;
        return features::check(&output.areas);
    }
    let features = write(&out, &output)?;
    times.lap("write");
    report(options, &out, &changes, &output, &plan)?;
    features.iter().try_for_each(|change| line!("features    {change}"))?;
    report_times(&times)?;
    if !attention.is_empty() {
        line!("attention   {}", places.list(&attention))?;
    }
    Ok(())
}

/// Writes the crate, and the features of `jsm-ops` with the crate of the workspace. Returns what
/// changed, or must change, in the features.
fn write(out: &Path, output: &Output) -> Result<Vec<String>, Failure> {
    let Some(manifest) = features::of_crate(out) else {
        disk::apply(out, &output.files)?;
        return Ok(features::by_hand(&output.areas));
    };
    let mut changes = features::remove_stale(&manifest, &output.areas)?;
    disk::apply(out, &output.files)?;
    changes.extend(features::add_missing(&manifest, &output.areas)?);
    Ok(changes)
}

/// What to do for each area without an example.
fn missing_examples(overlay: &Overlay) -> Vec<Problem> {
    let problem = |area: &str| {
        let help = format!("add spec/overlay/examples/{area}.rs");
        Problem::in_overlay(format!("{area}.yaml"), "", format!("the area `{area}` has no example"), help)
    };
    overlay.areas_without_example().map(problem).collect()
}

fn check(out: &Path, files: &Files, plan: &DiskPlan) -> Result<(), Failure> {
    if plan.is_empty() {
        return Ok(line!("{} is what `cargo xtask regen` writes: {} files", out.display(), plan.unchanged)?);
    }
    for name in &plan.removed {
        line!("--- {name}\n    no run writes this file")?;
    }
    for name in &plan.written {
        let old = fs::read_to_string(out.join(name)).unwrap_or_default();
        let new = files.get(name).map(String::as_str).unwrap_or_default();
        let diff = TextDiff::from_lines(old.as_str(), new).unified_diff().header(name, name).to_string();
        let lines = diff.lines().count();
        diff.lines().take(MAX_DIFF).try_for_each(|text| line!("{text}"))?;
        if lines > MAX_DIFF {
            line!("… and {} lines more", lines - MAX_DIFF)?;
        }
    }
    let stale = plan.written.len() + plan.removed.len();
    let are = if stale == 1 { "is" } else { "are" };
    Err(Failure(format!(
        "{} of {} {are} stale\n    help: run `cargo xtask regen` and commit what it writes",
        counted(stale, "file"),
        out.display()
    )))
}

fn report(
    options: &Options,
    out: &Path,
    changes: &Result<Changes, BaselineError>,
    output: &Output,
    plan: &DiskPlan,
) -> io::Result<()> {
    let summary = &output.summary;
    let ((operations, methods), (schemas, types)) = (summary.operations, summary.schemas);
    line!("operations  {operations} in, {methods} out")?;
    line!("schemas     {schemas} in, {types} out, and {} types for parts without a name", summary.unnamed_types)?;
    let of = |kind| summary.repairs.iter().filter(move |repair| repair.kind == kind);
    let [vendor, generator] = [RepairKind::Vendor, RepairKind::Generator].map(|one| of(one).count());
    line!("repairs     {vendor} vendor wrong, {generator} generator limited")?;
    if options.verbose {
        for repair in &summary.repairs {
            line!("  {} ({}): {}", repair.name, repair.kind, counted(repair.places, "place"))?;
        }
    }
    summary.notes.iter().try_for_each(|note| line!("note        {note}"))?;
    summary.deprecated.iter().try_for_each(|item| line!("deprecated  {item}"))?;
    verdict::report(changes, options.verbose)?;
    let DiskPlan { written, removed, unchanged } = plan;
    line!("files       {} written, {} removed, {unchanged} unchanged in {}", written.len(), removed.len(), out.display())?;
    if options.verbose {
        written.iter().try_for_each(|name| line!("  written {name}"))?;
        removed.iter().try_for_each(|name| line!("  removed {name}"))?;
    }
    Ok(())
}

fn report_times(times: &Times) -> io::Result<()> {
    let list = |laps: &[(&str, Duration)]| {
        let laps: Vec<String> = laps.iter().map(|(stage, time)| format!("{stage} {}", time.as_millis())).collect();
        laps.join(", ")
    };
    line!("times       {} (ms)", list(times.laps()))?;
    line!("            in parallel {} (ms)", list(times.parallel()))?;
    let (total, baseline) = (times.total().as_secs_f64(), times.baseline().as_secs_f64());
    line!("            {:.0} ms in all, {:.2} times progenitor and prettyplease", total * 1e3, total / baseline)
}
