//! Turns progenitor's types into those of our crate, by small passes over its syntax tree.
//!
//! The passes match the output of one version of progenitor, which the workspace pins. They fail
//! where the output is different: unchanged code would compile, and do the wrong thing.

mod code;
mod enums;
mod field_access;
mod pages;
mod setters;
mod split;
mod structs;
mod unions;

use std::collections::BTreeSet;

use syn::Item;

pub use self::code::{TypeCode, UnexpectedCode};
use crate::{model::Model, overlay::Overlay, render::deprecated};

/// Runs all passes.
///
/// # Errors
/// Code that the passes do not know.
pub fn types(file: syn::File, model: &Model, overlay: &Overlay) -> Result<Vec<TypeCode>, UnexpectedCode> {
    let split::Parts { structs, methods } = split::split(file)?;
    let ids: BTreeSet<String> = model.operations.iter().map(|operation| operation.id.clone()).collect();
    if let Some(name) = ids.symmetric_difference(&methods).next() {
        return Err(UnexpectedCode::new(name, "one method for every operation"));
    }
    let mut types = enums::types(&model.enums, overlay);
    types.extend(unions::types(&model.unions, overlay));
    for (object, item) in structs::structs(structs, &model.objects, overlay)? {
        let mut items = Vec::new();
        if object.sent {
            let rest = structs::rest(&item, object);
            let setters = setters::item(object, rest, overlay);
            items.push(setters.map_err(|_| UnexpectedCode::new(&object.schema, "fields of which setters can be made"))?);
        }
        items.insert(0, Item::Struct(item));
        types.push(TypeCode { schema: object.schema.clone(), items });
    }
    for one in types.iter_mut().filter(|one| model.deprecated.contains(&one.schema)) {
        deprecate(&mut one.items);
    }
    types.sort_by(|left, right| left.schema.cmp(&right.schema));
    pages::implement(&mut types, model)?;
    Ok(types)
}

/// Marks a type as deprecated. Implementations cannot be.
fn deprecate(items: &mut [Item]) {
    for item in items {
        let attributes = match item {
            Item::Struct(item) => &mut item.attrs,
            Item::Enum(item) => &mut item.attrs,
            _ => continue,
        };
        let docs = attributes.iter().take_while(|attribute| attribute.path().is_ident("doc")).count();
        attributes.insert(docs, deprecated::parsed());
    }
}
