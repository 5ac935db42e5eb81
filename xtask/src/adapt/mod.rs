//! Gives a correct document the shape that progenitor and a tolerant client need.
//!
//! The passes treat every place alike: none depends on the name of an operation or schema. What
//! progenitor and typify cannot express becomes a value of [`crate::model`]. [`crate::types`] and
//! [`crate::render`] write the code from these values.

pub mod areas;
pub mod deprecated;
pub mod errors;
pub mod extract;
pub mod inline_aliases;
pub mod media_types;
pub mod member_names;
pub mod merge;
pub mod name_inline;
pub mod operation_names;
pub mod required;
pub mod simplify;

use std::collections::BTreeMap;

use crate::{
    document::{Document, reach::Reach},
    model::Model,
    overlay::Overlay,
    problem::Problems,
};

/// A document in the shape that progenitor takes, and the model of what generated code needs.
#[derive(Debug, Clone)]
pub struct Adapted {
    /// The input of progenitor.
    pub document: Document,
    /// What generated code is made of.
    pub model: Model,
    /// Where schemas stood that got a name, by their names.
    pub inline: BTreeMap<String, String>,
    /// What the overlay has wrong, and parts of the document that the model cannot express.
    /// [`crate::preflight`] reports them with its own problems.
    pub problems: Problems,
    /// What was left out, and a maintainer should know.
    pub notes: Problems,
}

/// Runs only the passes that progenitor needs, for comparison.
pub fn minimal(mut document: Document, overlay: &Overlay) -> Document {
    // A full run, which comes first, reports the problems.
    operation_names::assign(&mut document, overlay, &mut Problems::new());
    errors::drop_declared(&mut document);
    media_types::choose(&mut document, &mut Problems::new());
    extract::request_bodies::extract(&mut document, &mut Problems::new());
    simplify::simplify(&mut document);
    required::declared_only(&mut document, &mut Problems::new());
    member_names::rename(&mut document, &mut Problems::new());
    name_inline::name_inline(&mut document);
    document
}

/// Runs all passes.
pub fn adapt(mut document: Document, overlay: &Overlay) -> Adapted {
    let (mut problems, mut notes) = (Problems::new(), Problems::new());
    operation_names::assign(&mut document, overlay, &mut problems);
    errors::drop_declared(&mut document);
    media_types::choose(&mut document, &mut notes);
    let bodies = extract::request_bodies::extract(&mut document, &mut notes);
    let deprecated = deprecated::mark(&mut document);
    simplify::simplify(&mut document);
    required::declared_only(&mut document, &mut notes);
    member_names::rename(&mut document, &mut notes);
    let declared = document.schemas().map(|(name, _)| name.to_owned()).collect();
    let inline = name_inline::name_inline(&mut document);
    let equal = overlay.merge_groups(&document);
    let merged = merge::merge(&mut document, &equal, &mut problems);
    let aliases = inline_aliases::inline(&mut document, &mut problems);
    // A document in another order gives the same code.
    document.root_mut().sort_all_objects();
    extract::unions::sort(&mut document);
    let reach = Reach::of(&document);
    let sent = reach.sent(&document);
    let enums = extract::enums::extract(&document, &mut notes);
    let unions = extract::unions::extract(&document, &sent, &mut problems);
    let mut operations = extract::operations::extract(&document, &bodies, overlay, &mut problems);
    extract::queued_writes::check(&mut operations, &document, overlay, &mut problems);
    let objects = extract::objects::extract(&reach, &sent, &document, overlay);
    let model = Model { operations, enums, unions, objects, aliases, declared, merged, deprecated };
    Adapted { document, model, inline, problems, notes }
}
