//! The last release, and what changed since.

use std::{fs, io, path::Path};

use crate::{
    pipeline::Output,
    public_api::{self, PublicApi, change::ApiChange, compare as api},
    wire::{
        self, Wire,
        compare::{self as requests, WireChange},
    },
};

/// What the last release offered and sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    public_api: PublicApi,
    wire: Wire,
}

/// Why there is nothing to compare with.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// A file is not there or cannot be read.
    #[error("{path}: cannot read what the last release offered: {reason}\n    help: restore it from git")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        reason: io::Error,
    },
    /// A file has another form.
    #[error("{path}: what the last release offered is damaged: {reason}\n    help: restore it from git")]
    Damaged {
        /// The file.
        path: String,
        /// Where and why.
        reason: String,
    },
}

/// The changes since the last release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Changes of the public API.
    pub api: Vec<ApiChange>,
    /// Changes of requests.
    pub wire: Vec<WireChange>,
}

impl Released {
    /// Reads the files of the last release from a directory.
    pub fn read(directory: &Path) -> Result<Self, BaselineError> {
        let text = |file: &str| {
            let path = directory.join(file);
            let shown = path.display().to_string();
            let text = fs::read_to_string(&path);
            text.map(|text| (shown.clone(), text)).map_err(|reason| BaselineError::Unreadable { path: shown, reason })
        };
        let damaged = |path: String, error: &dyn ToString| BaselineError::Damaged { path, reason: error.to_string() };
        let (path, api) = text(public_api::FILE)?;
        let public_api = PublicApi::read(&api).map_err(|error| damaged(path, &error))?;
        let (path, wire) = text(wire::FILE)?;
        let wire = Wire::read(&wire).map_err(|error| damaged(path, &error))?;
        Ok(Self { public_api, wire })
    }

    /// What changed since.
    pub fn changes(&self, output: &Output) -> Changes {
        let api = api::compare(&self.public_api, &output.public_api);
        Changes { api, wire: requests::compare(&self.wire, &output.wire) }
    }
}
