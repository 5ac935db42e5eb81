//! Why an overlay cannot be used.

use std::{error::Error, io, path::PathBuf};

use crate::problem::Problems;

/// Why an overlay cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OverlayError {
    /// A directory cannot be read.
    #[error("cannot read the overlay {}", path.display())]
    Io {
        /// The directory.
        path: PathBuf,
        /// The reason of the system.
        source: io::Error,
    },
    /// Files that cannot be read, or entries that are invalid.
    #[error("the overlay {} has {problems}", path.display())]
    Content {
        /// The directory of the overlay.
        path: PathBuf,
        /// What is wrong with them.
        problems: Problems,
    },
}

impl OverlayError {
    /// The error with its cause and with what to do.
    pub fn report(&self) -> String {
        let help = match self {
            Self::Io { .. } => "\n    help: pass the directory of the overlay with --overlay",
            Self::Content { .. } => "",
        };
        let cause = self.source().map(|source| format!(": {source}")).unwrap_or_default();
        format!("{self}{cause}{help}")
    }
}
