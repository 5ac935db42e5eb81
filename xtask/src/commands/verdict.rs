//! What the changes since the last release mean for users of the crate.

use std::io;

use super::output::{counted, line};
use crate::{
    public_api::{change::RustVerdict, compare as api},
    release::{BaselineError, Changes},
    wire::compare as requests,
};

/// The most changes that are printed of those that do not break.
const MAX_CHANGES: usize = 40;

/// Prints the verdict, or why there is none.
pub fn report(changes: &Result<Changes, &BaselineError>, verbose: bool) -> io::Result<()> {
    match changes {
        Ok(changes) => report_changes(changes, verbose),
        Err(error) => line!("Rust        unknown: {error}"),
    }
}

/// Prints all that breaks, all that changes requests, and the rest up to a size.
fn report_changes(changes: &Changes, verbose: bool) -> io::Result<()> {
    let Changes { api, wire } = changes;
    let (breaking, others): (Vec<_>, Vec<_>) = api.iter().partition(|change| change.verdict == RustVerdict::Breaking);
    let all = counted(api.len(), "change");
    match api::verdict(api) {
        RustVerdict::None => line!("Rust        none: no change since the last release")?,
        RustVerdict::Breaking => line!(
            "Rust        breaking: {} of {all} since the last release; this needs a new minor version",
            breaking.len()
        )?,
        verdict => line!("Rust        {verdict}: {all} since the last release")?,
    }
    breaking.iter().try_for_each(|change| line!("  {change}  (breaking)"))?;
    let shown = if verbose { others.len() } else { MAX_CHANGES };
    for change in others.iter().take(shown) {
        let note = if change.verdict == RustVerdict::Deprecation { "  (deprecation)" } else { "" };
        line!("  {change}{note}")?;
    }
    if others.len() > shown {
        line!("  … and {} more that do not break; --verbose lists them all", others.len() - shown)?;
    }
    match wire.len() {
        0 => line!("wire        {}: unchanged code sends the same requests", requests::verdict(wire))?,
        count => line!("wire        {}: {} of requests", requests::verdict(wire), counted(count, "change"))?,
    }
    wire.iter().try_for_each(|change| line!("  {change}"))
}
