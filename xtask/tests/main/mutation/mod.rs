//! Thousands of ways to damage a document: each is either generated from or refused with words, and none gets as far as
//! progenitor and fails there.

mod damage;
mod random;
mod variation;
mod worlds;

use std::{
    collections::BTreeMap,
    env,
    panic::{self, AssertUnwindSafe},
    sync::Mutex,
    thread,
};

use random::Random;
use serde_json::Value;
use xtask::{
    document::load,
    pipeline::{Output, Pipeline, PipelineError, Times},
};

/// How many damaged documents each world gets; `XTASK_MUTATIONS` asks for another number, for whoever looks for gaps.
const RUNS: u64 = 400;

/// A document, what runs on it, and how to damage it.
struct World {
    document: Value,
    pipeline: Pipeline,
    damage: fn(&mut Value, &mut Random) -> Option<String>,
    /// Most changes of one document.
    most: usize,
    seed: u64,
}

/// What became of a damaged document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Generated,
    /// A stage refused it with words about the document.
    Refused(&'static str),
    /// It came further than it should have, or the generator panicked.
    Gap(String),
}

/// How many documents came how far, and what went wrong.
#[derive(Default)]
struct Tally {
    counts: BTreeMap<Outcome, u64>,
    gaps: Vec<String>,
}

impl World {
    /// The document of an index and what was done to it. It depends on nothing but seed and index.
    fn damaged(&self, index: u64) -> (Value, Vec<String>) {
        let mut random = Random::of(self.seed, index);
        let mut document = self.document.clone();
        let wanted = 1 + random.below(self.most);
        let mut done = Vec::new();
        while done.len() < wanted {
            done.extend((self.damage)(&mut document, &mut random));
        }
        (document, done)
    }

    /// Reads and generates as the binary does.
    fn outcome(&self, document: &Value) -> Outcome {
        let bytes = document.to_string().into_bytes();
        let run = || match load::bytes(&bytes) {
            Ok(document) => Ok(self.pipeline.run(document, &mut Times::start())),
            Err(error) => Err(error),
        };
        match panic::catch_unwind(AssertUnwindSafe(run)) {
            Err(_) => Outcome::Gap("panicked".to_owned()),
            Ok(Err(_)) => Outcome::Refused("load"),
            Ok(Ok(Ok(output))) => generated(&output),
            Ok(Ok(Err(error))) => refused(&error),
        }
    }

    /// Runs all indices on two threads.
    fn run(&self) -> Tally {
        let runs = env::var("XTASK_MUTATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(RUNS);
        let tally = Mutex::new(Tally::default());
        thread::scope(|scope| {
            for first in 0..2 {
                let tally = &tally;
                scope.spawn(move || {
                    for index in (first..runs).step_by(2) {
                        let (document, done) = self.damaged(index);
                        let outcome = self.outcome(&document);
                        let mut tally = tally.lock().expect("no thread panicked");
                        if let Outcome::Gap(reason) = &outcome {
                            tally.gaps.push(format!(
                                "seed {:#x}, index {index}: {reason}\n    {}",
                                self.seed,
                                done.join("\n    ")
                            ));
                        }
                        *tally.counts.entry(outcome).or_default() += 1;
                    }
                });
            }
        });
        let tally = tally.into_inner().expect("no thread panicked");
        assert_eq!(tally.counts.values().sum::<u64>(), runs, "every run has an outcome");
        tally
    }
}

fn generated(output: &Output) -> Outcome {
    // The interface is listed on a thread of its own, whose panic would show as an empty list.
    if output.interface.is_empty() { Outcome::Gap("the interface is empty".to_owned()) } else { Outcome::Generated }
}

fn refused(error: &PipelineError) -> Outcome {
    match error {
        PipelineError::Facts(_) => Outcome::Refused("facts"),
        PipelineError::Addresses(_) => Outcome::Refused("addresses"),
        PipelineError::Repairs(_) => Outcome::Refused("repairs"),
        PipelineError::Preflight(_) => Outcome::Refused("preflight"),
        PipelineError::Stale(_) => Outcome::Refused("overlay"),
        gap => Outcome::Gap(gap.to_string()),
    }
}

impl Tally {
    fn count(&self, outcome: &Outcome) -> u64 {
        self.counts.get(outcome).copied().unwrap_or_default()
    }

    /// Fails where there was a gap, and where a stage had nothing to do: then nothing was tested there.
    #[track_caller]
    fn assert_no_gap_and_all_of(&self, stages: &[&'static str]) {
        eprintln!("{:?}", self.counts);
        assert!(self.gaps.is_empty(), "{} gaps\n{}", self.gaps.len(), self.gaps.join("\n"));
        assert!(self.count(&Outcome::Generated) > 0, "nothing was generated: {:?}", self.counts);
        for stage in stages {
            assert!(self.count(&Outcome::Refused(stage)) > 0, "nothing was refused by {stage}: {:?}", self.counts);
        }
    }
}
