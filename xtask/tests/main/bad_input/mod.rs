//! What `regen --check` rejects: always with exit code 1, the place, and what to do next, and with
//! the crate left as it was.

mod disk;
mod form;
mod hostile;
mod killed;
mod names;
mod operations;
mod overlay;
mod overlay_files;
mod repairs;
mod schemas;
mod stale;

use std::{ffi::OsStr, path::Path};

use crate::support::{
    cli::{self, Ran},
    directory::{Crate, Snapshot},
    document::{OverlayCopy, TempFile},
};

/// One test per row: its name, the text of a document, and what the complaint about it must hold.
macro_rules! rejected {
    ($($name:ident: $document:expr => [$($part:expr),+ $(,)?];)+) => {$(
        #[test]
        fn $name() {
            crate::bad_input::rejects($document, &[$($part),+]);
        }
    )+};
}
use rejected;

/// Runs `regen` with the text of a document, which must be rejected and leave the crate untouched.
#[track_caller]
fn rejects(document: impl AsRef<str>, parts: &[&str]) -> String {
    let spec = TempFile::new("document", document.as_ref());
    let complaint = rejected_untouched(&["--check".as_ref(), "--spec".as_ref(), spec.path().as_os_str()], parts);
    let path = spec.path().to_str().expect("the path is text");
    assert!(complaint.contains(path), "the complaint does not name the file:\n{complaint}");
    complaint
}

/// Runs `regen` with an overlay, which must be rejected and leave the crate untouched.
#[track_caller]
fn rejects_overlay(overlay: &OverlayCopy, parts: &[&str]) -> String {
    rejected_untouched(&["--check".as_ref(), "--overlay".as_ref(), overlay.path().as_os_str()], parts)
}

#[track_caller]
fn rejected_untouched(options: &[&OsStr], parts: &[&str]) -> String {
    let generated = Crate::new();
    let before = Snapshot::of(generated.path());
    let ran = regen_with(options, generated.path());
    assert_eq!(ran.stdout, "", "a failed run reports nothing");
    let complaint = ran.failed(parts);
    before.assert_unchanged(generated.path());
    complaint
}

fn regen_with(options: &[&OsStr], out: &Path) -> Ran {
    cli::xtask([&["regen".as_ref(), "--out".as_ref(), out.as_os_str()], options].concat())
}
