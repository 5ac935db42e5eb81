//! Parameters of the query and headers: code that sets them.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{deprecated, rust_type};
use crate::{model::operation::Parameter, names};

/// Sets a required query parameter from the argument of its name.
pub fn set_query(parameter: &Parameter) -> TokenStream {
    let (rust_name, name, method) = (format_ident!("{}", parameter.rust_name), &parameter.name, query_method(parameter));
    quote! { call.#method(#name, #rust_name); }
}

/// Sets a required header from the argument of its name.
pub fn set_header(parameter: &Parameter) -> TokenStream {
    let (rust_name, name) = (format_ident!("{}", parameter.rust_name), &parameter.name);
    quote! { call.header(#name, #rust_name); }
}

/// The setter of an optional query parameter.
pub fn query_setter(parameter: &Parameter) -> TokenStream {
    setter(parameter, &query_method(parameter))
}

/// The setter of an optional header.
pub fn header_setter(parameter: &Parameter) -> TokenStream {
    setter(parameter, &format_ident!("header"))
}

fn query_method(parameter: &Parameter) -> syn::Ident {
    if parameter.is_comma_list() { format_ident!("query_list") } else { format_ident!("query") }
}

fn setter(parameter: &Parameter, method: &syn::Ident) -> TokenStream {
    let (rust_name, name) = (format_ident!("{}", parameter.rust_name), &parameter.name);
    let (setter, kind) =
        (format_ident!("{}", names::query_setter_name(&parameter.rust_name)), rust_type::argument(&parameter.rust_type));
    let doc = format!(" {}", parameter.docs);
    let deprecated = deprecated::attribute(parameter.deprecated);
    quote! {
        #[doc = #doc]
        #deprecated
        pub fn #setter(mut self, #rust_name: #kind) -> Self {
            self.call.#method(#name, #rust_name);
            self
        }
    }
}
