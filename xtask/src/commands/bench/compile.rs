//! Measures `cargo check` of the generated crate: with all features, and with the area of alerts
//! alone.
//!
//! Each run checks the crates one after the other, not incrementally, and with their dependencies
//! built. The table has the medians, and their ratios to progenitor's own output for the same
//! document.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use super::{
    baseline,
    rustc::{MEASUREMENTS, Measurement},
};
use crate::commands::{
    Failure,
    output::{self, line},
    workspace,
};

/// How often to measure.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// How often each crate is checked; the table has the medians
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub runs: usize,
}

/// A way to check a crate.
struct Subject {
    label: &'static str,
    package: &'static str,
    manifest: PathBuf,
    features: &'static [&'static str],
    lines: usize,
    taken: Vec<Measurement>,
}

/// Runs the measurement.
pub fn run(options: &Options) -> Result<(), Failure> {
    let place = workspace().join("target/bench-compile");
    let plain = place.join("plain");
    let lines = baseline::write(&plain)?;
    let ours = workspace().join("Cargo.toml");
    let subject =
        |label, package, manifest, features, lines| Subject { label, package, manifest, features, lines, taken: Vec::new() };
    let alerts: &[&str] = &["--no-default-features", "--features", "alerts"];
    let mut subjects = [
        subject("progenitor's positional style", baseline::NAME, plain.join("Cargo.toml"), &[], lines),
        subject("jsm-ops-api, all features", "jsm-ops-api", ours.clone(), &["--all-features"], lines_of(&|_| true)?),
        subject("jsm-ops-api, alerts alone", "jsm-ops-api", ours, alerts, lines_of(&with_alerts_alone)?),
    ];
    for subject in &mut subjects {
        output::note(&format!("checking the dependencies of {}", subject.label));
        subject.check(&place)?;
    }
    for run in 1..=options.runs.max(1) {
        output::note(&format!("run {run} of {}", options.runs.max(1)));
        for subject in &mut subjects {
            let measurement = subject.check(&place)?;
            subject.taken.push(measurement);
        }
    }
    Ok(print(&subjects)?)
}

impl Subject {
    /// Checks the crate anew; its dependencies stay as they are.
    fn check(&self, place: &Path) -> Result<Measurement, Failure> {
        let target = place.join("target");
        // cargo takes a crate for new when any of its files is.
        let root = if self.package == baseline::NAME {
            self.manifest.with_file_name("src")
        } else {
            workspace().join("generated/src")
        };
        fs::File::options().append(true).open(root.join("lib.rs"))?.set_modified(std::time::SystemTime::now())?;
        let measurements = place.join("measurements");
        // There is none before the first crate of a run.
        let _ = fs::remove_file(&measurements);
        let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["check", "--quiet", "--package", self.package, "--manifest-path"])
            .arg(&self.manifest)
            .args(self.features)
            .arg("--target-dir")
            .arg(target)
            .env("RUSTC_WRAPPER", env::current_exe()?)
            .env(MEASUREMENTS, &measurements)
            .env("CARGO_INCREMENTAL", "0")
            .status()?;
        if !status.success() {
            return Err(Failure(format!("{} does not compile", self.label)));
        }
        let name = self.package.replace('-', "_");
        let text = fs::read_to_string(&measurements).unwrap_or_default();
        let found =
            text.lines().filter_map(|line| serde_json::from_str::<Measurement>(line).ok()).find(|one| one.name == name);
        found.ok_or_else(|| Failure(format!("cargo did not check {} anew", self.label)))
    }

    fn median<T: Ord>(&self, of: impl Fn(&Measurement) -> Option<T>) -> Option<T> {
        let mut values: Vec<T> = self.taken.iter().filter_map(of).collect();
        values.sort();
        let middle = values.len() / 2;
        values.into_iter().nth(middle)
    }
}

fn print(subjects: &[Subject]) -> io::Result<()> {
    line!("| crate | lines | check | processor time | peak memory | ratio of times | of processor times |")?;
    line!("|---|---|---|---|---|---|---|")?;
    let seconds = |time: Option<Duration>| time.map_or("?".to_owned(), |time| format!("{:.2} s", time.as_secs_f64()));
    let first = subjects.first();
    for subject in subjects {
        let (wall, cpu) = (subject.median(|one| Some(one.wall)), subject.median(|one| one.cpu));
        let peak = subject.median(|one| one.peak).map_or("?".to_owned(), |peak| format!("{} MiB", peak >> 20));
        let ratio = |own: Option<Duration>, of: fn(&Measurement) -> Option<Duration>| {
            let base = first.and_then(|first| first.median(of));
            own.zip(base).map_or("?".to_owned(), |(own, base)| format!("{:.2}", own.as_secs_f64() / base.as_secs_f64()))
        };
        line!(
            "| {} | {} | {} | {} | {peak} | {} | {} |",
            subject.label,
            subject.lines,
            seconds(wall),
            seconds(cpu),
            ratio(wall, |one| Some(one.wall)),
            ratio(cpu, |one| one.cpu),
        )?;
    }
    Ok(())
}

/// The lines of the files of the generated crate that rustc reads.
fn lines_of(reads: &dyn Fn(&str) -> bool) -> Result<usize, Failure> {
    let mut lines = 0;
    let mut directories = vec![workspace().join("generated/src")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            if path.is_dir() {
                directories.push(path);
            } else if path.file_stem().and_then(|name| name.to_str()).is_some_and(reads) {
                lines += fs::read_to_string(path)?.lines().count();
            }
        }
    }
    Ok(lines)
}

/// Whether a file, by its name, does not belong to another area.
fn with_alerts_alone(name: &str) -> bool {
    ["lib", "base_urls", "client", "exports", "operations", "mod", "shared", "alerts", "for_alerts"].contains(&name)
}
