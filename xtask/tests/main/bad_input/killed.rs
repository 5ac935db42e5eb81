//! Runs that end between two changes of the directory, and what the next run makes of it.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use tempfile::TempDir;

use crate::support::{
    cli::{self, Ran},
    directory::{Crate, differing, files},
    workspace,
};

/// Runs the binary that ends itself at a step of writing, as a kill would.
fn regen_until(step: usize, out: &Path) -> Ran {
    let mut command = cli::command(Path::new(env!("CARGO_BIN_EXE_xtask")));
    command.arg("regen").arg("--spec").arg(workspace().join("spec/jsm-ops.json")).arg("--out").arg(out);
    cli::run(command.env("XTASK_STOP_AT", step.to_string()))
}

/// A crate with a file to replace, one to add in a new directory, and one to remove with its
/// directory.
fn stale() -> Crate {
    let generated = Crate::new();
    generated.write("src/client.rs", b"// stale\n");
    generated.write("old/stray.rs", b"// stray\n");
    fs::remove_dir_all(generated.join("tests")).expect("the directory can be removed");
    generated
}

#[track_caller]
fn is_what_one_run_writes(generated: &Crate, expected: &Crate) {
    assert_eq!(differing(&files(generated.path()), &files(expected.path())), [""; 0]);
    for directory in [".xtask-write", "old"] {
        assert!(!generated.join(directory).exists(), "{directory} is left");
    }
}

#[test]
fn the_run_after_a_kill_leaves_the_files_of_one_run() {
    let expected = Crate::new();
    // Staging five files, the journal, five changes, empty directories, the end.
    for step in [5, 8, 12] {
        let generated = stale();
        let killed = regen_until(step, generated.path());
        assert_eq!(killed.code, None, "{killed:?}");
        // One more kill, while the next run undoes what the first one did. After the last step,
        // nothing is to be undone.
        let undoing = regen_until(1, generated.path());
        assert_eq!(undoing.code, (step == 12).then_some(0), "{undoing:?}");
        cli::regen(&workspace().join("spec/jsm-ops.json"), generated.path()).succeeded();
        is_what_one_run_writes(&generated, &expected);
    }
    // These are all steps.
    let generated = stale();
    regen_until(13, generated.path()).succeeded();
    is_what_one_run_writes(&generated, &expected);
}

/// A directory with the two files of a baseline, and text of its own in each.
fn crate_of(text: &str) -> TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    for name in BASELINE {
        fs::write(directory.path().join(name), format!("{text}\n").repeat(1000)).expect("the file can be written");
    }
    directory
}

const BASELINE: [&str; 2] = ["public-api.txt", "wire.toml"];

/// The command that writes two files, and is done at once.
fn release_baseline(from: &Path, to: &Path) -> Command {
    let mut command = cli::command(Path::new(env!("CARGO_BIN_EXE_xtask")));
    command.arg("release-baseline").arg("0.2.0").arg("--from").arg(from).arg("--to").arg(to);
    command
}

#[test]
fn a_kill_at_any_step_leaves_no_mix() {
    let (old, new) = (crate_of("old"), crate_of("new"));
    let whole = |from: &TempDir| {
        let to = tempfile::tempdir().expect("a temporary directory");
        cli::run(&mut release_baseline(from.path(), to.path())).succeeded();
        files(to.path())
    };
    let (before, after) = (whole(&old), whole(&new));
    let mut step = 0;
    loop {
        step += 1;
        let to = tempfile::tempdir().expect("a temporary directory");
        cli::run(&mut release_baseline(old.path(), to.path())).succeeded();
        let killed = cli::run(release_baseline(new.path(), to.path()).env("XTASK_STOP_AT", step.to_string()));
        if killed.code == Some(0) {
            break;
        }
        assert_eq!(killed.code, None, "{killed:?}");
        // A run with the old files changes nothing but what the killed one left.
        cli::run(&mut release_baseline(old.path(), to.path())).succeeded();
        assert_eq!(differing(&files(to.path()), &before), [""; 0], "step {step}");
        cli::run(&mut release_baseline(new.path(), to.path())).succeeded();
        assert_eq!(differing(&files(to.path()), &after), [""; 0], "step {step}");
    }
    // Two files, the journal, two changes, the end.
    assert_eq!(step, 7);
}

#[test]
fn runs_at_one_time_follow_each_other() {
    let sources = [crate_of("one"), crate_of("two")];
    let to = tempfile::tempdir().expect("a temporary directory");
    for _ in 0..5 {
        let runs = (0..8).map(|index| {
            release_baseline(sources[index % 2].path(), to.path()).stdout(Stdio::null()).spawn().expect("it starts")
        });
        for mut run in runs.collect::<Vec<_>>() {
            assert!(run.wait().expect("it ends").success());
        }
        let texts = BASELINE.map(|name| fs::read_to_string(to.path().join(name)).expect("the file is readable"));
        let lines = |text: &str, line: &str| text.lines().filter(|other| *other == line).count();
        let counts = ["one", "two"].map(|line| texts.each_ref().map(|text| lines(text, line)));
        assert!([[[1000, 1000], [0, 0]], [[0, 0], [1000, 1000]]].contains(&counts), "a mix: {counts:?}");
        assert!(!to.path().join(".xtask-write").exists());
    }
}

#[test]
fn a_first_run_that_was_killed_is_no_foreign_directory() {
    let expected = Crate::new();
    let directory = tempfile::tempdir().expect("a temporary directory");
    let out = directory.path().join("out");
    // All are staged, and the first ones are there.
    let killed = regen_until(60, &out);
    assert_eq!(killed.code, None, "{killed:?}");
    assert!(files(&out).keys().any(|name| name.starts_with(".xtask-write/")));
    cli::regen(&workspace().join("spec/jsm-ops.json"), &out).succeeded();
    assert_eq!(differing(&files(&out), &files(expected.path())), [""; 0]);
}

#[cfg(unix)]
#[test]
fn links_are_refused_and_what_they_lead_to_stays() {
    use std::os::unix::fs::symlink;
    let generated = Crate::new();
    let elsewhere = tempfile::tempdir().expect("a temporary directory");
    let sources = elsewhere.path().join("src");
    fs::rename(generated.join("src"), &sources).expect("the directory can be moved");
    symlink(&sources, generated.join("src")).expect("the link can be made");
    let before = files(&sources);
    let spec = workspace().join("spec/jsm-ops.json");
    cli::regen(&spec, generated.path()).failed(&["/src: it is a symbolic link", "nothing was changed", "--out"]);
    assert_eq!(differing(&before, &files(&sources)), [""; 0]);
    // A link in the way of a temporary file, and one in the way of the stage.
    fs::remove_file(generated.join("src")).expect("the link can be removed");
    fs::rename(&sources, generated.join("src")).expect("the directory can be moved");
    let victim = elsewhere.path().join("victim");
    fs::write(&victim, "mine").expect("the file can be written");
    generated.write("src/client.rs", b"// stale\n");
    for name in ["src/.lib.rs.new", ".xtask-write"] {
        symlink(&victim, generated.join(name)).expect("the link can be made");
        cli::regen(&spec, generated.path()).failed(&[name, "it is a symbolic link", "nothing was changed"]);
        assert_eq!(fs::read_to_string(&victim).expect("the file is readable"), "mine");
        fs::remove_file(generated.join(name)).expect("the link can be removed");
    }
    cli::regen(&spec, generated.path()).succeeded();
}
