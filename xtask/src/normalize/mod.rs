//! One form for what OpenAPI can say in several: a document of OpenAPI 3.1 becomes one of 3.0,
//! references to parts of operations are replaced by the parts, and names and media types get their
//! plain form.
//!
//! The stage comes before the repairs, which find their places in this form. A document in this
//! form does not change. So the facts in `spec/` have it too, and the published document gives the
//! same crate.

mod all_of;
mod enums;
mod media_types;
mod nullable;
mod openapi_31;
mod parameters;
mod references;
mod schema_names;

use std::collections::BTreeMap;

use crate::{
    document::{Document, facts},
    problem::Problems,
};

/// A document in the form that all later stages read.
#[derive(Debug, Clone)]
pub struct Normalized {
    /// The facts of the document.
    pub document: Document,
    /// What the stage changed or ignored and a maintainer should know. Nothing has to be done.
    pub notes: Problems,
    /// The names of schemas in the given document, by those that they got.
    pub renamed: BTreeMap<String, String>,
}

/// Reduces a document to its facts and gives them one form.
///
/// # Errors
/// Nodes that are invalid OpenAPI.
pub fn normalize(document: Document) -> Result<Normalized, Problems> {
    let mut notes = Problems::new();
    let mut document = facts::facts(document, &mut notes)?;
    references::inline(&mut document);
    openapi_31::convert(&mut document);
    let renamed = schema_names::rename(&mut document, &mut notes);
    all_of::flatten(&mut document, &mut notes);
    enums::of_strings_alone(&mut document);
    nullable::move_to_properties(&mut document);
    media_types::plain(&mut document, &mut notes);
    parameters::effective(&mut document, &mut notes);
    Ok(Normalized { document, notes, renamed })
}
