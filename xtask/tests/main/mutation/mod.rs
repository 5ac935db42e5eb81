//! Thousands of ways to damage a document. The generator either generates from each or reports
//! what is wrong with it; none gets as far as progenitor and fails there.
//!
//! Most cases damage a slice of the document, because the cost of a case is the size of its
//! document. A few cases damage the whole document.

mod damage;
mod slice;
mod variation;
mod worlds;

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    panic::{self, AssertUnwindSafe},
    sync::Mutex,
    thread,
};

use fastrand::Rng;
use serde_json::Value;
use slice::Rule;
use xtask::{
    document::{Document, load},
    normalize,
    pipeline::{Output, Pipeline, PipelineError},
    repair::Repair,
    rewrite::{self, UnknownUrls},
    times::Times,
};

/// How many damaged documents each world gets. `XTASK_MUTATIONS` sets another number.
const CASES: u64 = 500;
/// One of so many cases damages the whole document.
const WHOLE_EVERY: u64 = 100;

/// A document, the pipeline that runs on it, and how to damage it.
struct World {
    document: Value,
    /// What a slice needs to be a good document.
    rules: Vec<Rule>,
    pipeline: Pipeline,
    damage: fn(&mut Value, &mut Rng) -> Option<String>,
    /// Most changes of one document.
    most: usize,
    seed: u64,
}

/// A document that is good, and the pipeline for it.
struct Case {
    document: Value,
    pipeline: Pipeline,
}

/// What became of a damaged document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum CaseResult {
    Generated,
    /// A stage reported what is wrong with the document.
    Reported(&'static str),
    /// It came further than it should have, or the generator panicked.
    Gap(String),
}

/// How many documents came how far, and what went wrong.
#[derive(Default)]
struct Tally {
    counts: BTreeMap<CaseResult, u64>,
    gaps: Vec<String>,
    /// The repairs of the slices.
    repairs: BTreeSet<&'static str>,
}

impl World {
    /// The random numbers of an index, whatever other indices draw.
    fn random(&self, index: u64) -> Rng {
        Rng::with_seed(self.seed ^ index.wrapping_mul(0x2545_F491_4F6C_DD1D))
    }

    fn whole(&self) -> Case {
        Case { document: self.document.clone(), pipeline: self.pipeline.clone() }
    }

    /// A slice, with the repairs that it needs.
    fn slice(&self, random: &mut Rng) -> Case {
        let document = slice::slice(&self.document, &self.rules, random);
        let mut repaired = normalize::normalize(Document::new(document.clone())).expect("a slice is well formed").document;
        let url_repairs = applicable(&self.pipeline.url_repairs, &mut repaired);
        rewrite::rewrite(&mut repaired, UnknownUrls::Stop).expect("the URLs of a slice are known");
        let repairs = applicable(&self.pipeline.repairs, &mut repaired);
        let overlay = self.pipeline.overlay.clone().for_part();
        Case { document, pipeline: Pipeline { overlay, url_repairs, repairs, ..self.pipeline.clone() } }
    }

    /// The case of an index, its damaged document, and what was done to it. They depend on nothing
    /// but seed and index.
    fn damaged(&self, index: u64) -> (Case, Value, Vec<String>) {
        let mut random = self.random(index);
        let case = if is_whole(index) { self.whole() } else { self.slice(&mut random) };
        let mut document = case.document.clone();
        let wanted = 1 + random.usize(..self.most);
        let mut done = Vec::new();
        while done.len() < wanted {
            done.extend((self.damage)(&mut document, &mut random));
        }
        (case, document, done)
    }

    /// Runs all indices on two threads.
    fn run(&self) -> Tally {
        let cases = env::var("XTASK_MUTATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(CASES);
        eprintln!("seed {:#x}, {cases} cases", self.seed);
        let tally = Mutex::new(Tally::default());
        thread::scope(|scope| {
            for first in 0..2 {
                let tally = &tally;
                scope.spawn(move || {
                    for index in (first..cases).step_by(2) {
                        let (case, document, done) = self.damaged(index);
                        let result = case.run(&document);
                        let mut tally = tally.lock().expect("no thread panicked");
                        if let CaseResult::Gap(reason) = &result {
                            tally.gaps.push(format!(
                                "seed {:#x}, index {index}: {reason}\n    {}",
                                self.seed,
                                done.join("\n    ")
                            ));
                        }
                        let repairs = case.pipeline.url_repairs.iter().chain(&case.pipeline.repairs);
                        if !is_whole(index) {
                            tally.repairs.extend(repairs.map(|repair| repair.name));
                        }
                        *tally.counts.entry(result).or_default() += 1;
                    }
                });
            }
        });
        let tally = tally.into_inner().expect("no thread panicked");
        assert_eq!(tally.counts.values().sum::<u64>(), cases, "every case has a result");
        tally
    }
}

fn is_whole(index: u64) -> bool {
    index.is_multiple_of(WHOLE_EVERY)
}

/// The repairs that apply to a document, which they repair.
fn applicable(repairs: &[Repair], document: &mut Document) -> Vec<Repair> {
    let apply = |repair: &&Repair| {
        let mut repaired = document.clone();
        let applies = (repair.apply)(&mut repaired).is_complete();
        if applies {
            *document = repaired;
        }
        applies
    };
    repairs.iter().filter(apply).copied().collect()
}

impl Case {
    /// Reads and generates as the binary does.
    fn run(&self, document: &Value) -> CaseResult {
        let bytes = document.to_string().into_bytes();
        let run = || match load::bytes(&bytes) {
            Ok(document) => Ok(self.pipeline.run(document, &mut Times::start())),
            Err(error) => Err(error),
        };
        match panic::catch_unwind(AssertUnwindSafe(run)) {
            Err(_) => CaseResult::Gap("panicked".to_owned()),
            Ok(Err(_)) => CaseResult::Reported("load"),
            Ok(Ok(Ok(output))) => generated(&output),
            Ok(Ok(Err(error))) => reported(&error),
        }
    }
}

fn generated(output: &Output) -> CaseResult {
    // The interface is listed on another thread, whose panic would show as an empty list.
    if output.public_api.items().next().is_none() {
        return CaseResult::Gap("the public API is empty".to_owned());
    }
    if output.attention.is_empty() { CaseResult::Generated } else { CaseResult::Reported("attention") }
}

fn reported(error: &PipelineError) -> CaseResult {
    match error {
        PipelineError::Facts(_) => CaseResult::Reported("facts"),
        PipelineError::Urls(_) => CaseResult::Reported("URLs"),
        PipelineError::Preflight(_) => CaseResult::Reported("preflight"),
        gap => CaseResult::Gap(gap.to_string()),
    }
}

/// One of several values.
fn pick<'a, T: ?Sized>(random: &mut Rng, values: &[&'a T]) -> &'a T {
    values[random.usize(..values.len())]
}

impl Tally {
    fn count(&self, result: &CaseResult) -> u64 {
        self.counts.get(result).copied().unwrap_or_default()
    }

    /// Fails where there was a gap. Fails also where a stage reported nothing: then the cases do
    /// not test that stage.
    #[track_caller]
    fn assert_no_gap_and_all_of(&self, stages: &[&'static str]) {
        eprintln!("{:?}", self.counts);
        assert!(self.gaps.is_empty(), "{} gaps\n{}", self.gaps.len(), self.gaps.join("\n"));
        assert!(self.count(&CaseResult::Generated) > 0, "nothing was generated: {:?}", self.counts);
        for stage in stages {
            assert!(self.count(&CaseResult::Reported(stage)) > 0, "{stage} reported nothing: {:?}", self.counts);
        }
    }
}
