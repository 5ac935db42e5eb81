//! The files of the types: one for every area, with what no other area needs, and one for what several share.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Attribute, Item};

use super::areas::AreaCalls;
use crate::{
    adapt::Adapted,
    document::reach::Reach,
    kind::Kind,
    polish::{Code, TypeCode, type_name},
};

/// The feature of types that no operation uses.
pub const UNUSED: &str = "unused-types";

/// A Rust file that is not yet text, with its name.
type Source = (String, syn::File);

/// Writes all types.
pub fn files(code: Code, areas: &[AreaCalls<'_>], adapted: &Adapted) -> Result<Vec<Source>, syn::Error> {
    let users = users(areas, adapted);
    let mut by_module: BTreeMap<String, Vec<Item>> = BTreeMap::new();
    let mut features: BTreeMap<String, TokenStream> = BTreeMap::new();
    let nobody = BTreeSet::new();
    for TypeCode { schema, items } in code.types.into_iter().chain(aliases(adapted)?) {
        let users = users.get(schema.as_str()).unwrap_or(&nobody);
        let keys: Vec<&str> = users.iter().copied().collect();
        let (module, gate) = match keys[..] {
            [] => ("unused".to_owned(), quote! { feature = #UNUSED }),
            [key] => (format!("for_{}", key.replace('-', "_")), quote! { feature = #key }),
            _ => ("shared".to_owned(), quote! { any(#(feature = #keys),*) }),
        };
        let place = by_module.entry(module.clone()).or_default();
        if module == "shared" {
            let gate: Attribute = syn::parse_quote! { #[cfg(#gate)] };
            place.extend(items.into_iter().map(|item| gated(item, &gate)));
        } else {
            place.extend(items);
            features.insert(module, gate);
        }
    }
    let modules = by_module.keys().map(|module| {
        let name = format_ident!("{module}");
        let gate = features.get(module).map(|gate| quote! { #[cfg(#gate)] });
        quote! {
            #gate
            mod #name;
            #gate
            pub use #name::*;
        }
    });
    let root = quote! {
        #![doc = " Types of requests and answers."]
        #![doc = ""]
        #![doc = " Objects that are sent have setters, and fields that tell absence from `null` ([`Field`](crate::Field)). Objects that are only"]
        #![doc = " received have options and lists. Enums and unions keep what they do not know."]
        #(#modules)*
    };
    let mut sources = vec![("src/types/mod.rs".to_owned(), syn::parse2(root)?)];
    for (module, items) in by_module {
        let file = syn::File { shebang: None, frontmatter: None, attrs: Vec::new(), items };
        sources.push((format!("src/types/{module}.rs"), file));
    }
    Ok(sources)
}

/// The areas whose operations use a type, directly or inside others.
fn users<'a>(areas: &'a [AreaCalls<'_>], adapted: &'a Adapted) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let reach = Reach::of(&adapted.document);
    let mut users: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for area in areas {
        let roots = area.calls.iter().flat_map(|call| call.schemas());
        for schema in reach.from(roots) {
            users.entry(schema).or_default().insert(area.key);
        }
    }
    // A name for a plain value goes with what the value mentions.
    for (name, schema) in &adapted.plain {
        if let Some(mentioned) = Kind::of(schema).named().and_then(|mentioned| users.get(mentioned)) {
            users.insert(name, mentioned.clone());
        }
    }
    for (name, common) in &adapted.merged {
        if let Some(common) = users.get(common.as_str()).filter(|_| name != common) {
            users.insert(name, common.clone());
        }
    }
    users
}

/// Names of the document for plain values, and for objects that have another name.
fn aliases(adapted: &Adapted) -> Result<Vec<TypeCode>, syn::Error> {
    let plain = adapted.plain.iter().map(|(name, schema)| (name, Kind::of(schema)));
    let merged = adapted.merged.iter().filter(|(name, common)| name != common && adapted.declared.contains(*name));
    let merged = merged.map(|(name, common)| (name, Kind::Named(common.clone())));
    plain
        .chain(merged)
        .map(|(name, kind)| {
            let doc = match &kind {
                Kind::Named(common) => format!(" The document's name for [`{}`] in one of its places.", type_name(common)),
                _ => " The document's name for a plain value.".to_owned(),
            };
            let (ident, target) = (type_name(name), kind.owned());
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
    attributes.insert(0, gate.clone());
    item
}
