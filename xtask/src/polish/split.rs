//! Takes progenitor's file apart: the types, and the methods that call operations. The client around them is our own.

use std::collections::BTreeSet;

use serde_json::Value;
use syn::{ImplItem, ImplItemFn, Item, Type};

use super::UnexpectedCode;
use crate::document::Document;

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

/// Checks that there is one method for every operation and none besides.
pub fn check_methods(methods: &[ImplItemFn], document: &Document) -> Result<(), UnexpectedCode> {
    let id = |operation: &serde_json::Map<String, Value>| operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let expected: BTreeSet<String> = document.operations().map(|operation| id(operation.value)).collect();
    let found: BTreeSet<String> = methods.iter().map(|method| method.sig.ident.to_string()).collect();
    match expected.symmetric_difference(&found).next() {
        Some(name) => Err(UnexpectedCode::new(name, "one method for every operation")),
        None if methods.len() != found.len() => Err(UnexpectedCode::new("Client", "no method twice")),
        None => Ok(()),
    }
}
