//! The files of the types. Each area has one, with the types that only this area uses. Two more
//! have the shared and the unused types.

use std::collections::{BTreeMap, BTreeSet};

use quote::{format_ident, quote};
use syn::{Attribute, Item};

use super::source::Source;
use crate::{
    adapt::Adapted,
    document::reach::Reach,
    model::{
        area::{AreaModel, UNUSED_TYPES},
        rust_type::RustType,
    },
    names,
    render::rust_type::{owned, type_ident},
    types::TypeCode,
};

/// Writes all types.
pub fn files(types: Vec<TypeCode>, areas: &[AreaModel<'_>], adapted: &Adapted) -> Result<Vec<Source>, syn::Error> {
    let users = users(areas, adapted);
    let mut by_module: BTreeMap<String, Vec<Item>> = BTreeMap::new();
    let mut features: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let none = BTreeSet::from([UNUSED_TYPES]);
    for TypeCode { schema, items } in types.into_iter().chain(aliases(adapted)?) {
        let users = users.get(schema.as_str()).unwrap_or(&none);
        let module = match users.iter().copied().collect::<Vec<_>>()[..] {
            [UNUSED_TYPES] => names::UNUSED_TYPES_MODULE.to_owned(),
            [key] => names::types_module_name(key),
            _ => names::SHARED_TYPES_MODULE.to_owned(),
        };
        let place = by_module.entry(module.clone()).or_default();
        if users.len() > 1 {
            let gate = gate(users);
            place.extend(items.into_iter().map(|item| gated(item, &gate)));
        } else {
            place.extend(items);
        }
        features.entry(module).or_default().extend(users);
    }
    let modules = features.iter().map(|(module, users)| {
        let (name, gate) = (format_ident!("{module}"), gate(users));
        quote! {
            #gate
            mod #name;
        }
    });
    let exports = features.iter().map(|(module, users)| {
        let (name, gate) = (format_ident!("{module}"), gate(users));
        quote! {
            #gate
            pub use self::#name::*;
        }
    });
    let root = quote! {
        #![doc = " Types of requests and responses."]
        #![doc = ""]
        #![doc = " Objects that requests send have setters. Their optional fields tell an absent value from `null`, see"]
        #![doc = " [`Nullable`](crate::Nullable). The optional fields of objects that only responses hold are options and lists. Enums and"]
        #![doc = " unions keep values that this version does not know."]
        #(#modules)*
        #(#exports)*
    };
    let mut sources = vec![("src/types/mod.rs".to_owned(), syn::parse2(root)?)];
    for (module, items) in by_module {
        let attrs = if module == names::SHARED_TYPES_MODULE {
            // The features decide which of its types are there, and so which imports are used.
            vec![syn::parse_quote! { #![allow(unused_imports)] }]
        } else {
            Vec::new()
        };
        let file = syn::File { shebang: None, frontmatter: None, attrs, items };
        sources.push((format!("src/types/{module}.rs"), file));
    }
    Ok(sources)
}

/// `#[cfg(...)]` for what comes with any of these features.
fn gate(features: &BTreeSet<&str>) -> Attribute {
    let features: Vec<&str> = features.iter().copied().collect();
    match features[..] {
        [feature] => syn::parse_quote! { #[cfg(feature = #feature)] },
        _ => syn::parse_quote! { #[cfg(any(#(feature = #features),*))] },
    }
}

/// The features that enable each type: the areas whose operations use it, directly or inside other
/// types, or the feature of unused types.
pub fn users<'a>(areas: &'a [AreaModel<'_>], adapted: &'a Adapted) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let reach = Reach::of(&adapted.document);
    let mut users: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for area in areas {
        let roots = area.operations.iter().flat_map(|operation| operation.schemas());
        for schema in reach.from(roots) {
            users.entry(schema).or_default().insert(area.key);
        }
    }
    let unused: Vec<&str> =
        adapted.document.schemas().map(|(name, _)| name).filter(|name| !users.contains_key(name)).collect();
    for schema in reach.from(unused) {
        users.entry(schema).or_default().insert(UNUSED_TYPES);
    }
    // A name for a plain value goes with what the value mentions.
    for (name, rust_type) in &adapted.model.aliases {
        if let Some(mentioned) = rust_type.named().and_then(|mentioned| users.get(mentioned)) {
            users.insert(name, mentioned.clone());
        }
    }
    for (name, common) in &adapted.model.merged {
        if let Some(common) = users.get(common.as_str()).filter(|_| name != common) {
            users.insert(name, common.clone());
        }
    }
    users
}

/// Names of the document for plain values, and for objects that have another name.
fn aliases(adapted: &Adapted) -> Result<Vec<TypeCode>, syn::Error> {
    let plain = adapted.model.aliases.iter().map(|(name, rust_type)| (name, rust_type.clone()));
    let merged =
        adapted.model.merged.iter().filter(|(name, common)| name != common && adapted.model.declared.contains(*name));
    let merged = merged.map(|(name, common)| (name, RustType::Named(common.clone())));
    plain
        .chain(merged)
        .map(|(name, rust_type)| {
            let doc = match &rust_type {
                RustType::Named(common) => {
                    format!(" The document's name for [`{}`] in one of its places.", type_ident(common))
                }
                _ => " The document's name for a plain value.".to_owned(),
            };
            let (ident, target) = (type_ident(name), owned(&rust_type));
            let item = syn::parse2(quote! { #[doc = #doc] pub type #ident = #target; })?;
            Ok(TypeCode { schema: name.clone(), items: vec![item] })
        })
        .collect()
}

/// An item that is there with some features alone.
fn gated(mut item: Item, gate: &Attribute) -> Item {
    let attributes = match &mut item {
        Item::Struct(item) => &mut item.attrs,
        Item::Enum(item) => &mut item.attrs,
        Item::Impl(item) => &mut item.attrs,
        Item::Type(item) => &mut item.attrs,
        Item::Macro(item) => &mut item.attrs,
        _ => return item,
    };
    let docs = attributes.iter().take_while(|attribute| attribute.path().is_ident("doc")).count();
    attributes.insert(docs, gate.clone());
    item
}
