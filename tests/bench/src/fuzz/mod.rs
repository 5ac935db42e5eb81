//! Whatever comes from outside, damaged on purpose: answers, their headers, callbacks, stores, ids.
//!
//! It is a property test with a seed and not a fuzzer that looks for new ways through the code: it needs stable Rust and nothing else,
//! and a case that fails can be made again from its number.

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

/// How many cases there are unless somebody says otherwise.
pub const CASES: usize = 1_000_000;

/// A case that takes longer hangs, on any machine.
const HANGS: Duration = Duration::from_secs(30);

/// A part: its name, how many in a hundred cases it gets, and what makes one.
struct Part {
    name: &'static str,
    share: usize,
    case: Cases,
}

/// Makes so many cases.
///
/// # Errors
/// A run that could not be made.
pub fn run(cases: usize, seed: u64) -> Result<Report> {
    let parts = [
        Part { name: "answers", share: 34, case: responses::cases()? },
        Part { name: "headers of limits and retries", share: 24, case: Box::new(headers::case) },
        Part { name: "callbacks", share: 12, case: callbacks::cases()? },
        Part { name: "grants and files of a store", share: 10, case: stores::cases()? },
        Part { name: "cloud ids and ids in paths", share: 20, case: ids::cases()? },
    ];
    let mut table = Table::new(&["what comes from outside", "cases", "accepted", "slowest ms", "s"]);
    let (mut wrong, watch) = (Vec::new(), Watch::begin()?);
    for (number, mut part) in parts.into_iter().enumerate() {
        let count = cases * part.share / 100;
        let (start, mut slowest, mut accepted) = (Instant::now(), Duration::ZERO, 0);
        for case in 0..count {
            // Each case has a seed of its own, from its number alone.
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

/// Ends the process where a case does not end.
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
                    } else if since.elapsed() > HANGS {
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
