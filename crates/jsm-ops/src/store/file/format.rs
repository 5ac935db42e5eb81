//! The JSON format of a file of grants.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    grant::{Grant, invalid::InvalidGrant, key::GrantKey, record::GrantRecord},
    secret_string::SecretString,
    store::error::StoreError,
};

/// The version that this code writes. A file of a newer version is read if it has the same fields,
/// and is never changed: this code does not know what else belongs together there.
const VERSION: u64 = 1;

/// A file with one grant or many, in the same form.
pub(super) struct StoreFile {
    version: u64,
    grants: Vec<(GrantKey, Grant, Map<String, Value>)>,
    unknown: Map<String, Value>,
}

#[derive(Deserialize)]
struct DocumentToRead {
    version: u64,
    grants: Vec<EntryToRead>,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

#[derive(Deserialize)]
struct EntryToRead {
    key: GrantKey,
    grant: GrantRecord,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

#[derive(Serialize)]
struct DocumentToWrite<'a> {
    version: u64,
    grants: Vec<EntryToWrite<'a>>,
    #[serde(flatten)]
    unknown: &'a Map<String, Value>,
}

#[derive(Serialize)]
struct EntryToWrite<'a> {
    key: &'a GrantKey,
    grant: &'a GrantRecord,
    #[serde(flatten)]
    unknown: &'a Map<String, Value>,
}

impl Default for StoreFile {
    fn default() -> Self {
        Self { version: VERSION, grants: Vec::new(), unknown: Map::new() }
    }
}

impl StoreFile {
    /// Reads the content of the file at `path`.
    pub(super) fn parse(path: &Path, json: &[u8]) -> Result<Self, StoreError> {
        let read: DocumentToRead = serde_json::from_slice(json)
            .map_err(|error| StoreError::damaged(path.display().to_string(), InvalidGrant::from_json_error(&error)))?;
        let grants = read.grants.into_iter().map(|entry| (entry.key, entry.grant.into(), entry.unknown)).collect();
        Ok(Self { version: read.version, grants, unknown: read.unknown })
    }

    /// Fails if this code must not change the file.
    pub(super) fn check_version(&self, path: &Path) -> Result<(), StoreError> {
        if self.version <= VERSION {
            return Ok(());
        }
        Err(StoreError::newer_version(path.display(), self.version, VERSION))
    }

    pub(super) fn grant(&self, key: &GrantKey) -> Option<&Grant> {
        self.grants.iter().find(|(stored, ..)| stored == key).map(|(_, grant, _)| grant)
    }

    pub(super) fn put(&mut self, key: &GrantKey, grant: &Grant) {
        match self.grants.iter_mut().find(|(stored, ..)| stored == key) {
            Some((_, stored, _)) => *stored = grant.clone(),
            None => self.grants.push((key.clone(), grant.clone(), Map::new())),
        }
    }

    pub(super) fn remove(&mut self, key: &GrantKey) {
        self.grants.retain(|(stored, ..)| stored != key);
    }

    /// Whether the file holds no data.
    pub(super) fn is_disposable(&self) -> bool {
        self.grants.is_empty() && self.unknown.is_empty()
    }

    /// The JSON, tokens included.
    pub(super) fn to_json(&self) -> SecretString {
        let entries = self.grants.iter();
        let document = DocumentToWrite {
            version: self.version,
            grants: entries.map(|(key, grant, unknown)| EntryToWrite { key, grant: grant.record(), unknown }).collect(),
            unknown: &self.unknown,
        };
        // Maps with string keys, strings and times always serialize.
        SecretString::new(serde_json::to_string_pretty(&document).unwrap_or_default())
    }
}
