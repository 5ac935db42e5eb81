//! The code of open enums.

use quote::{format_ident, quote};
use syn::{Ident, Item};

use super::type_name;
use crate::adapt::enums::OpenEnum;

/// The name of every enum and the call of the macro that defines it.
pub fn items(enums: &[OpenEnum]) -> Vec<(Ident, Item)> {
    enums.iter().map(item).collect()
}

fn item(one: &OpenEnum) -> (Ident, Item) {
    let name = type_name(&one.schema);
    let variants = one.variants.iter().map(|(variant, value)| {
        let variant = format_ident!("{variant}");
        quote! { #variant = #value }
    });
    let doc = format!(" The values of `{}`; it stays open for others.", one.schema);
    let item = syn::parse_quote! {
        ::jsm_ops_core::open_enum! {
            #[doc = #doc]
            pub enum #name { #(#variants,)* }
        }
    };
    (name, item)
}
