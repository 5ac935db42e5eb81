//! Fields of objects as tokens: their types, and the arguments that set them.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

use super::rust_type;
use crate::{
    model::{
        object::{Field, Object, Presence},
        rust_type::RustType,
    },
    overlay::Overlay,
};

/// The name in Rust, as a token.
pub fn ident(field: &Field) -> Ident {
    format_ident!("{}", field.rust_name)
}

/// The type of its value, without what says that there may be none.
pub fn value_type(field: &Field) -> TokenStream {
    let mut value = rust_type::owned(&field.rust_type);
    if field.boxed {
        value = quote! { ::std::boxed::Box<#value> };
    }
    if field.secret {
        value = quote! { ::jsm_ops_core::Secret<#value> };
    }
    value
}

/// The whole type.
pub fn whole_type(field: &Field) -> TokenStream {
    let value = value_type(field);
    match field.presence {
        Presence::Required | Presence::EmptyCollection => value,
        Presence::Nullable => quote! { ::jsm_ops_core::Nullable<#value> },
        Presence::Optional => quote! { ::std::option::Option<#value> },
    }
}

/// The required fields in the order in which a person would want them.
pub fn required<'a>(object: &'a Object, overlay: &Overlay) -> Vec<&'a Field> {
    let mut required: Vec<_> = object.fields.iter().filter(|field| field.is_required()).collect();
    required.sort_by_key(|field| overlay.argument_rank(&field.wire_name));
    required
}

/// A required field as an argument of this name.
pub fn argument(field: &Field, name: &Ident) -> TokenStream {
    let value = value_type(field);
    if is_scalar(field) {
        quote! { #name: #value }
    } else {
        quote! { #name: impl Into<#value> }
    }
}

/// The type of the argument of a setter: whatever becomes the field.
pub fn setter_type(field: &Field) -> TokenStream {
    let value = value_type(field);
    quote! { impl Into<::jsm_ops_core::Nullable<#value>> }
}

/// Whether a value is handed over as it is, so that a literal or `parse` knows its type.
pub fn is_scalar(field: &Field) -> bool {
    use RustType::{Boolean, DateTime, Integer32, Integer64, Number};
    !field.secret && matches!(field.rust_type, Integer32 | Integer64 | Number | Boolean | DateTime)
}
