//! The published document itself, where it is at hand: it gives the committed facts and crate, and
//! none of its sentences is here.

mod facts;
mod prose;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use crate::support::{source, workspace};

/// The published document that `spec/` was taken from, or `None` where it is absent and may be. In
/// CI it must be there.
pub fn published() -> Option<PathBuf> {
    let given = env::var_os("JSM_OPS_UPSTREAM").map(PathBuf::from);
    let path = given.unwrap_or_else(|| workspace().join("../shared/upstream/jsm-ops.v3.json"));
    if path.is_file() {
        return is_of_spec(&path).then_some(path);
    }
    assert!(
        !in_ci(),
        "CI runs without the published document: set JSM_OPS_UPSTREAM to its path, which is not {}",
        path.display()
    );
    eprintln!("skipped: the published document is not here (JSM_OPS_UPSTREAM)");
    None
}

/// Whether the facts in `spec/` were taken from a document. After an update, what lies beside the
/// repository may be the old one. `.ci/run` fails then.
fn is_of_spec(path: &Path) -> bool {
    let bytes = fs::read(path).expect("the published document is readable");
    let sha256: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let same = sha256 == source::text("sha256");
    if !same {
        eprintln!("skipped: spec/ was not taken from {}; set JSM_OPS_UPSTREAM to its document", path.display());
    }
    same
}

pub fn in_ci() -> bool {
    env::var("CI").is_ok_and(|value| !["", "0", "false"].contains(&value.as_str()))
}

/// The text of the published document.
fn text(published: &Path) -> String {
    fs::read_to_string(published).expect("the published document is readable")
}
