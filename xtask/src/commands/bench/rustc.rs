//! xtask as `RUSTC_WRAPPER`: runs rustc and records its time and memory.
//!
//! The time of cargo includes the resolver and checks of a hundred dependencies. The cost of a
//! crate is that of rustc, and only the parent of a process learns its processor time and peak
//! memory.

use std::{
    env,
    fs::File,
    io::Write,
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

/// The file that measurements are added to. Where it is set, xtask is a wrapper and nothing else.
pub const MEASUREMENTS: &str = "JSM_OPS_BENCH_MEASUREMENTS";

/// The cost of one run of rustc.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// The name of the compiled crate.
    pub name: String,
    /// From start to end.
    pub wall: Duration,
    /// On all processors together; `None` where the system does not tell.
    pub cpu: Option<Duration>,
    /// The most memory that it held, in bytes; `None` where the system does not tell.
    pub peak: Option<u64>,
}

/// Runs rustc instead of cargo, if this process was started for that.
pub fn wrapped() -> Option<ExitCode> {
    let file = env::var_os(MEASUREMENTS)?;
    let mut arguments = env::args_os().skip(1);
    let rustc = arguments.next()?;
    let arguments: Vec<_> = arguments.collect();
    let name = arguments.iter().position(|argument| argument == "--crate-name").and_then(|at| arguments.get(at + 1));
    let start = Instant::now();
    let status = Command::new(rustc).args(&arguments).status();
    let wall = start.elapsed();
    if let Some(name) = name {
        let (cpu, peak) = usage_of_children();
        let measurement = Measurement { name: name.to_string_lossy().into_owned(), wall, cpu, peak };
        let line = serde_json::to_string(&measurement).unwrap_or_default();
        // The reader of the file reports a missing measurement.
        let _ = File::options().append(true).create(true).open(file).and_then(|mut file| writeln!(file, "{line}"));
    }
    let code = status.ok().and_then(|status| status.code()).and_then(|code| u8::try_from(code).ok());
    Some(ExitCode::from(code.unwrap_or(1)))
}

#[cfg(unix)]
fn usage_of_children() -> (Option<Duration>, Option<u64>) {
    use nix::sys::{resource, time::TimeValLike};

    let Ok(usage) = resource::getrusage(resource::UsageWho::RUSAGE_CHILDREN) else { return (None, None) };
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    // Linux counts in KiB, macOS in bytes.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    let peak = u64::try_from(usage.max_rss()).ok().map(|peak| peak * unit);
    (u64::try_from(micros).ok().map(Duration::from_micros), peak)
}

#[cfg(not(unix))]
fn usage_of_children() -> (Option<Duration>, Option<u64>) {
    (None, None)
}
