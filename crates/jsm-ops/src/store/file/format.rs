//! What stands in a file of grants.

use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::{
    grant::{Grant, invalid::InvalidGrant, key::GrantKey, record::GrantRecord},
    secret_string::SecretString,
    store::error::StoreError,
};

/// The version that this code writes. A file of a newer version keeps its number: its fields are kept too.
const VERSION: u64 = 1;

/// A file, as it is read and written: one grant or many, in the same form.
pub(super) struct Document {
    version: u64,
    grants: Vec<(GrantKey, Grant, Map<String, Value>)>,
    unknown: Map<String, Value>,
}

#[derive(Deserialize)]
struct Reading {
    version: u64,
    grants: Vec<ReadEntry>,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

#[derive(Deserialize)]
struct ReadEntry {
    key: GrantKey,
    grant: GrantRecord,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

#[derive(Serialize)]
struct Writing<'a> {
    version: u64,
    grants: Vec<WriteEntry<'a>>,
    #[serde(flatten)]
    unknown: &'a Map<String, Value>,
}

#[derive(Serialize)]
struct WriteEntry<'a> {
    key: &'a GrantKey,
    grant: &'a GrantRecord,
    #[serde(flatten)]
    unknown: &'a Map<String, Value>,
}

impl Default for Document {
    fn default() -> Self {
        Self { version: VERSION, grants: Vec::new(), unknown: Map::new() }
    }
}

impl Document {
    /// Reads a file; none where there is none.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, StoreError> {
        let text = match fs::read(path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::io("read", path.display(), error)),
        };
        let read: Reading = serde_json::from_slice(&text)
            .map_err(|error| StoreError::damaged(path.display().to_string(), InvalidGrant::at(&error)))?;
        let grants = read.grants.into_iter().map(|entry| (entry.key, entry.grant.into(), entry.unknown)).collect();
        Ok(Some(Self { version: read.version, grants, unknown: read.unknown }))
    }

    pub(super) fn grant(&self, key: &GrantKey) -> Option<&Grant> {
        self.grants.iter().find(|(there, ..)| there == key).map(|(_, grant, _)| grant)
    }

    pub(super) fn put(&mut self, key: GrantKey, grant: Grant) {
        match self.grants.iter_mut().find(|(there, ..)| *there == key) {
            Some((_, there, _)) => *there = grant,
            None => self.grants.push((key, grant, Map::new())),
        }
    }

    pub(super) fn remove(&mut self, key: &GrantKey) {
        self.grants.retain(|(there, ..)| there != key);
    }

    /// Whether there is nothing in it that would be missed.
    pub(super) fn is_disposable(&self) -> bool {
        self.grants.is_empty() && self.unknown.is_empty()
    }

    /// The text, tokens and all.
    pub(super) fn to_json(&self) -> SecretString {
        let entries = self.grants.iter();
        let writing = Writing {
            version: self.version,
            grants: entries.map(|(key, grant, unknown)| WriteEntry { key, grant: grant.record(), unknown }).collect(),
            unknown: &self.unknown,
        };
        // Maps with text keys, texts and times have no way to fail.
        SecretString::new(serde_json::to_string_pretty(&writing).unwrap_or_default())
    }
}
