//! Objects that are sent are put together by functions: `new` takes what is required, a setter each what is not.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Item};

use super::type_name;
use crate::{
    adapt::objects::{Field, Object},
    kind::Kind,
    overlay::Overlay,
};

/// `new` and the setters of an object that is sent. `rest` is the field of what the schema does not name.
pub fn item(object: &Object, rest: Option<&Ident>, overlay: &Overlay) -> Result<Item, syn::Error> {
    let name = type_name(&object.schema);
    let required = required(object, overlay);
    let arguments = required.iter().map(|field| argument(field, &field.ident()));
    let required_fields = required.iter().map(|field| {
        let ident = field.ident();
        if is_scalar(field) {
            quote! { #ident, }
        } else {
            quote! { #ident: #ident.into(), }
        }
    });
    let optional: Vec<_> = object.fields.iter().filter(|field| !field.is_required()).collect();
    let optional_fields = optional.iter().map(|field| {
        let ident = field.ident();
        quote! { #ident: ::jsm_ops_core::Nullable::Absent, }
    });
    let rest = rest.map(|ident| quote! { #ident: ::std::default::Default::default(), });
    let setters = optional.iter().map(|field| {
        let (ident, kind, doc) = (field.ident(), setter_type(field), doc(field));
        let setter = setter_name(&ident);
        quote! {
            #[doc = #doc]
            #[must_use]
            pub fn #setter(mut self, #ident: #kind) -> Self {
                self.#ident = #ident.into();
                self
            }
        }
    });
    let line = if required.is_empty() { " Nothing set." } else { " What is required, and nothing else." };
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

/// The documentation of a setter.
pub fn doc(field: &Field) -> String {
    format!(" {}", field.words)
}

/// The required fields in the order in which a person would want them.
pub fn required<'a>(object: &'a Object, overlay: &Overlay) -> Vec<&'a Field> {
    let mut required: Vec<_> = object.fields.iter().filter(|field| field.is_required()).collect();
    required.sort_by_key(|field| overlay.argument_rank(&field.wire));
    required
}

/// A required field as an argument of this name.
pub fn argument(field: &Field, name: &Ident) -> TokenStream {
    let kind = field.value();
    if is_scalar(field) {
        quote! { #name: #kind }
    } else {
        quote! { #name: impl Into<#kind> }
    }
}

/// The type of the argument of a setter: whatever becomes the field.
pub fn setter_type(field: &Field) -> TokenStream {
    let kind = field.value();
    quote! { impl Into<::jsm_ops_core::Nullable<#kind>> }
}

/// Whether a value is handed over as it is, so that a literal or `parse` knows its type.
fn is_scalar(field: &Field) -> bool {
    !field.secret && matches!(field.kind, Kind::Integer32 | Kind::Integer64 | Kind::Number | Kind::Boolean | Kind::Date)
}

/// The name of the setter of a field; `new` is taken.
fn setter_name(ident: &Ident) -> Ident {
    if ident == "new" { format_ident!("{ident}_") } else { ident.clone() }
}
