//! The checks of a finished run.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    time::Duration,
};

use super::{
    calls::{Call, Ending},
    fake_process::Report,
    settings::Settings,
};
use crate::{
    markdown::{Table, kib, thousands},
    measure::median,
};

/// How much more memory the last quarter of a run may use than the second one, as a part of that.
/// Most of it is buffers of connections, which grow and shrink.
const FLAT: f64 = 0.2;

/// Most bytes in use after all clients were dropped: a few for each call of a long run.
const LEFT: usize = 1024 * 1024;

/// In runs with fewer calls, connections, buffers and tables still grow.
const CALLS_FOR_MEMORY: usize = 50_000;

/// One in so many calls may fail in spite of retries.
const FAILS: usize = 100;

/// How often calls of each kind ended in each way.
pub(crate) type Endings = BTreeMap<(Call, Ending), usize>;

/// The record of a run.
pub(crate) struct Found {
    pub(crate) endings: Endings,
    pub(crate) wrong: Vec<String>,
    pub(crate) report: Report,
    /// Whether the stored refresh token of each user is valid at the end.
    pub(crate) stored: Vec<bool>,
    /// Samples of the bytes in use.
    pub(crate) live: Vec<f64>,
    /// Bytes in use after all clients were dropped, beyond those before the run.
    pub(crate) left: usize,
    pub(crate) took: Duration,
    pub(crate) passed: Duration,
    pub(crate) processor: Duration,
}

/// Figures of a run, and its errors.
#[derive(Debug)]
pub struct Verdict {
    tables: Vec<Table>,
    wrong: Vec<String>,
}

impl Verdict {
    pub(super) fn of(settings: Settings, found: &Found) -> Self {
        let mut wrong = found.wrong.clone();
        wrong.extend(found.report.unexpected.iter().map(|line| format!("the fake did not expect {line}")));
        check_endings(settings, found, &mut wrong);
        check_writes(found, &mut wrong);
        check_grants(found, &mut wrong);
        let growth = check_memory(settings, found, &mut wrong);
        Self { tables: vec![endings(found), summary(settings, found, growth)], wrong }
    }

    /// What the run did wrong, one line each.
    pub fn wrong(&self) -> &[String] {
        &self.wrong
    }
}

/// Every call has ended, and retries have hidden most faults.
fn check_endings(settings: Settings, found: &Found, wrong: &mut Vec<String>) {
    let all: usize = found.endings.values().sum();
    if all != settings.calls {
        wrong.push(format!("{all} of {} calls have ended", settings.calls));
    }
    let of = |is: &dyn Fn(Call, Ending) -> bool| -> usize {
        found.endings.iter().filter(|((call, ending), _)| is(*call, *ending)).map(|(_, times)| times).sum()
    };
    let retried = of(&|call, _| call.is_retried());
    let failed = of(&|call, ending| call.is_retried() && ending != Ending::Success);
    if failed > retried / FAILS + 3 {
        wrong.push(format!("{failed} of {retried} calls with retries have failed"));
    }
}

