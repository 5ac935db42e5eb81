//! The examples of the areas, for the end-to-end tests to compile as they are.

use quote::format_ident;
use syn::{Item, parse_quote};

use crate::model::area::AreaModel;

/// Writes a module for each example.
pub fn file(areas: &[AreaModel<'_>]) -> syn::File {
    let with_example = areas.iter().filter(|area| area.overlay.is_some_and(|overlay| !overlay.example.is_empty()));
    let modules = with_example.map(|area| -> Item {
        let path = format!("../../spec/overlay/examples/{}.rs", area.key);
        let module = format_ident!("{}", area.module);
        parse_quote! {
            #[path = #path]
            mod #module;
        }
    });
    let mut file: syn::File = parse_quote! {
        #![doc = " The examples of the areas, which compile as they are."]
        #![allow(dead_code)]
    };
    file.items.extend(modules);
    file
}
