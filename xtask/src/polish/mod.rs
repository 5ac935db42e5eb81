//! From progenitor's output to the types of our crate, by small passes over its syntax tree.
//!
//! The passes match on the exact shape of one version of progenitor, which the workspace pins. Where they do not find that
//! shape they fail: code that slipped through unpolished would compile and do the wrong thing.

pub mod enums;
pub mod setters;
mod split;
pub mod structs;
pub mod unions;
pub mod words;

use std::collections::BTreeSet;

use syn::Item;

use crate::{adapt::Adapted, overlay::Overlay};

/// The types of the crate, not yet as text.
#[derive(Debug, Clone)]
pub struct Code {
    /// All types with their implementations.
    pub types: Vec<TypeCode>,
}

/// A type with its implementations.
#[derive(Debug, Clone)]
pub struct TypeCode {
    /// The name of the schema.
    pub schema: String,
    /// The definition first.
    pub items: Vec<Item>,
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
    let split::Parts { structs, methods } = split::split(file)?;
    let ids: BTreeSet<String> = adapted.calls.iter().map(|call| call.id.clone()).collect();
    if let Some(name) = ids.symmetric_difference(&methods).next() {
        return Err(UnexpectedCode::new(name, "one method for every operation"));
    }
    let mut types = enums::types(&adapted.enums, overlay);
    types.extend(unions::types(&adapted.unions, &adapted.sent, overlay));
    for (object, item) in structs::polish(structs, &adapted.objects, overlay)? {
        let mut items = Vec::new();
        if object.sent {
            let rest = structs::rest(&item, object);
            let setters = setters::item(object, rest, overlay);
            items.push(setters.map_err(|_| UnexpectedCode::new(&object.schema, "fields of which setters can be made"))?);
        }
        items.insert(0, Item::Struct(item));
        types.push(TypeCode { schema: object.schema.clone(), items });
    }
    types.sort_by(|left, right| left.schema.cmp(&right.schema));
    Ok(Code { types })
}

/// The name of a type for a schema.
pub(crate) fn type_name(schema: &str) -> syn::Ident {
    use heck::ToPascalCase;
    quote::format_ident!("{}", schema.to_pascal_case())
}
