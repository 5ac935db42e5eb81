//! Functions that build objects for requests: `new` takes the required fields, and each optional
//! field has a setter.

use quote::{format_ident, quote};
use syn::{Ident, Item};

use crate::{
    model::object::Object,
    names,
    overlay::Overlay,
    render::{deprecated, field, rust_type::type_ident},
};

/// `new` and the setters of an object that is sent. `rest` is the field of the other properties.
pub fn item(object: &Object, rest: Option<&Ident>, overlay: &Overlay) -> Result<Item, syn::Error> {
    let name = type_ident(&object.schema);
    let required = field::required(object, overlay);
    let arguments = required.iter().map(|one| field::argument(one, &field::ident(one)));
    let required_fields = required.iter().map(|one| {
        let ident = field::ident(one);
        if field::is_scalar(one) {
            quote! { #ident, }
        } else {
            quote! { #ident: #ident.into(), }
        }
    });
    let optional: Vec<_> = object.optional_fields().collect();
    let optional_fields = optional.iter().map(|one| {
        let ident = field::ident(one);
        quote! { #ident: ::jsm_ops_core::Nullable::Absent, }
    });
    let rest = rest.map(|ident| quote! { #ident: ::std::default::Default::default(), });
    let setters = optional.iter().map(|one| {
        let (ident, value, doc) = (field::ident(one), field::setter_type(one), format!(" {}", one.docs));
        let setter = format_ident!("{}", names::setter_name(&one.rust_name));
        let deprecated = deprecated::attribute(one.deprecated);
        quote! {
            #[doc = #doc]
            #deprecated
            #[must_use]
            pub fn #setter(mut self, #ident: #value) -> Self {
                self.#ident = #ident.into();
                self
            }
        }
    });
    let line = if required.is_empty() {
        " A value with all fields absent."
    } else {
        " A value with the required fields set and all others absent."
    };
    syn::parse2(quote! {
        impl #name {
            #[doc = #line]
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#required_fields)* #(#optional_fields)* #rest }
            }

            #(#setters)*
        }
    })
}
