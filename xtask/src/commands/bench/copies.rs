//! Measures how the time of a run grows with the document: with no copy of its operations, one,
//! four and nine.
//!
//! The runs are in memory, from the parsed document to the files. Beside the time stands its ratio
//! to that of progenitor and prettyplease within the same run. The table has the runs with the
//! median time.

use std::{
    env,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::{Map, Value};

use crate::{
    commands::{
        Failure,
        output::{self, line},
        workspace,
    },
    document::{Document, load},
    overlay::Overlay,
    pipeline::Pipeline,
    times::Times,
};

/// How many copies are measured.
const COPIES: [usize; 4] = [0, 1, 4, 9];

/// What to measure, and how often.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// The document [default: JSM_OPS_UPSTREAM, the published one beside the workspace, or
    /// spec/jsm-ops.json]
    #[arg(long, value_name = "FILE")]
    pub spec: Option<PathBuf>,
    /// How often each size is run; the table has the medians
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub runs: usize,
}

/// One run.
struct Measured {
    operations: (usize, usize),
    total: Duration,
    baseline: Duration,
}

/// Runs the measurement.
pub fn run(options: &Options) -> Result<(), Failure> {
    let spec = options.spec.clone().unwrap_or_else(default_spec);
    let root = load::read(&spec).and_then(|bytes| load::value(&bytes));
    let root = root.map_err(|error| Failure(format!("{}: {error}", spec.display())))?;
    let overlay = Overlay::directory(&workspace().join("spec/overlay")).map_err(|error| Failure(error.report()))?;
    let pipeline = Pipeline::new(overlay);
    line!("copies of the operations of {}", spec.display())?;
    line!("| operations | in the crate | run | for each operation | times progenitor and prettyplease |")?;
    line!("|---|---|---|---|---|")?;
    for copies in COPIES {
        let document = copied(&root, copies);
        let mut runs = Vec::new();
        for run in 1..=options.runs.max(1) {
            output::note(&format!("{copies} copies, run {run} of {}", options.runs.max(1)));
            runs.push(measured(&pipeline, &document)?);
        }
        runs.sort_by_key(|run| run.total);
        let middle = runs.len() / 2;
        let Some(Measured { operations: (before, after), total, baseline }) = runs.into_iter().nth(middle) else {
            continue;
        };
        let each = total.as_micros() / u128::try_from(before.max(1)).unwrap_or(1);
        let ratio = total.as_secs_f64() / baseline.as_secs_f64();
        line!("| {before} | {after} | {:.2} s | {each} µs | {ratio:.2} |", total.as_secs_f64())?;
    }
    Ok(())
}

fn default_spec() -> PathBuf {
    let published = workspace().join("../shared/upstream/jsm-ops.v3.json");
    let found = Some(published).filter(|path| path.is_file());
    env::var_os("JSM_OPS_UPSTREAM")
        .map(PathBuf::from)
        .or(found)
        .unwrap_or_else(|| workspace().join(Path::new("spec/jsm-ops.json")))
}

fn measured(pipeline: &Pipeline, root: &Value) -> Result<Measured, Failure> {
    let document = Document::new(root.clone());
    let mut times = Times::start();
    let output = pipeline.run(document, &mut times)?;
    Ok(Measured { operations: output.summary.operations, total: times.total(), baseline: times.baseline() })
}

/// A document with copies of all operations below `/v1`: the first below `/v1/x1`, the second below
/// `/v1/x2`, and so on.
pub fn copied(root: &Value, copies: usize) -> Value {
    let mut root = root.clone();
    if let Some(paths) = root.get_mut("paths").and_then(Value::as_object_mut) {
        let mut new = Map::new();
        for copy in 1..=copies {
            let items = paths.iter().filter_map(|(path, item)| Some((copied_path(path, copy)?, item.clone())));
            new.extend(items);
        }
        paths.extend(new);
    }
    root
}

fn copied_path(path: &str, copy: usize) -> Option<String> {
    let (before, after) = path.split_once("/v1/")?;
    Some(format!("{before}/v1/x{copy}/{after}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn copies_are_below_a_prefix_of_their_own() {
        let root = json!({"paths": {"/api/{c}/v1/as": {"get": {}}, "/pages": {}}});
        let paths = copied(&root, 2)["paths"].clone();
        let names: Vec<_> = paths.as_object().expect("paths").keys().cloned().collect();
        assert_eq!(names, ["/api/{c}/v1/as", "/pages", "/api/{c}/v1/x1/as", "/api/{c}/v1/x2/as"]);
        assert_eq!(paths["/api/{c}/v1/x2/as"], root["paths"]["/api/{c}/v1/as"]);
        assert_eq!(copied(&root, 0), root);
    }
}
