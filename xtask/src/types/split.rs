//! Splits progenitor's file into the types and the names of its methods. The calls are ours.

use std::collections::BTreeSet;

use syn::{ImplItem, Item, ItemStruct, Type};

use super::code::UnexpectedCode;

pub struct Parts {
    /// Objects. typify never sees enums, unions and plain values.
    pub structs: Vec<ItemStruct>,
    /// One name for every operation that progenitor saw.
    pub methods: BTreeSet<String>,
}

pub fn split(file: syn::File) -> Result<Parts, UnexpectedCode> {
    let mut types = None;
    let mut methods = BTreeSet::new();
    for item in file.items {
        match item {
            Item::Mod(module) if module.ident == "types" => types = module.content.map(|(_, items)| items),
            Item::Impl(block) if block.trait_.is_none() && is_client(&block.self_ty) => {
                methods.extend(block.items.iter().filter_map(|item| match item {
                    ImplItem::Fn(function) if function.sig.asyncness.is_some() => Some(function.sig.ident.to_string()),
                    _ => None,
                }));
            }
            _ => {}
        }
    }
    let types = types.ok_or_else(|| UnexpectedCode::new("types", "a module of types"))?;
    let mut structs = Vec::new();
    for item in types {
        match item {
            Item::Struct(item) => structs.push(item),
            // The error of conversions of checked strings. There are none: bounds are not enforced.
            Item::Mod(module) if module.ident == "error" => {}
            // We derive `Default`.
            Item::Impl(block) if is_default(&block) => {}
            other => {
                let code = quote::ToTokens::into_token_stream(other).to_string();
                return Err(UnexpectedCode::new(code.chars().take(80).collect::<String>(), "structs alone"));
            }
        }
    }
    Ok(Parts { structs, methods })
}

fn is_client(name: &Type) -> bool {
    matches!(name, Type::Path(path) if path.path.is_ident("Client"))
}

fn is_default(block: &syn::ItemImpl) -> bool {
    let last = block.trait_.as_ref().and_then(|(path, _)| path.segments.last());
    last.is_some_and(|segment| segment.ident == "Default")
}
