//! The code of unions: an enum with one variant per alternative and one for what no alternative claims.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Item;

use super::type_name;
use crate::adapt::unions::{Alternative, Holds, Union};

/// The items of all unions.
pub fn items(unions: &[Union]) -> Vec<Item> {
    unions.iter().flat_map(|union| file(union).items).collect()
}

fn file(union: &Union) -> syn::File {
    let name = type_name(&union.schema);
    let variants: Vec<_> = union.alternatives.iter().map(|one| format_ident!("{}", one.variant)).collect();
    let types: Vec<_> = union.alternatives.iter().map(rust_type).collect();
    let shapes = union.alternatives.iter().map(|one| shape(union, one));
    let tag = match &union.tag {
        Some(tag) => quote! { ::std::option::Option::Some(#tag) },
        None => quote! { ::std::option::Option::None },
    };
    let index = 0..union.alternatives.len();
    let doc = format!(" One of the forms of `{}`.", union.schema);
    let conversions = union.alternatives.iter().zip(&variants).map(|(one, variant)| conversion(&name, one, variant));
    syn::parse_quote! {
        #[doc = #doc]
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants(#types),)*
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
                use ::serde::de::Error as _;
                let value = ::serde_json::Value::deserialize(deserializer)?;
                match ::jsm_ops_core::union::alternative(&value, #tag, &[#(#shapes),*]) {
                    #(::std::option::Option::Some(#index) => ::serde_json::from_value(value).map(Self::#variants).map_err(D::Error::custom),)*
                    _ => ::std::result::Result::Ok(Self::Unknown(value)),
                }
            }
        }

        #(#conversions)*
    }
}

/// What a variant holds. Objects are boxed: a union may hold a type that holds the union.
fn rust_type(one: &Alternative) -> TokenStream {
    match &one.holds {
        Holds::Object(name) => {
            let name = type_name(name);
            quote! { ::std::boxed::Box<crate::types::#name> }
        }
        Holds::List(name) => {
            let name = type_name(name);
            quote! { ::std::vec::Vec<crate::types::#name> }
        }
        Holds::Text => quote! { ::std::string::String },
        Holds::Integer => quote! { i64 },
        Holds::Number => quote! { f64 },
        Holds::Boolean => quote! { bool },
    }
}

fn shape(union: &Union, one: &Alternative) -> TokenStream {
    let others = union.alternatives.iter().filter(|other| matches!(other.holds, Holds::Object(_))).count();
    let Alternative { tag_values, own_properties, .. } = one;
    match &one.holds {
        Holds::Object(_) if others == 1 => quote! { ::jsm_ops_core::union::Shape::AnyObject },
        Holds::Object(_) => quote! {
            ::jsm_ops_core::union::Shape::Object { tags: &[#(#tag_values),*], properties: &[#(#own_properties),*] }
        },
        Holds::List(_) => quote! { ::jsm_ops_core::union::Shape::List },
        Holds::Text => quote! { ::jsm_ops_core::union::Shape::Text },
        Holds::Integer | Holds::Number => quote! { ::jsm_ops_core::union::Shape::Number },
        Holds::Boolean => quote! { ::jsm_ops_core::union::Shape::Boolean },
    }
}

/// `From` for what a variant holds, so that callers need not name the variant.
fn conversion(name: &syn::Ident, one: &Alternative, variant: &syn::Ident) -> TokenStream {
    let (from, value) = match &one.holds {
        Holds::Object(object) => {
            let object = type_name(object);
            (quote! { crate::types::#object }, quote! { ::std::boxed::Box::new(value) })
        }
        _ => (rust_type(one), quote! { value }),
    };
    quote! {
        impl ::std::convert::From<#from> for #name {
            fn from(value: #from) -> Self {
                Self::#variant(#value)
            }
        }
    }
}
