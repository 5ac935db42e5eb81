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
    generation::{self, Inputs},
    output::{counted, line},
    workspace,
};
use crate::{
    document::load,
    emit::{
        disk::{self, DiskPlan},
        source::Files,
    },
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
    /// Where the crate is, and what it is made of besides the document.
    #[command(flatten)]
    pub inputs: generation::CrateOptions,
    /// Name every repair, change and file
    #[arg(long)]
    pub verbose: bool,
}

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
    let spec = options.spec.clone().unwrap_or_else(|| workspace().join("spec/jsm-ops.json"));
    let out = options.inputs.out();
    let mut times = Times::start();
    let (document, inputs) = thread::scope(|scope| {
        let inputs = scope.spawn(|| Inputs::read(&options.inputs));
        let document = load::read(&spec).map(|bytes| (load::bytes(&bytes), bytes));
        (document, inputs.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    let (document, bytes) = document.map_err(|error| Failure(format!("{}: {error}", spec.display())))?;
    let places = options.inputs.places(&spec, bytes);
    let document = document.map_err(|error| places.unread(&error))?;
    let inputs = inputs.map_err(|error| places.unusable(&error))?;
    times.lap("load");
    let generated = inputs.generate(document, &places, &mut times)?;
    let plan = disk::plan(&out, &generated.output.files)?;
    if options.check {
        if !generated.attention.is_empty() {
            let list = places.attention(&generated.attention);
            return Err(Failure(format!("the document, spec/overlay/ or a repair needs attention: {list}")));
        }
        check(&out, &generated.output.files, &plan)?;
        generated.changes?;
        return features::check(&generated.output.areas);
    }
    let features = features::follow(&out, &generated.output.areas, || disk::apply(&out, &generated.output.files))?;
    times.lap("write");
    generation::report(&generated, &places, &out, &plan, options.verbose)?;
    features.iter().try_for_each(|change| line!("features    {change}"))?;
    report_times(&times)?;
    if !generated.attention.is_empty() {
        line!("attention   {}", places.attention(&generated.attention))?;
    }
    Ok(())
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
