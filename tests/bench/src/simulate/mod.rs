//! A deterministic simulator of sessions.
//!
//! It runs the real state machine of `jsm-ops` in simulated processes, with simulated stores, an
//! authorization server and a virtual clock. A seed determines a schedule, and a schedule
//! determines everything: which task goes on, which call fails and how, how long things take, when
//! users sign in and out, when processes crash, and how clocks are set.
//!
//! It checks that
//!
//! 1. the newest refresh token that a process received is in the store, or in memory and reported
//!    as unsaved,
//! 2. a newer consent is never replaced by an older one, in memory and in the store,
//! 3. a process uses no token of a grant after it signed the user out,
//! 4. every caller ends within 93 seconds,
//! 5. once faults stop, every grant works that the ten minutes of leeway allow, and consent is
//!    needed only where the server would reject the refresh token,
//! 6. one refresh per grant runs at a time while locks hold,
//! 7. no request is sent before the server allows it, nor right after tokens were received.
//!
//! It does not cover real stores, sockets and threads: the tests of `jsm-ops` and the checks for
//! stores do. Its driver is a copy of the thin real one, and its server follows what is known of
//! Atlassian's. Consents that overlap have no order, and neither have those of processes whose
//! clocks contradict it and that did not know of each other.

mod actors;
mod check;
mod choices;
mod refresh;
mod run;
mod server;
mod shrink;
mod store;
mod tasks;
mod world;

use std::{
    fmt::Write as _,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Instant,
};

use crate::{
    markdown::{Table, thousands},
    report::Report,
    simulate::{choices::Schedule, run::run, shrink::shrink},
};

/// Schedules of a run without a count.
pub const SCHEDULES: usize = 1_000_000;

/// Threads. Schedules do not share anything.
const THREADS: u64 = 2;

/// Runs this many schedules, from the seed on. It stops at the first violation.
pub fn simulate(schedules: usize, seed: u64) -> Report {
    let started = Instant::now();
    let next = AtomicU64::new(0);
    let (steps, requests, done) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let failed: Mutex<Option<u64>> = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= schedules as u64 || has_failed(&failed) {
                        return;
                    }
                    let seed = seed.wrapping_add(index);
                    let run = run(&Schedule::from_seed(seed), false);
                    steps.fetch_add(run.steps, Ordering::Relaxed);
                    requests.fetch_add(run.requests, Ordering::Relaxed);
                    done.fetch_add(1, Ordering::Relaxed);
                    if run.violation.is_some() {
                        let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                        *failed = Some(failed.map_or(seed, |known| known.min(seed)));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut table = Table::new(&["simulation", "count"]);
    table.row(["schedules".to_owned(), thousands(done.into_inner())]);
    table.row(["steps".to_owned(), thousands(steps.into_inner())]);
    table.row(["requests to the token endpoint".to_owned(), thousands(requests.into_inner())]);
    table.row(["seconds".to_owned(), format!("{:.1}", started.elapsed().as_secs_f64())]);
    Report { table, wrong: failed.map(|seed| explain(seed).1).into_iter().collect() }
}

fn has_failed(failed: &Mutex<Option<u64>>) -> bool {
    failed.lock().unwrap_or_else(PoisonError::into_inner).is_some()
}

/// Runs one seed with a trace. Returns whether it violates an invariant, and what happened.
pub fn replay(seed: u64) -> (bool, String) {
    let run = run(&Schedule::from_seed(seed), true);
    match run.violation {
        Some(_) => explain(seed),
        None => (false, format!("{}\nseed {seed}: no violation", run.trace.join("\n"))),
    }
}

/// Shrinks the schedule of a seed and explains its violation.
fn explain(seed: u64) -> (bool, String) {
    let schedule = Schedule::from_seed(seed);
    let smallest = shrink(&schedule);
    let run = run(&smallest, true);
    let mut text = format!(
        "seed {seed}, {} of {} steps: {}\n",
        smallest.steps.len(),
        schedule.steps.len(),
        run.violation.as_deref().unwrap_or("no violation")
    );
    for line in &run.trace {
        // Writing to a string does not fail.
        let _ = writeln!(text, "    {line}");
    }
    let _ = write!(text, "replay it with: jsm-ops-bench simulate --replay {seed}");
    (true, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_determines_everything() {
        for seed in 0..50 {
            let runs = [(); 2].map(|()| run(&Schedule::from_seed(seed), true));
            assert_eq!(runs[0].trace, runs[1].trace);
            assert!(!runs[0].trace.is_empty());
        }
    }
}
