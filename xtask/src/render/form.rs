//! Multipart forms with several parts: code that puts them together.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use super::{deprecated, rust_type};
use crate::model::operation::{FormPart, PartContent};

/// The arguments for the required parts, and the form with them.
pub fn required(parts: &[FormPart], argument_name: impl Fn(&str) -> Ident) -> (Vec<TokenStream>, TokenStream) {
    let required = || parts.iter().filter(|part| part.required);
    let arguments = required().map(|part| {
        let (name, value) = (argument_name(&part.rust_name), argument_type(part));
        quote! { #name: #value }
    });
    let added = required().map(|part| add(part, &argument_name(&part.rust_name)));
    (arguments.collect(), quote! { ::jsm_ops_core::FormParts::new()#(#added)* })
}

/// The setters of the optional parts.
pub fn setters(parts: &[FormPart], setter_name: impl Fn(&str) -> Ident) -> Vec<TokenStream> {
    let setters = parts.iter().filter(|part| !part.required).map(|part| {
        let (setter, value, doc) = (setter_name(&part.rust_name), argument_type(part), format!(" `{}`", part.name));
        let (added, deprecated) = (add(part, &setter), deprecated::attribute(part.deprecated));
        quote! {
            #[doc = #doc]
            #deprecated
            pub fn #setter(mut self, #setter: #value) -> Self {
                self.body = self.body #added;
                self
            }
        }
    });
    setters.collect()
}

fn argument_type(part: &FormPart) -> TokenStream {
    match &part.content {
        PartContent::File => quote! { ::jsm_ops_core::Upload },
        PartContent::Text(rust_type) => rust_type::argument(rust_type),
    }
}

fn add(part: &FormPart, value: &Ident) -> TokenStream {
    let name = &part.name;
    match &part.content {
        PartContent::File => quote! { .file(#name, #value) },
        PartContent::Text(_) => quote! { .text(#name, #value) },
    }
}
