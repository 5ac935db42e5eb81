//! Runs of the real binary.

use std::{
    ffi::OsStr,
    io, iter,
    path::Path,
    process::{Command, Output, Stdio},
};

use super::{pending, places, workspace};

/// What a run of the binary gave.
#[derive(Debug)]
pub struct Ran {
    /// The exit code; `None` where a signal ended the run.
    pub code: Option<i32>,
    /// What it reports.
    pub stdout: String,
    /// What it complains about.
    pub stderr: String,
}

impl Ran {
    /// The run, which must have succeeded without a complaint.
    #[track_caller]
    pub fn succeeded(self) -> Self {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "{}", self.stdout);
        self
    }

    /// The complaint of a run, which must have failed with exit code 1, with each of these parts in
    /// it and help.
    #[track_caller]
    pub fn failed(self, parts: &[&str]) -> String {
        assert_eq!(self.code, Some(1), "{self:?}");
        assert!(self.stderr.starts_with("error: "), "{}", self.stderr);
        for part in parts.iter().chain(&["help: "]) {
            assert!(self.stderr.contains(part), "`{part}` is not in\n{}", self.stderr);
        }
        self.stderr
    }

    /// The line of the report that begins with this word, without the word.
    #[track_caller]
    pub fn line(&self, word: &str) -> &str {
        let mut lines = self.stdout.lines().filter_map(|line| line.strip_prefix(word));
        let found = lines.next().unwrap_or_else(|| panic!("no line `{word}` in\n{}", self.stdout));
        assert_eq!(lines.next(), None, "a second line `{word}` in\n{}", self.stdout);
        found.trim()
    }
}

/// The command that runs the binary. No proxy of the machine comes between it and the sockets of
/// the tests.
pub fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    for variable in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        command.env_remove(variable).env_remove(variable.to_uppercase());
    }
    command
}

/// Runs the binary that cargo built for these tests.
///
/// Without another baseline, the verdict of `regen` compares with the committed crate. What needs
/// attention in the committed document is passed over.
pub fn xtask<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Ran {
    let mut command = command(Path::new(env!("CARGO_BIN_EXE_xtask")));
    command.args(arguments);
    let has = |option: &str| command.get_args().any(|argument| argument == option);
    if has("regen") && !has("--released") && !has("--help") {
        command.arg("--released").arg(workspace().join("generated"));
    }
    let Ran { code, stdout, stderr } = run(&mut command);
    Ran { code, stdout: pending::removed(stdout), stderr: pending::removed(stderr) }
}

/// Runs a command to its end. Places that it prints are checked, and lines and columns removed.
pub fn run(command: &mut Command) -> Ran {
    run_with_output(command, Stdio::piped)
}

/// Runs a command to its end, with another standard output.
pub fn run_with_output(command: &mut Command, stdout: impl Fn() -> Stdio) -> Ran {
    // Another test may be between fork and exec, and its child still holds the file that we have
    // just written open.
    let busy =
        |result: &io::Result<Output>| matches!(result, Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy);
    let mut attempts = iter::repeat_with(|| command.stdout(stdout()).output()).take(10_000).skip_while(busy);
    let output = attempts.next().expect("the binary becomes free").expect("the binary starts");
    let text = |bytes| places::checked(&String::from_utf8(bytes).expect("the output is text"));
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Runs `regen` with a document, our own overlay, and a directory.
pub fn regen(spec: &Path, out: &Path) -> Ran {
    xtask([OsStr::new("regen"), OsStr::new("--spec"), spec.as_os_str(), OsStr::new("--out"), out.as_os_str()])
}
