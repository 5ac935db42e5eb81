//! The published document itself, where it is at hand: it gives the committed facts and crate, and
//! none of its sentences is here.

mod facts;
mod prose;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::support::workspace;

/// The published document, or `None` where it is absent and may be. In CI it must be there.
pub fn published() -> Option<PathBuf> {
    let given = env::var_os("JSM_OPS_UPSTREAM").map(PathBuf::from);
    let path = given.unwrap_or_else(|| workspace().join("../shared/upstream/jsm-ops.v3.json"));
    if path.is_file() {
        return Some(path);
    }
    assert!(
        !in_ci(),
        "CI runs without the published document: set JSM_OPS_UPSTREAM to its path, which is not {}",
        path.display()
    );
    eprintln!("skipped: the published document is not here (JSM_OPS_UPSTREAM)");
    None
}

pub fn in_ci() -> bool {
    env::var("CI").is_ok_and(|value| !["", "0", "false"].contains(&value.as_str()))
}

/// The text of the published document.
fn text(published: &Path) -> String {
    fs::read_to_string(published).expect("the published document is readable")
}
