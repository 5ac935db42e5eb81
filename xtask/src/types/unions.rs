//! Unions: an enum with one variant per alternative, and one for all other values.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::code::TypeCode;
use crate::{
    model::union::{Alternative, AlternativeKind, Union},
    overlay::Overlay,
    render::{doc_attribute::type_line, rust_type::type_ident},
};

/// The code of all unions.
pub fn types(unions: &[Union], overlay: &Overlay) -> Vec<TypeCode> {
    let code = unions.iter().map(|union| {
        let file = file(union, overlay);
        TypeCode { schema: union.schema.clone(), items: file.items }
    });
    code.collect()
}

fn file(union: &Union, overlay: &Overlay) -> syn::File {
    let name = type_ident(&union.schema);
    let variants: Vec<_> = union.alternatives.iter().map(|one| format_ident!("{}", one.variant)).collect();
    let variant_docs = union.alternatives.iter().map(|one| variant_line(one, overlay));
    let types: Vec<_> = union.alternatives.iter().map(rust_type).collect();
    let shapes = union.alternatives.iter().map(|one| shape(union, one));
    let tag = match &union.tag {
        Some(tag) => quote! { ::std::option::Option::Some(#tag) },
        None => quote! { ::std::option::Option::None },
    };
    let index = 0..union.alternatives.len();
    let doc = type_line(overlay, &union.schema);
    let conversions =
        union.alternatives.iter().zip(&variants).map(|(one, variant)| conversion(&name, one, variant, union.sent));
    syn::parse_quote! {
        #[doc = #doc]
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum #name {
            #(#[doc = #variant_docs] #variants(#types),)*
            /// A form that this version does not know, as the service sent it.
            Unknown(::serde_json::Value),
        }

        impl ::serde::Serialize for #name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                match self {
                    #(Self::#variants(value) => value.serialize(serializer),)*
                    Self::Unknown(value) => value.serialize(serializer),
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                let value = ::serde_json::Value::deserialize(deserializer)?;
                match ::jsm_ops_core::union::alternative(&value, #tag, &[#(#shapes),*]) {
                    #(::std::option::Option::Some(#index) => ::jsm_ops_core::union::decode(value).map(Self::#variants),)*
                    _ => ::std::result::Result::Ok(Self::Unknown(value)),
                }
            }
        }

        #(#conversions)*
    }
}

/// The type of a variant. Objects are boxed, because they may contain the union.
fn rust_type(one: &Alternative) -> TokenStream {
    match &one.kind {
        AlternativeKind::Object(name) => {
            let name = type_ident(name);
            quote! { ::std::boxed::Box<crate::types::#name> }
        }
        AlternativeKind::List(name) => {
            let name = type_ident(name);
            quote! { ::std::vec::Vec<crate::types::#name> }
        }
        AlternativeKind::String => quote! { ::std::string::String },
        AlternativeKind::Integer => quote! { i64 },
        AlternativeKind::Number => quote! { f64 },
        AlternativeKind::Boolean => quote! { bool },
    }
}

fn shape(union: &Union, one: &Alternative) -> TokenStream {
    let others = union.alternatives.iter().filter(|other| matches!(other.kind, AlternativeKind::Object(_))).count();
    let Alternative { tag_values, own_properties, .. } = one;
    match &one.kind {
        AlternativeKind::Object(_) if others == 1 => quote! { ::jsm_ops_core::union::Shape::AnyObject },
        AlternativeKind::Object(_) => quote! {
            ::jsm_ops_core::union::Shape::Object { tags: &[#(#tag_values),*], properties: &[#(#own_properties),*] }
        },
        AlternativeKind::List(_) => quote! { ::jsm_ops_core::union::Shape::List },
        AlternativeKind::String => quote! { ::jsm_ops_core::union::Shape::Text },
        AlternativeKind::Integer | AlternativeKind::Number => quote! { ::jsm_ops_core::union::Shape::Number },
        AlternativeKind::Boolean => quote! { ::jsm_ops_core::union::Shape::Boolean },
    }
}

/// The docs of a variant.
fn variant_line(one: &Alternative, overlay: &Overlay) -> String {
    match &one.kind {
        AlternativeKind::Object(name) => type_line(overlay, name),
        AlternativeKind::List(_) => " A list.".to_owned(),
        AlternativeKind::String => " A string.".to_owned(),
        AlternativeKind::Integer | AlternativeKind::Number => " A number.".to_owned(),
        AlternativeKind::Boolean => " A boolean.".to_owned(),
    }
}

/// `From` the value of a variant, so that callers do not need its name.
fn conversion(name: &syn::Ident, one: &Alternative, variant: &syn::Ident, sent: bool) -> TokenStream {
    let (from, value) = match &one.kind {
        AlternativeKind::Object(object) => {
            let object = type_ident(object);
            (quote! { crate::types::#object }, quote! { ::std::boxed::Box::new(value) })
        }
        _ => (rust_type(one), quote! { value }),
    };
    // Only objects of this crate convert into fields: a list or string would in two ways.
    let field = (sent && matches!(one.kind, AlternativeKind::Object(_))).then(|| {
        quote! {
            impl ::std::convert::From<#from> for ::jsm_ops_core::Nullable<#name> {
                fn from(value: #from) -> Self {
                    ::jsm_ops_core::Nullable::Value(value.into())
                }
            }
        }
    });
    quote! {
        impl ::std::convert::From<#from> for #name {
            fn from(value: #from) -> Self {
                Self::#variant(#value)
            }
        }

        #field
    }
}
