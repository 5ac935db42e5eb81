//! What a run has to have shown.

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

/// How much more may be alive in the last quarter of a run than in the second one, as a part of that. Most of it are the buffers of
/// connections, which grow and shrink with what comes.
const FLAT: f64 = 0.2;

/// How much may be left once all clients were dropped: a few bytes for each call of a whole run.
const LEFT: usize = 1024 * 1024;

/// Memory of runs with fewer calls says nothing yet: connections, buffers and tables are still growing.
const CALLS_FOR_MEMORY: usize = 50_000;

/// How many of the calls that may be repeated may end without success: one in so many.
const FAILS: usize = 100;

/// How the calls of one kind ended, and how often.
pub(crate) type Endings = BTreeMap<(Call, Ending), usize>;

/// What a run found.
pub(crate) struct Found {
    pub(crate) endings: Endings,
    pub(crate) wrong: Vec<String>,
    pub(crate) report: Report,
    /// Whether the fake takes the refresh token that each user's store has in the end.
    pub(crate) stored: Vec<bool>,
    /// Bytes alive, sample by sample.
    pub(crate) live: Vec<f64>,
    /// Bytes still alive once all clients were dropped, beyond those before.
    pub(crate) left: usize,
    pub(crate) took: Duration,
    pub(crate) passed: Duration,
    pub(crate) processor: Duration,
}

/// What was found, and what of it is wrong.
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

    /// What is wrong; nothing, where the run has shown what it has to show.
    pub fn wrong(&self) -> &[String] {
        &self.wrong
    }
}

/// Every call has ended, in a way that a caller can tell and that its faults explain.
fn check_endings(settings: Settings, found: &Found, wrong: &mut Vec<String>) {
    let all: usize = found.endings.values().sum();
    if all != settings.calls {
        wrong.push(format!("{all} of {} calls have ended", settings.calls));
    }
    let of = |is: &dyn Fn(Call, Ending) -> bool| -> usize {
        found.endings.iter().filter(|((call, ending), _)| is(*call, *ending)).map(|(_, times)| times).sum()
    };
    let repeated = of(&|call, _| call.is_repeated());
    let failed = of(&|call, ending| call.is_repeated() && ending != Ending::Success);
    if failed > repeated / FAILS + 3 {
        wrong.push(format!("{failed} of {repeated} calls that may be repeated have failed"));
    }
}

/// Nothing that must not be repeated was, and its callers were told just what became of it.
fn check_writes(found: &Found, wrong: &mut Vec<String>) {
    for line in &found.report.twice {
        // Creating with an alias is counted up, and setting a state sets the same again.
        let is_exempt = line.contains(r#""alias""#) || ["/acknowledge", "/priority"].iter().any(|path| line.contains(path));
        if !is_exempt {
            wrong.push(format!("carried out twice: {line}"));
        }
    }
    for (call, name) in Call::ALL.iter().filter_map(|(call, _)| Some((*call, call.never_repeated()?))) {
        let ended = |ending| found.endings.get(&(call, ending)).copied().unwrap_or_default();
        let faults = found.report.faults.get(name);
        let met = |fault: &str| faults.and_then(|faults| faults.get(fault)).copied().unwrap_or_default();
        // Each of these ends one call, because it is not sent again: not one more and not one less.
        for (ending, told, faults) in [
            (Ending::Broken, "cut off", met("dropped before") + met("dropped after") + met("cut in the body")),
            (Ending::ServerError, "5xx", met("answered instead") + met("answered otherwise")),
            (Ending::NotDecoded, "not decoded", met("half a body")),
            (Ending::TooLarge, "too large", met("a huge body")),
        ] {
            if ended(ending) != faults {
                wrong.push(format!("{call}: {} calls were told \"{told}\", and {faults} had reason to", ended(ending)));
            }
        }
        let executed = found.report.executions.get(name).copied().unwrap_or_default();
        let (done, late) = (ended(Ending::Success), met("dropped after") + met("cut in the body"));
        let expected = done + late + met("answered otherwise") + met("half a body") + met("a huge body");
        if executed != expected {
            wrong.push(format!("{call}: carried out {executed} times, of which {expected} are accounted for"));
        }
    }
}

/// Every user is still signed in, with what the store has.
fn check_grants(found: &Found, wrong: &mut Vec<String>) {
    let (alive, grants) = found.report.alive;
    if alive != grants {
        wrong.push(format!("{alive} of {grants} grants are alive"));
    }
    let stored = found.stored.iter().filter(|is_good| **is_good).count();
    if stored != found.stored.len() {
        wrong.push(format!("{stored} of {} stores have a refresh token that is good", found.stored.len()));
    }
}

/// Bytes alive in the second quarter of the run, and how many more in the last one.
fn check_memory(settings: Settings, found: &Found, wrong: &mut Vec<String>) -> (f64, f64) {
    let quarter = found.live.len() / 4;
    let of =
        |from: usize| median(&mut found.live[from.min(found.live.len())..(from + quarter).min(found.live.len())].to_vec());
    let (early, late) = (of(quarter), of(3 * quarter));
    if settings.calls >= CALLS_FOR_MEMORY && late - early > FLAT * early {
        wrong.push(format!("memory grows: {} were alive in the second quarter, {} in the last", bytes(early), bytes(late)));
    }
    if settings.calls >= CALLS_FOR_MEMORY && found.left > LEFT {
        wrong.push(format!("{} are left after all clients were dropped", kib(found.left)));
    }
    (early, late - early)
}

/// The median of the bytes alive in each tenth of the run.
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
    let (alive, grants) = report.alive;
    let exempt =
        |line: &&String| !line.contains("/acknowledge") && !line.contains("/priority") && !line.contains(r#""alias""#);
    let calls = settings.calls as f64;
    let mut table = Table::new(&["run", "figure"]);
    let hours = found.passed.as_secs_f64() / 3600.0;
    for (name, figure) in [
        ("calls, from tasks", format!("{} from {}", thousands(settings.calls), settings.tasks)),
        ("requests to the operations", thousands(report.requests)),
        ("of them with a fault", format!("{} ({:.1} %)", thousands(faults), 100.0 * faults as f64 / report.requests as f64)),
        ("kinds of faults met", kinds.len().to_string()),
        ("refreshes carried out", thousands(report.refreshes)),
        ("faults of refreshes", thousands(report.refresh_faults)),
        ("injected time", format!("{hours:.2} h")),
        ("grants alive", format!("{alive} of {grants}")),
        ("writes carried out twice that must not be", thousands(report.twice.iter().filter(exempt).count())),
        ("bytes alive in the second quarter", bytes(early)),
        ("and more in the last quarter", bytes(growth)),
        ("MiB alive in each tenth", tenths(found)),
        ("alive after all clients were dropped", kib(found.left)),
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
        if self.wrong.is_empty() { writeln!(f, "Everything is as it should be.") } else { Ok(()) }
    }
}
