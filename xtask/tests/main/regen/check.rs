//! `regen --check` tells what is stale and touches nothing; a run without it puts everything right.

use std::{fs, path::Path};

use crate::support::{
    cli::{self, Ran},
    directory::{Crate, Snapshot, committed, crate_files, differing, files},
    pending::is_pending,
    workspace,
};

fn check(out: &Path) -> Ran {
    cli::xtask(["regen".as_ref(), "--check".as_ref(), "--out".as_ref(), out.as_os_str()])
}

/// A crate with one edited file, one missing file, and two stray files.
fn damaged() -> Crate {
    let generated = Crate::new();
    let library = fs::read_to_string(generated.join("src/lib.rs")).expect("the file is readable");
    let edited = library.replacen("pub mod types;", "pub mod types; // by hand", 1);
    assert_ne!(edited, library, "there is a line to edit");
    generated.write("src/lib.rs", edited.as_bytes());
    fs::remove_file(generated.join("src/base_urls.rs")).expect("the file can be removed");
    generated.write("src/stray.rs", b"//! A stray file.\n");
    generated.write("src/deep/stray.rs", b"//! Another stray file.\n");
    generated
}

#[test]
fn a_fresh_crate_passes_the_check_and_is_not_touched() {
    if is_pending() {
        return;
    }
    let generated = Crate::new();
    let before = Snapshot::of(generated.path());
    let ran = check(generated.path()).succeeded();
    assert_eq!(
        ran.stdout,
        format!("{} is what `cargo xtask regen` writes: {} files\n", generated.path().display(), crate_files())
    );
    before.assert_unchanged(generated.path());
}

#[test]
fn a_damaged_crate_fails_the_check_with_a_diff_and_is_not_touched() {
    if is_pending() {
        return;
    }
    let generated = damaged();
    let before = Snapshot::of(generated.path());
    let ran = check(generated.path());
    before.assert_unchanged(generated.path());
    for part in [
        "--- src/lib.rs\n+++ src/lib.rs\n",
        "-pub mod types; // by hand\n",
        "+pub mod types;\n",
        "--- src/base_urls.rs\n+++ src/base_urls.rs\n",
        "+pub struct BaseUrls {\n",
        "--- src/stray.rs\n    no run writes this file\n",
        "--- src/deep/stray.rs\n    no run writes this file\n",
    ] {
        assert!(ran.stdout.contains(part), "`{part}` is not in\n{}", ran.stdout);
    }
    assert_eq!(ran.stdout.matches("\n+++ ").count(), 2, "two files have a diff:\n{}", ran.stdout);
    let stale = format!("error: 4 files of {} are stale\n", generated.path().display());
    ran.failed(&[&stale, "run `cargo xtask regen`"]);
}

#[test]
fn a_run_puts_a_damaged_crate_right() {
    let generated = damaged();
    let untouched =
        fs::metadata(generated.join("src/types/shared.rs")).and_then(|data| data.modified()).expect("files have a time");
    let ran =
        cli::xtask(["regen".as_ref(), "--verbose".as_ref(), "--out".as_ref(), generated.path().as_os_str()]).succeeded();
    assert_eq!(
        ran.line("files "),
        format!("2 written, 2 removed, {} unchanged in {}", crate_files() - 2, generated.path().display())
    );
    for (line, count) in [
        ("  written src/lib.rs", 1),
        ("  written src/base_urls.rs", 1),
        ("  removed src/stray.rs", 1),
        ("  removed src/deep/stray.rs", 1),
    ] {
        assert_eq!(ran.stdout.lines().filter(|found| *found == line).count(), count, "{line} in\n{}", ran.stdout);
    }
    assert_eq!(differing(&files(generated.path()), &committed()), [""; 0]);
    assert!(!generated.join("src/deep").exists(), "a directory that a stray file leaves empty goes with it");
    let after =
        fs::metadata(generated.join("src/types/shared.rs")).and_then(|data| data.modified()).expect("files have a time");
    assert_eq!(after, untouched, "a file that is right is not written again");
    check(generated.path()).succeeded();
}

/// A long diff is cut, and says so.
#[test]
fn a_long_diff_is_cut_after_two_hundred_lines() {
    if is_pending() {
        return;
    }
    let generated = Crate::new();
    generated.write("src/operations.rs", b"");
    let ran = check(generated.path());
    let whole = committed()["src/operations.rs"].iter().filter(|byte| **byte == b'\n').count();
    // The two names and the line with the place of the hunk stand before the lines of the file.
    assert_eq!(ran.line("… and "), format!("{} lines more", whole + 3 - 200));
    assert_eq!(ran.stdout.lines().count(), 201);
    ran.failed(&["stale"]);
}

#[test]
fn a_directory_without_a_generated_crate_is_rejected_untouched() {
    for manifest in [None, Some("[package]\nname = \"thesis\"\n")] {
        let directory = tempfile::tempdir().expect("a temporary directory");
        fs::write(directory.path().join("thesis.txt"), "years of work").expect("the file can be written");
        if let Some(manifest) = manifest {
            fs::write(directory.path().join("Cargo.toml"), manifest).expect("the file can be written");
        }
        let before = Snapshot::of(directory.path());
        let path = directory.path().to_str().expect("the path is text");
        let parts =
            [path, "no Cargo.toml of a generated crate", "nothing was changed", "pass an empty directory with --out"];
        cli::regen(&workspace().join("spec/jsm-ops.json"), directory.path()).failed(&parts);
        check(directory.path()).failed(&parts);
        before.assert_unchanged(directory.path());
    }
}
