//! The document is right, or merely odd, and progenitor or a tolerant client needs another shape.
//!
//! The passes treat every place alike; none of them knows the name of an operation or schema. What progenitor and typify
//! cannot express well is lifted out of the document: open enums and unions leave it as values of their own, from which
//! [`crate::polish`] writes the code.

pub mod bodies;
pub mod calls;
pub mod enums;
pub mod errors;
pub mod hoist;
pub mod merge;
pub mod names;
pub mod objects;
pub mod pages;
pub mod plain;
pub mod simplify;
pub mod unions;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    document::{Document, reach::Reach},
    overlay::Overlay,
    problem::Problems,
};

/// A document in the shape that progenitor takes, and what was lifted out of it.
#[derive(Debug, Clone)]
pub struct Adapted {
    /// The document.
    pub document: Document,
    /// Operations without an entry in the overlay, with the names that they got.
    pub unnamed: Vec<names::Unnamed>,
    /// String enums, which stay open for values that this document does not know.
    pub enums: Vec<enums::OpenEnum>,
    /// Schemas with alternatives.
    pub unions: Vec<unions::Union>,
    /// Operations as calls.
    pub calls: Vec<calls::Call>,
    /// Objects, by their schemas.
    pub objects: BTreeMap<String, objects::Object>,
    /// The named schemas that requests hold.
    pub sent: BTreeSet<String>,
    /// Plain schemas by their names, which the document no longer has.
    pub plain: BTreeMap<String, Value>,
    /// The names of schemas that the document itself has.
    pub declared: BTreeSet<String>,
    /// The names that merged schemas have together, by the names that they had.
    pub merged: BTreeMap<String, String>,
    /// Operations that come to one name, and what the lifted parts cannot express; [`crate::preflight`] reports them with its own
    /// findings.
    pub problems: Problems,
}

/// Runs only the passes without which progenitor gives nothing, for comparison.
pub fn least(mut document: Document, overlay: &Overlay) -> Document {
    // Whoever compares has generated before, and that reports the problems.
    names::assign(&mut document, overlay, &mut Problems::new());
    errors::drop_declared(&mut document);
    bodies::lift(&mut document);
    simplify::simplify(&mut document);
    hoist::hoist(&mut document);
    document
}

/// Runs all passes.
pub fn adapt(mut document: Document, overlay: &Overlay) -> Adapted {
    let mut problems = Problems::new();
    let unnamed = names::assign(&mut document, overlay, &mut problems);
    errors::drop_declared(&mut document);
    let bodies = bodies::lift(&mut document);
    simplify::simplify(&mut document);
    let declared = document.schemas().map(|(name, _)| name.to_owned()).collect();
    hoist::hoist(&mut document);
    let equal = overlay.merge_groups(&document);
    let merged = merge::merge(&mut document, &equal, &mut problems);
    let plain = plain::inline(&mut document, &mut problems);
    // A vendor who only reorders the document changes nothing of ours.
    document.root_mut().sort_all_objects();
    let enums = enums::lift(&document, &mut problems);
    let unions = unions::lift(&document, &mut problems);
    let calls = calls::describe(&document, &bodies, overlay, &mut problems);
    calls::check_followed(&calls, &document, &mut problems);
    let reach = Reach::of(&document);
    let sent = reach.sent(&document);
    let objects = objects::describe(&reach, &sent, &document, overlay);
    let sent = sent.into_iter().map(str::to_owned).collect();
    Adapted { document, unnamed, enums, unions, calls, objects, sent, plain, declared, merged, problems }
}