/// No call that is not idempotent was executed twice, and its errors match the faults.
fn check_writes(found: &Found, wrong: &mut Vec<String>) {
    for line in &found.report.twice {
        // A second create with an alias raises a count; the others set the same state again.
        let is_exempt = line.contains(r#""alias""#) || ["/acknowledge", "/priority"].iter().any(|path| line.contains(path));
        if !is_exempt {
            wrong.push(format!("executed twice: {line}"));
        }
    }
    for (call, name) in Call::ALL.iter().filter_map(|(call, _)| Some((*call, call.not_idempotent()?.to_string()))) {
        let ended = |ending| found.endings.get(&(call, ending)).copied().unwrap_or_default();
        let faults = found.report.faults.get(&name);
        let had = |fault: &str| faults.and_then(|faults| faults.get(fault)).copied().unwrap_or_default();
        // Each of these faults ends exactly one call, because the client does not retry it.
        for (ending, label, faults) in [
            (Ending::Broken, "cut off", had("dropped before") + had("dropped after") + had("body cut")),
            (Ending::ServerError, "5xx", had("response without execution") + had("response replaced")),
            (Ending::NotDecoded, "not decoded", had("half of the body")),
            (Ending::TooLarge, "too large", had("body padded")),
        ] {
            if ended(ending) != faults {
                wrong.push(format!("{call}: {} calls ended with \"{label}\", but {faults} had such a fault", ended(ending)));
            }
        }
        let executed = found.report.executions.get(&name).copied().unwrap_or_default();
        let (done, late) = (ended(Ending::Success), had("dropped after") + had("body cut"));
        let expected = done + late + had("response replaced") + had("half of the body") + had("body padded");
        if executed != expected {
            wrong.push(format!("{call}: executed {executed} times instead of {expected}"));
        }
    }
}

/// Every user is still signed in with the stored grant.
fn check_grants(found: &Found, wrong: &mut Vec<String>) {
    let (valid, grants) = found.report.valid_grants;
    if valid != grants {
        wrong.push(format!("{valid} of {grants} grants are valid"));
    }
    let stored = found.stored.iter().filter(|is_valid| **is_valid).count();
    if stored != found.stored.len() {
        wrong.push(format!("{stored} of {} stores have a valid refresh token", found.stored.len()));
    }
}

/// Bytes in use in the second quarter of the run, and the difference to the last one.
fn check_memory(settings: Settings, found: &Found, wrong: &mut Vec<String>) -> (f64, f64) {
    let quarter = found.live.len() / 4;
    let of =
        |from: usize| median(&mut found.live[from.min(found.live.len())..(from + quarter).min(found.live.len())].to_vec());
    let (early, late) = (of(quarter), of(3 * quarter));
    if settings.calls >= CALLS_FOR_MEMORY && late - early > FLAT * early {
        wrong.push(format!("memory grows: {} in use in the second quarter, {} in the last", bytes(early), bytes(late)));
    }
    if settings.calls >= CALLS_FOR_MEMORY && found.left > LEFT {
        wrong.push(format!("{} are in use after all clients were dropped", kib(found.left)));
    }
    (early, late - early)
}

/// The median of the bytes in use in each tenth of the run.
fn tenths(found: &Found) -> String {
    let size = found.live.len().div_ceil(10).max(1);
    let of = |samples: &[f64]| format!("{:.1}", median(&mut samples.to_vec()) / f64::from(1 << 20));
    found.live.chunks(size).map(of).collect::<Vec<_>>().join(" ")
}

fn bytes(number: f64) -> String {
    if number < 0.0 { format!("-{}", kib(-number as usize)) } else { kib(number as usize) }
}

fn endings(found: &Found) -> Table {
    let names: Vec<&str> = std::iter::once("call").chain(Ending::ALL.iter().map(|(_, name)| *name)).collect();
    let mut table = Table::new(&names);
    let mut sums = [0; Ending::ALL.len()];
    for (call, _) in Call::ALL {
        let times = Ending::ALL.map(|(ending, _)| found.endings.get(&(call, ending)).copied().unwrap_or_default());
        sums.iter_mut().zip(times).for_each(|(sum, times)| *sum += times);
        table.row(std::iter::once(call.to_string()).chain(times.map(thousands)));
    }
    table.row(std::iter::once("all".to_owned()).chain(sums.map(thousands)));
    table
}

fn summary(settings: Settings, found: &Found, (early, growth): (f64, f64)) -> Table {
    let report = &found.report;
    let faults: usize = report.faults.values().flat_map(|faults| faults.values()).sum();
    let kinds: BTreeSet<&String> = report.faults.values().flat_map(|faults| faults.keys()).collect();
    let (valid, grants) = report.valid_grants;
    let exempt =
        |line: &&String| !line.contains("/acknowledge") && !line.contains("/priority") && !line.contains(r#""alias""#);
    let calls = settings.calls as f64;
    let mut table = Table::new(&["run", "figure"]);
    let hours = found.passed.as_secs_f64() / 3600.0;
    for (name, figure) in [
        ("calls, from tasks", format!("{} from {}", thousands(settings.calls), settings.tasks)),
        ("requests to the operations", thousands(report.requests)),
        ("of them with a fault", format!("{} ({:.1} %)", thousands(faults), 100.0 * faults as f64 / report.requests as f64)),
        ("kinds of faults", kinds.len().to_string()),
        ("refreshes executed", thousands(report.refreshes)),
        ("faults of refreshes", thousands(report.refresh_faults)),
        ("injected time", format!("{hours:.2} h")),
        ("valid grants", format!("{valid} of {grants}")),
        ("writes executed twice in error", thousands(report.twice.iter().filter(exempt).count())),
        ("bytes in use in the second quarter", bytes(early)),
        ("and more in the last quarter", bytes(growth)),
        ("MiB in use in each tenth", tenths(found)),
        ("in use after all clients were dropped", kib(found.left)),
        ("time", format!("{:.1} s", found.took.as_secs_f64())),
        ("calls a second", format!("{:.0}", calls / found.took.as_secs_f64())),
        ("processor time for one call", format!("{:.0} µs", found.processor.as_secs_f64() * 1e6 / calls)),
    ] {
        table.row([name.to_owned(), figure]);
    }
    table
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for table in &self.tables {
            writeln!(f, "{table}")?;
        }
        for line in &self.wrong {
            writeln!(f, "wrong: {line}")?;
        }
        if self.wrong.is_empty() { writeln!(f, "No errors.") } else { Ok(()) }
    }
}
