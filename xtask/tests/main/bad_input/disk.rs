//! Directories that cannot be written to.

#![cfg(unix)]

use std::{
    fs::{self, Permissions},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::support::{
    cli::{self, Ran},
    directory::{Crate, Snapshot, files},
    workspace,
};

/// A user and a group without any rights.
const UNPRIVILEGED: u32 = 65_534;

/// A copy of the binary and its input that every user may read, for a user to whom the workspace
/// may be closed.
struct Stage {
    directory: TempDir,
    /// Whether the run must change its user, because modes do not count for the one who runs the
    /// tests.
    as_unprivileged: bool,
}

impl Stage {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        set_mode(directory.path(), 0o755);
        let stage = Self { as_unprivileged: modes_do_not_count(directory.path()), directory };
        for (from, name) in [(PathBuf::from(env!("CARGO_BIN_EXE_xtask")), "xtask"), (spec("jsm-ops.json"), "spec")] {
            fs::copy(from, stage.join(name)).expect("the file can be copied");
            set_mode(&stage.join(name), 0o755);
        }
        for directory in ["overlay", "overlay/examples"] {
            fs::create_dir(stage.join(directory)).expect("the directory can be made");
            set_mode(&stage.join(directory), 0o755);
        }
        for (name, content) in files(&spec("overlay")) {
            let copy = stage.join(&format!("overlay/{name}"));
            fs::write(&copy, content).expect("the file can be written");
            set_mode(&copy, 0o755);
        }
        stage
    }

    fn join(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn regen(&self, out: &Path) -> Ran {
        let mut command = cli::command(&self.join("xtask"));
        command
            .arg("regen")
            .arg("--spec")
            .arg(self.join("spec"))
            .arg("--overlay")
            .arg(self.join("overlay"))
            .arg("--out")
            .arg(out);
        if self.as_unprivileged {
            command.uid(UNPRIVILEGED).gid(UNPRIVILEGED);
        }
        cli::run(&mut command)
    }
}

fn spec(name: &str) -> PathBuf {
    workspace().join("spec").join(name)
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("the mode can be set");
}

/// Whether the user who runs the tests writes into directories that are closed to every user: root
/// does.
fn modes_do_not_count(directory: &Path) -> bool {
    let closed = directory.join("closed");
    fs::create_dir(&closed).expect("the directory can be made");
    set_mode(&closed, 0o555);
    let written = fs::write(closed.join("file"), "").is_ok();
    set_mode(&closed, 0o755);
    fs::remove_dir_all(&closed).expect("the directory can be removed");
    written
}

/// Runs `regen` into a directory that fails at `failing`, and must look as before when its
/// modes are open again.
fn fails_and_leaves_as_it_was(stage: &Stage, out: &Path, closed: &[PathBuf], failing: &Path) {
    let before = Snapshot::of(out);
    closed.iter().for_each(|directory| set_mode(directory, 0o555));
    let ran = stage.regen(out);
    closed.iter().for_each(|directory| set_mode(directory, 0o755));
    assert_eq!(ran.stdout, "", "a failed run reports nothing");
    ran.failed(&[
        "cannot write ",
        failing.to_str().expect("the path is text"),
        "Permission denied",
        "nothing was changed",
        "--out",
    ]);
    before.assert_unchanged(out);
}

#[test]
fn an_empty_directory_that_cannot_be_written_to_is_named_and_left_empty() {
    let stage = Stage::new();
    let out = stage.join("out");
    fs::create_dir(&out).expect("the directory can be made");
    fails_and_leaves_as_it_was(&stage, &out, std::slice::from_ref(&out), &out.join("Cargo.toml"));
}

#[test]
fn a_stale_crate_that_cannot_be_written_to_is_named_and_left_as_it_was() {
    let stage = Stage::new();
    let generated = Crate::new();
    generated.write("src/client.rs", b"// stale\n");
    let closed = [generated.path().to_owned(), generated.join("src"), generated.join("tests")];
    fails_and_leaves_as_it_was(&stage, generated.path(), &closed, &generated.join("src/client.rs"));
}

/// The manifest can be staged, the sources cannot: what was staged has to go again.
#[test]
fn a_directory_that_can_be_written_to_in_part_is_left_as_it_was() {
    let stage = Stage::new();
    let generated = Crate::new();
    let manifest = fs::read_to_string(generated.join("Cargo.toml")).expect("the manifest is readable");
    generated.write("Cargo.toml", format!("{manifest}# by hand\n").as_bytes());
    generated.write("src/client.rs", b"// stale\n");
    set_mode(generated.path(), 0o777);
    fails_and_leaves_as_it_was(&stage, generated.path(), &[generated.join("src")], &generated.join("src/client.rs"));
}

/// All can be staged and the stray file cannot be removed: what took its place already has to go
/// back.
#[test]
fn a_stray_file_that_cannot_be_removed_puts_everything_back() {
    let stage = Stage::new();
    let generated = Crate::new();
    generated.write("src/client.rs", b"// stale\n");
    generated.write("old/stray.rs", b"// stray\n");
    let before = Snapshot::of(generated.path());
    for directory in ["", "src", "tests"] {
        set_mode(&generated.join(directory), 0o777);
    }
    set_mode(&generated.join("old"), 0o555);
    let ran = stage.regen(generated.path());
    let stray = generated.join("old/stray.rs");
    ran.failed(&["cannot remove ", stray.to_str().expect("the path is text"), "Permission denied", "nothing was changed"]);
    set_mode(&generated.join("old"), 0o755);
    before.assert_unchanged(generated.path());
}
