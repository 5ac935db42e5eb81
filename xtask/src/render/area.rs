//! The calls of an area: an accessor, and one builder per operation.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{call_builder::CallBuilder, docs};
use crate::{
    model::{Model, area::AreaModel},
    names,
    overlay::Overlay,
};

/// The file of an area.
pub fn file(area: &AreaModel<'_>, model: &Model, overlay: &Overlay) -> Result<syn::File, syn::Error> {
    let accessor = format_ident!("{}", names::accessor_type_name(area.key));
    let module_docs = docs::area(area);
    let method = format_ident!("{}", area.module);
    let accessor_docs = format!(" The operations of the area, from [`Client::{method}`](crate::Client::{method}).");
    let method_docs = format!(" The operations of the area {}.", area.title());
    let builders = area.operations.iter().map(|operation| CallBuilder::new(operation, model, overlay));
    let (mut methods, mut types) = (Vec::new(), Vec::new());
    for builder in builders {
        methods.push(builder.constructors());
        types.push(builder.definition());
    }
    let tokens: TokenStream = quote! {
        #(#![doc = #module_docs])*

        impl crate::client::Client {
            #[doc = #method_docs]
            pub fn #method(&self) -> #accessor<'_> {
                #accessor { client: self }
            }
        }

        #[doc = #accessor_docs]
        #[derive(Clone, Copy, Debug)]
        pub struct #accessor<'a> {
            client: &'a crate::client::Client,
        }

        impl #accessor<'_> {
            #(#methods)*
        }

        #(#types)*
    };
    syn::parse2(tokens)
}
