//! What the tests have in common.

pub mod cli;
pub mod directory;
pub mod document;
pub mod pending;
pub mod places;
pub mod server;
pub mod source;

use std::path::{Path, PathBuf};

/// The directory of the workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace").to_owned()
}
