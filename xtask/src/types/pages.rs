//! Implements the traits of paging and waiting for the types of responses.

use std::collections::BTreeMap;

use quote::quote;
use syn::Item;

use super::{
    code::{TypeCode, UnexpectedCode},
    field_access::FieldAccess,
};
use crate::{
    model::{
        Model,
        operation::{OperationModel, ResponseBody},
        page::Page,
        rust_type::RustType,
    },
    overlay::WriteStateLocation,
    render::rust_type::{owned, type_ident},
};

/// Adds the traits of paging and waiting to the types of responses.
pub fn implement(types: &mut [TypeCode], model: &Model) -> Result<(), UnexpectedCode> {
    let mut added: BTreeMap<String, Vec<Item>> = BTreeMap::new();
    let pages: BTreeMap<&str, &Page> = model
        .operations
        .iter()
        .filter_map(|operation| operation.page.as_ref())
        .map(|page| (page.schema.as_str(), page))
        .collect();
    for page in pages.into_values() {
        added.entry(page.schema.clone()).or_default().push(page_item(page, model).map_err(|_| unexpected(&page.schema))?);
    }
    for operation in &model.operations {
        let (Some(outcome), Some(schema)) = (&operation.write_state, response_schema(operation)) else { continue };
        added
            .entry(schema.to_owned())
            .or_default()
            .push(status_item(schema, outcome, model).map_err(|_| unexpected(schema))?);
    }
    for one in types {
        one.items.extend(added.remove(&one.schema).into_iter().flatten());
    }
    Ok(())
}

fn unexpected(schema: &str) -> UnexpectedCode {
    UnexpectedCode::new(schema, "fields that paging and waiting can read")
}

fn response_schema(operation: &OperationModel) -> Option<&str> {
    match &operation.response {
        ResponseBody::Json(RustType::Named(name)) => Some(name),
        _ => None,
    }
}

fn page_item(page: &Page, model: &Model) -> Result<Item, syn::Error> {
    let name = type_ident(&page.schema);
    let item = owned(&page.item);
    let next = FieldAccess { model, schema: &page.schema }.optional(&page.next);
    let has_next = page.has_next.as_ref().map(|path| {
        let flag = FieldAccess { model, schema: &page.schema }.optional(path);
        quote! {
            if #flag == ::std::option::Option::Some(&false) {
                return ::std::option::Option::None;
            }
        }
    });
    let items = FieldAccess { model, schema: &page.schema }.taken(&page.items);
    syn::parse2(quote! {
        impl ::jsm_ops_core::Page for #name {
            type Item = #item;

            fn next(&self) -> ::std::option::Option<&str> {
                #has_next
                #next.map(::std::string::String::as_str)
            }

            fn into_items(self) -> ::std::vec::Vec<Self::Item> {
                #items
            }
        }
    })
}

fn status_item(schema: &str, outcome: &WriteStateLocation, model: &Model) -> Result<Item, syn::Error> {
    let name = type_ident(schema);
    let reader = FieldAccess { model, schema };
    let body = match outcome {
        WriteStateLocation::Flag { flag, reason, .. } => {
            let flag = reader.optional(std::slice::from_ref(flag));
            let reason = reader.optional(std::slice::from_ref(reason));
            quote! {
                match #flag {
                    ::std::option::Option::None => ::jsm_ops_core::WriteState::Pending,
                    ::std::option::Option::Some(true) => ::jsm_ops_core::WriteState::Done,
                    ::std::option::Option::Some(false) => {
                        ::jsm_ops_core::WriteState::Failed(#reason.cloned().unwrap_or_default())
                    }
                }
            }
        }
        WriteStateLocation::State { state, done, failed, .. } => {
            let path: Vec<String> = state.split('.').map(str::to_owned).collect();
            let state = reader.optional(&path);
            quote! {
                match #state.map(|state| state.as_str()) {
                    ::std::option::Option::Some(#done) => ::jsm_ops_core::WriteState::Done,
                    ::std::option::Option::Some(#failed) => ::jsm_ops_core::WriteState::Failed(#failed.to_owned()),
                    _ => ::jsm_ops_core::WriteState::Pending,
                }
            }
        }
    };
    syn::parse2(quote! {
        impl ::jsm_ops_core::WriteStatus for #name {
            fn state(&self) -> ::jsm_ops_core::WriteState {
                #body
            }
        }
    })
}
