//! What a next document may say in a legal way: the run writes code for it, and says what it chose.

mod bodies;
mod deprecated;
mod openapi_31;
mod parameters;
mod schemas;

use serde_json::Value;

use crate::support::{
    cli,
    directory::{Crate, Files, committed, differing, files},
    document::{TempFile, changed},
};

/// A crate that a run has written, and what the run said.
struct Generated {
    files: Files,
    report: String,
}

/// Runs `regen` with the document after a change.
#[track_caller]
fn generated(change: impl FnOnce(&mut Value)) -> Generated {
    let spec = TempFile::new("document.json", &changed(change));
    let generated = Crate::new();
    let ran = cli::regen(spec.path(), generated.path()).succeeded();
    Generated { files: files(generated.path()), report: ran.stdout }
}

impl Generated {
    /// The code of a file.
    #[track_caller]
    fn code(&self, file: &str) -> &str {
        let code = self.files.get(file).unwrap_or_else(|| panic!("{file} is not written"));
        std::str::from_utf8(code).expect("code is UTF-8")
    }

    /// Asserts that a file has this code, whatever the white space.
    #[track_caller]
    fn has(&self, file: &str, code: &str) {
        assert!(words(self.code(file)).contains(&words(code)), "no `{code}` in {file}");
    }

    /// Asserts that a file does not have this code.
    #[track_caller]
    fn lacks(&self, file: &str, code: &str) {
        assert!(!words(self.code(file)).contains(&words(code)), "`{code}` is in {file}");
    }

    /// Asserts that the report has a line that contains this.
    #[track_caller]
    fn says(&self, part: &str) {
        assert!(self.report.lines().any(|line| line.contains(part)), "no `{part}` in\n{}", self.report);
    }

    /// Asserts that the crate is the committed one.
    #[track_caller]
    fn is_the_committed_crate(&self) {
        let mut different = differing(&committed(), &self.files);
        // The facts of the document, which are no code.
        different.retain(|name| name != "interface.json");
        assert_eq!(different, [""; 0]);
    }
}

fn words(code: &str) -> String {
    // Lines are wrapped where they are long, and a comma may end the last one.
    code.split_whitespace().collect::<String>().replace(",)", ")")
}
