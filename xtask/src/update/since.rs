//! What changed between two runs of the generator, of which one had the last document.

use super::operations::OperationChanges;
use crate::{
    pipeline::Output,
    public_api::{change::ApiChange, compare as api},
    wire::compare::{self as requests, WireChange},
};

/// What changed since the last document.
#[derive(Debug)]
pub struct Since<'a> {
    /// The operations.
    pub operations: OperationChanges<'a>,
    /// The public API.
    pub api: Vec<ApiChange>,
    /// What calls send.
    pub wire: Vec<WireChange>,
    /// The results of both runs.
    pub runs: [&'a Output; 2],
}

impl<'a> Since<'a> {
    /// Compares two runs with the same overlay and the same repairs.
    pub fn of(old: &'a Output, new: &'a Output) -> Self {
        Self {
            operations: OperationChanges::of(old, new),
            api: api::compare(&old.public_api, &new.public_api),
            wire: requests::compare(&old.wire, &new.wire),
            runs: [old, new],
        }
    }

    /// How many operations are new, changed, gone, and newly deprecated.
    pub fn counts(&self) -> String {
        let OperationChanges { new, changed, gone, deprecated, .. } = &self.operations;
        let [new, changed, gone, deprecated] = [new.len(), changed.len(), gone.len(), deprecated.len()];
        format!("operations: {new} new, {changed} changed, {gone} gone, {deprecated} newly deprecated")
    }
}
