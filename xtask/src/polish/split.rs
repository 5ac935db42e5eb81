//! Takes progenitor's file apart: the types, and the methods that call operations. The client around them is our own.

use syn::{ImplItem, ImplItemFn, Item, Type};

use super::UnexpectedCode;

pub struct Parts {
    pub types: Vec<Item>,
    pub methods: Vec<ImplItemFn>,
}

pub fn split(file: syn::File) -> Result<Parts, UnexpectedCode> {
    let mut types = None;
    let mut methods = Vec::new();
    for item in file.items {
        match item {
            Item::Mod(module) if module.ident == "types" => types = module.content.map(|(_, items)| items),
            Item::Impl(block) if block.trait_.is_none() && is_client(&block.self_ty) => {
                let functions = block.items.into_iter().filter_map(|item| match item {
                    ImplItem::Fn(function) if function.sig.asyncness.is_some() => Some(function),
                    _ => None,
                });
                methods.extend(functions);
            }
            _ => {}
        }
    }
    let mut types = types.ok_or_else(|| UnexpectedCode::new("types", "a module of types"))?;
    // The error of conversions that only checked strings need, of which there are none: bounds are not enforced.
    types.retain(|item| !matches!(item, Item::Mod(module) if module.ident == "error"));
    Ok(Parts { types, methods })
}

fn is_client(name: &Type) -> bool {
    matches!(name, Type::Path(path) if path.path.is_ident("Client"))
}
