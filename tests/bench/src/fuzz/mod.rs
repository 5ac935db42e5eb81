//! Damaged input from outside: responses, their headers, callbacks, stores, ids.
//!
//! These are property tests with a seed, not a coverage-guided fuzzer. They need stable Rust only,
//! and the seed and its number replay a failed case.

#![allow(clippy::print_stderr)]

mod callbacks;
mod case;
mod headers;
mod ids;
mod responses;
mod stores;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use fastrand::Rng;

use crate::{
    Result,
    markdown::{Table, thousands},
    report::Report,
};
use case::Cases;

/// How many cases there are by default.
pub const CASES: usize = 1_000_000;

/// A case that takes longer is stuck.
const STUCK: Duration = Duration::from_secs(30);

/// A part: its name, its percentage of all cases, and the function that makes a case.
struct Part {
    name: &'static str,
    share: usize,
    case: Cases,
}

/// Runs so many cases.
///
/// # Errors
/// The run could not start.
pub fn run(cases: usize, seed: u64) -> Result<Report> {
    let parts = [
        Part { name: "responses", share: 34, case: responses::cases()? },
        Part { name: "headers of rate limits and retries", share: 24, case: Box::new(headers::case) },
        Part { name: "callbacks", share: 12, case: callbacks::cases()? },
        Part { name: "grants and files of a store", share: 10, case: stores::cases()? },
        Part { name: "cloud ids and ids in paths", share: 20, case: ids::cases()? },
    ];
    let mut table = Table::new(&["input", "cases", "accepted", "slowest ms", "s"]);
    let (mut wrong, watch) = (Vec::new(), Watch::begin()?);
    for (number, mut part) in parts.into_iter().enumerate() {
        let count = cases * part.share / 100;
        let (start, mut slowest, mut accepted) = (Instant::now(), Duration::ZERO, 0);
        for case in 0..count {
            // Each case has its own seed, computed from its number.
            let mut rng = Rng::with_seed(seed ^ ((number as u64) << 56) ^ (case as u64).wrapping_mul(0x9e37_79b9));
            let began = Instant::now();
            let outcome = catch_unwind(AssertUnwindSafe(|| (part.case)(&mut rng)));
            slowest = slowest.max(began.elapsed());
            watch.ended();
            match outcome {
                Ok(Ok(is_accepted)) => accepted += usize::from(is_accepted),
                Ok(Err(reason)) => wrong.push(format!("{}, case {case}: {reason}", part.name)),
                Err(_) => wrong.push(format!("{}, case {case}: a panic", part.name)),
            }
            if wrong.len() >= 10 * (number + 1) {
                break;
            }
        }
        let figures = [thousands(count), thousands(accepted)];
        let times = [format!("{:.1}", slowest.as_secs_f64() * 1e3), format!("{:.1}", start.elapsed().as_secs_f64())];
        table.row(std::iter::once(part.name.to_owned()).chain(figures).chain(times));
    }
    Ok(Report { table, wrong })
}

/// Ends the process if a case is stuck.
struct Watch {
    cases: Arc<AtomicUsize>,
    is_over: Arc<AtomicBool>,
}

impl Watch {
    fn begin() -> std::io::Result<Self> {
        let (cases, is_over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let watch = {
            let (cases, is_over) = (Arc::clone(&cases), Arc::clone(&is_over));
            move || {
                let (mut before, mut since) = (0, Instant::now());
                while !is_over.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(200));
                    let now = cases.load(Ordering::Relaxed);
                    if now != before {
                        (before, since) = (now, Instant::now());
                    } else if since.elapsed() > STUCK {
                        eprintln!("the case after {now} others does not end");
                        std::process::exit(3);
                    }
                }
            }
        };
        std::thread::Builder::new().name("watch".to_owned()).spawn(watch)?;
        Ok(Self { cases, is_over })
    }

    fn ended(&self) {
        self.cases.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}
