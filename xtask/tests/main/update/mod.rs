//! `update`: a new document is taken, the crate is generated, and a report says what changed.
//!
//! Tests that need a document of which nothing needs attention are skipped while something does.

mod codes;
mod killed;
mod report;
mod writes;

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{
    cli::{self, Ran},
    directory::{Crate, Snapshot, write_long_ago},
    document::{TempFile, changed},
    places, workspace,
};

/// A directory of facts, a crate, and the file of a report.
struct World {
    spec: TempDir,
    generated: Crate,
    report: TempDir,
}

impl World {
    /// The facts and the crate of this repository.
    fn new() -> Self {
        let facts = fs::read(workspace().join("spec/jsm-ops.json")).expect("the facts are readable");
        Self::with_facts(&facts)
    }

    /// Other facts, and the crate of this repository.
    fn with_facts(facts: &[u8]) -> Self {
        let spec = tempfile::tempdir().expect("a temporary directory");
        write_long_ago(&spec.path().join("jsm-ops.json"), facts);
        let source = fs::read(workspace().join("spec/SOURCE.toml")).expect("the source is readable");
        write_long_ago(&spec.path().join("SOURCE.toml"), &source);
        let report = tempfile::tempdir().expect("a temporary directory");
        Self { spec, generated: Crate::new(), report }
    }

    /// The file of the report, in a directory that the run makes.
    fn report(&self) -> PathBuf {
        self.report.path().join("new/update.md")
    }

    /// Runs `update` with a document.
    fn update(&self, from: &Path, options: &[&str]) -> Ran {
        self.update_until(None, from, options)
    }

    /// Runs `update`, which ends itself at a step of writing, as a kill would.
    fn update_until(&self, step: Option<usize>, from: &Path, options: &[&str]) -> Ran {
        let mut command = cli::command(Path::new(env!("CARGO_BIN_EXE_xtask")));
        command.arg("update").args(options).arg("--from").arg(from);
        command.arg("--to").arg(self.spec.path()).arg("--out").arg(self.generated.path());
        command.arg("--report").arg(self.report());
        // The last release may be another crate.
        if !options.contains(&"--released") {
            command.arg("--released").arg(workspace().join("generated"));
        }
        if let Some(step) = step {
            command.env("XTASK_STOP_AT", step.to_string());
        }
        cli::run(&mut command)
    }

    /// Runs `update --check`, which must change no file. Returns the run and the report.
    #[track_caller]
    fn check(&self, from: &Path) -> (Ran, String) {
        let before = [self.spec.path(), self.generated.path()].map(Snapshot::of);
        let ran = self.update(from, &["--check"]);
        assert_eq!(ran.stderr, "");
        before[0].assert_unchanged(self.spec.path());
        before[1].assert_unchanged(self.generated.path());
        (ran, self.text())
    }

    /// The text of the report. Its places are checked, and lines and columns removed.
    #[track_caller]
    fn text(&self) -> String {
        places::checked(&fs::read_to_string(self.report()).expect("the report is written"))
    }
}

/// The document after a change, in a file.
fn document(change: impl FnOnce(&mut Value)) -> TempFile {
    TempFile::new("next.json", &changed(change))
}
