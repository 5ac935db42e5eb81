//! From a document to the files of the crate, and what the run says of it.

use std::{
    io,
    panic::resume_unwind,
    path::{Path, PathBuf},
    thread,
};

use super::{
    Failure,
    output::{counted, line},
    places::Places,
    release_baseline::BASELINE,
    verdict, workspace,
};
use crate::{
    document::Document,
    emit::disk::DiskPlan,
    overlay::{Overlay, error::OverlayError},
    pipeline::{Output, Pipeline},
    problem::{Problem, Problems},
    release::{BaselineError, Changes, Released},
    repair::RepairKind,
    rewrite::UnknownUrls,
    times::Times,
};

/// Where the crate is, and what it is made of besides the document.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct CrateOptions {
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
}

impl CrateOptions {
    /// The directory of the crate.
    pub fn out(&self) -> PathBuf {
        place(&self.out, "generated")
    }

    fn overlay(&self) -> PathBuf {
        place(&self.overlay, "spec/overlay")
    }

    /// The places of a document and of the overlay.
    pub fn places(&self, document: &Path, bytes: Vec<u8>) -> Places {
        Places::new(document, bytes, &self.overlay())
    }
}

fn place(given: &Option<PathBuf>, default: &str) -> PathBuf {
    given.clone().unwrap_or_else(|| workspace().join(default))
}

/// What the crate is made of besides the document, and what it is compared with.
pub struct Inputs {
    /// The stages, with the overlay.
    pub pipeline: Pipeline,
    without_example: Vec<Problem>,
    released: Result<Released, BaselineError>,
}

/// The result of a run. Nothing is written yet.
pub struct Generated<'a> {
    /// The files, and what they offer.
    pub output: Output,
    /// What changed since the last release.
    pub changes: Result<Changes, &'a BaselineError>,
    /// What needs attention.
    pub attention: Problems,
}

impl Inputs {
    /// Reads the overlay and the last release.
    ///
    /// # Errors
    /// An overlay that cannot be read.
    pub fn read(options: &CrateOptions) -> Result<Self, OverlayError> {
        let directory = options.overlay();
        let released = place(&options.released, BASELINE);
        let (overlay, released) = thread::scope(|scope| {
            let released = scope.spawn(|| Released::read(&released));
            let overlay = Overlay::directory(&directory);
            (overlay, released.join().unwrap_or_else(|panic| resume_unwind(panic)))
        });
        let overlay = overlay?;
        let without_example = missing_examples(&overlay);
        let unknown_urls = if options.leave_out { UnknownUrls::LeaveOut } else { UnknownUrls::Stop };
        let pipeline = Pipeline { unknown_urls, ..Pipeline::new(overlay) };
        Ok(Self { pipeline, without_example, released })
    }

    /// Runs all stages.
    ///
    /// # Errors
    /// A document from which no crate can be made, with all places.
    pub fn generate(&self, document: Document, places: &Places, times: &mut Times) -> Result<Generated<'_>, Failure> {
        let output = self.pipeline.run(document, times).map_err(|error| places.stopped(&error))?;
        let mut attention = output.attention.clone();
        attention.extend(self.without_example.clone());
        let changes = self.released.as_ref().map(|released| released.changes(&output));
        times.lap("verdict");
        Ok(Generated { output, changes, attention })
    }
}

/// What to do for each area without an example.
fn missing_examples(overlay: &Overlay) -> Vec<Problem> {
    let problem = |area: &str| {
        let help = format!("add spec/overlay/examples/{area}.rs");
        Problem::in_overlay(format!("{area}.yaml"), "", format!("the area `{area}` has no example"), help)
    };
    overlay.areas_without_example().map(problem).collect()
}

/// Prints what went in, what came out, and what the changes mean.
pub fn report(generated: &Generated<'_>, places: &Places, out: &Path, plan: &DiskPlan, verbose: bool) -> io::Result<()> {
    let summary = &generated.output.summary;
    let ((operations, methods), (schemas, types)) = (summary.operations, summary.schemas);
    line!("operations  {operations} in, {methods} out")?;
    line!("schemas     {schemas} in, {types} out, and {} types for parts without a name", summary.unnamed_types)?;
    let of = |kind| summary.repairs.iter().filter(move |repair| repair.kind == kind);
    let [vendor, generator] = [RepairKind::Vendor, RepairKind::Generator].map(|one| of(one).count());
    line!("repairs     {vendor} vendor wrong, {generator} generator limited")?;
    if verbose {
        for repair in &summary.repairs {
            line!("  {} ({}): {}", repair.name, repair.kind, counted(repair.places, "place"))?;
        }
    }
    summary.notes.iter().try_for_each(|note| line!("note        {}", places.note(note)))?;
    summary.deprecated.iter().try_for_each(|item| line!("deprecated  {item}"))?;
    verdict::report(&generated.changes, verbose)?;
    let DiskPlan { written, removed, unchanged } = plan;
    line!("files       {} written, {} removed, {unchanged} unchanged in {}", written.len(), removed.len(), out.display())?;
    if verbose {
        written.iter().try_for_each(|name| line!("  written {name}"))?;
        removed.iter().try_for_each(|name| line!("  removed {name}"))?;
    }
    Ok(())
}
