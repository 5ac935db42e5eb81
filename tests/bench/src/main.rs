//! Runs the long checks: soak, dropped futures, damaged input.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::{alloc::System, env, process::ExitCode};

use jsm_ops_bench::{Result, drops, fuzz, measure::COUNTING, simulate, soak};
use stats_alloc::StatsAlloc;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = COUNTING;

const USAGE: &str = "\
Usage: jsm-ops-bench COMMAND [--count N] [--tasks N] [--seed N]
       jsm-ops-bench simulate [--schedules N] [--seed N] [--replay SEED]

Commands:
  soak     200,000 calls from 256 tasks against a fake with faults [--count: calls]
  cancel   10,000 futures dropped at random points [--count: futures]
  fuzz     1,000,000 cases of damaged input from outside [--count: cases]
  simulate 1,000,000 schedules of sessions with faults; --replay explains one seed

Everything random comes from the seed, 1 unless it is given.";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Returns whether the run found no error.
fn run() -> Result<bool> {
    if soak::serve_if_asked()? {
        return Ok(true);
    }
    let mut arguments = env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let (mut count, mut tasks, mut seed, mut replay) = (None, 256, 1, None);
    while let Some(name) = arguments.next() {
        let value: u64 =
            arguments.next().and_then(|value| value.parse().ok()).ok_or_else(|| format!("{name} needs a number"))?;
        match name.as_str() {
            "--count" | "--schedules" => count = Some(value as usize),
            "--tasks" => tasks = value as usize,
            "--seed" => seed = value,
            "--replay" => replay = Some(value),
            _ => return Err(format!("unknown option {name}\n\n{USAGE}").into()),
        }
    }
    // Two threads on every machine, so that tasks run in parallel.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    match command.as_str() {
        "soak" => {
            let calls = count.unwrap_or(soak::Settings::default().calls);
            let settings = soak::Settings { calls, tasks, seed, ..soak::Settings::default() };
            let verdict = runtime.block_on(soak::run(settings))?;
            println!("{verdict}");
            Ok(verdict.wrong().is_empty())
        }
        "cancel" => {
            let verdict = runtime.block_on(drops::run(count.unwrap_or(drops::DROPS), seed))?;
            println!("{verdict}");
            Ok(verdict.wrong.is_empty())
        }
        "fuzz" => {
            let verdict = fuzz::run(count.unwrap_or(fuzz::CASES), seed)?;
            println!("{verdict}");
            Ok(verdict.wrong.is_empty())
        }
        "simulate" => match replay {
            Some(seed) => {
                let (is_wrong, text) = simulate::replay(seed);
                println!("{text}");
                Ok(!is_wrong)
            }
            None => {
                let report = simulate::simulate(count.unwrap_or(simulate::SCHEDULES), seed);
                println!("{report}");
                Ok(report.wrong.is_empty())
            }
        },
        _ => Err(USAGE.into()),
    }
}
