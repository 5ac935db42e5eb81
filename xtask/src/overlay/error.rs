//! Why an overlay cannot be used.

use std::{error::Error, io, path::PathBuf};

use crate::problem::Problems;

/// Why an overlay cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OverlayError {
    /// A file or the directory cannot be read.
    #[error("cannot read the overlay {}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The reason of the system.
        source: io::Error,
    },
    /// A file is not YAML.
    #[error("the overlay {} is not valid YAML", path.display())]
    Yaml {
        /// The path of the file that is not YAML.
        path: PathBuf,
        /// The reason of the parser, with line and column.
        source: serde_yaml::Error,
    },
    /// The files are readable, and entries in them are invalid.
    #[error("the overlay {} has {problems}", path.display())]
    Content {
        /// The directory of the overlay.
        path: PathBuf,
        /// The invalid entries.
        problems: Problems,
    },
}

impl OverlayError {
    /// The error with its cause and with what to do.
    pub fn report(&self) -> String {
        let help = match self {
            Self::Io { .. } => "\n    help: give --overlay the directory of the overlay",
            Self::Yaml { .. } => "\n    help: correct the file",
            Self::Content { .. } => "",
        };
        let cause = self.source().map(|source| format!(": {source}")).unwrap_or_default();
        format!("{self}{cause}{help}")
    }
}
