//! From progenitor's output to the code of our crate, by small passes over its syntax tree.
//!
//! The passes match on the exact shape of one version of progenitor, which the workspace pins. Where they do not find that
//! shape they fail: code that slipped through unpolished would compile and do the wrong thing.

pub mod docs;
pub mod enums;
pub mod lenient;
pub mod multipart;
pub mod requests;
mod split;
pub mod unions;

use std::collections::{BTreeMap, BTreeSet};

use syn::{ImplItemFn, Item};

use crate::{
    adapt::Adapted,
    document::{Document, Operation},
    overlay::Overlay,
};

/// The code of the crate, file by file but not yet as text.
#[derive(Debug, Clone)]
pub struct Code {
    /// Structs, and the few types that are neither enum nor union.
    pub types: Vec<Item>,
    /// Open enums.
    pub enums: Vec<Item>,
    /// Unions.
    pub unions: Vec<Item>,
    /// One method per operation.
    pub methods: Vec<ImplItemFn>,
}

impl Code {
    /// The names of all types.
    pub fn type_names(&self) -> BTreeSet<String> {
        let names = self.types.iter().chain(&self.enums).chain(&self.unions).filter_map(|item| match item {
            Item::Struct(item) => Some(item.ident.to_string()),
            Item::Enum(item) => Some(item.ident.to_string()),
            Item::Type(item) => Some(item.ident.to_string()),
            _ => None,
        });
        names.collect()
    }
}

/// Code that does not have the shape that a pass knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "progenitor's code for `{place}` is not as expected: {expected}\n    help: after an update of progenitor, correct the pass in xtask/src/polish"
)]
pub struct UnexpectedCode {
    place: String,
    expected: &'static str,
}

impl UnexpectedCode {
    fn new(place: impl Into<String>, expected: &'static str) -> Self {
        Self { place: place.into(), expected }
    }
}

/// Runs all passes.
///
/// # Errors
/// Code of another shape than the passes know.
pub fn polish(file: syn::File, adapted: &Adapted, overlay: &Overlay) -> Result<Code, UnexpectedCode> {
    let split::Parts { mut types, mut methods } = split::split(file)?;
    lenient::apply(&mut types, &adapted.document)?;
    let mut operations = operations_by_name(&adapted.document);
    for method in &mut methods {
        let name = method.sig.ident.to_string();
        let operation =
            operations.remove(name.as_str()).ok_or_else(|| UnexpectedCode::new(&name, "one method for every operation"))?;
        requests::apply(method, &operation, &adapted.bodies)?;
        if let Some(part) = adapted.bodies.multipart.get(&name) {
            multipart::apply(method, part)?;
        }
        docs::apply(method, &operation, overlay);
    }
    if let Some(name) = operations.into_keys().next() {
        return Err(UnexpectedCode::new(name, "one method for every operation"));
    }
    Ok(Code { types, enums: enums::items(&adapted.enums), unions: unions::items(&adapted.unions), methods })
}

fn operations_by_name(document: &Document) -> BTreeMap<&str, Operation<'_>> {
    document.operations().filter_map(|operation| Some((operation.value.get("operationId")?.as_str()?, operation))).collect()
}

/// The name of a type for a schema.
pub(crate) fn type_name(schema: &str) -> syn::Ident {
    use heck::ToPascalCase;
    quote::format_ident!("{}", schema.to_pascal_case())
}
