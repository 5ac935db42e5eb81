//! A pipe whose reader is gone, as after `cargo xtask regen | head`: commands go on without output.

use std::{ffi::OsStr, io, path::Path, process::Stdio};

use crate::support::{
    cli::{self, command},
    directory::Crate,
    pending::is_pending,
    workspace,
};

/// A pipe that has no reader.
fn closed_pipe() -> Stdio {
    let (reader, writer) = io::pipe().expect("a pipe");
    drop(reader);
    writer.into()
}

/// Runs a command whose standard output is closed. Returns the exit code and the complaint.
fn run(arguments: &[&OsStr]) -> (Option<i32>, String) {
    let mut command = command(Path::new(env!("CARGO_BIN_EXE_xtask")));
    let ran = cli::run_with_output(command.args(arguments), closed_pipe);
    (ran.code, ran.stderr)
}

#[test]
fn commands_succeed_without_a_reader() {
    if is_pending() {
        return;
    }
    let generated = Crate::new();
    let directory = tempfile::tempdir().expect("a temporary directory");
    let facts = workspace().join("spec/jsm-ops.json");
    let [generated, directory] = [generated.path().as_os_str(), directory.path().as_os_str()];
    let commands: [&[&OsStr]; 5] = [
        &["regen".as_ref(), "--verbose".as_ref(), "--out".as_ref(), generated],
        &["regen".as_ref(), "--check".as_ref(), "--out".as_ref(), generated],
        &["document".as_ref()],
        &["schema".as_ref(), "--to".as_ref(), directory],
        &["fetch".as_ref(), "--from".as_ref(), facts.as_os_str(), "--to".as_ref(), directory],
    ];
    for arguments in commands {
        assert_eq!(run(arguments), (Some(0), String::new()), "{arguments:?}");
    }
}

#[test]
fn a_failed_check_fails_without_a_reader_too() {
    if is_pending() {
        return;
    }
    let generated = Crate::new();
    generated.write("src/stray.rs", b"//! A stray file.\n");
    let arguments = ["regen".as_ref(), "--check".as_ref(), "--out".as_ref(), generated.path().as_os_str()];
    let (code, complaint) = run(&arguments);
    assert_eq!(code, Some(1));
    let path = generated.path().display();
    assert!(complaint.starts_with(&format!("error: 1 file of {path} is stale\n")), "{complaint}");
    let mut command = command(Path::new(env!("CARGO_BIN_EXE_xtask")));
    let status = command.args(arguments).stdout(closed_pipe()).stderr(closed_pipe()).status().expect("the binary starts");
    assert_eq!(status.code(), Some(1));
}
