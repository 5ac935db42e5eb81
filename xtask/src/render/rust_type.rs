//! Rust types as tokens.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

use crate::{model::rust_type::RustType, names};

/// The name of the type of a schema.
pub fn type_ident(schema: &str) -> Ident {
    format_ident!("{}", names::type_name(schema))
}

/// The type of an owned value.
pub fn owned(rust_type: &RustType) -> TokenStream {
    owned_in(rust_type, "crate")
}

/// The type of an owned value, as another crate than that of the types names it.
pub fn owned_in(rust_type: &RustType, owner: &str) -> TokenStream {
    let owner_name = format_ident!("{owner}");
    match rust_type {
        RustType::String => quote! { ::std::string::String },
        RustType::Integer32 => quote! { i32 },
        RustType::Integer64 => quote! { i64 },
        RustType::Number => quote! { f64 },
        RustType::Boolean => quote! { bool },
        RustType::DateTime => quote! { ::chrono::DateTime<::chrono::offset::Utc> },
        RustType::Any => quote! { ::serde_json::Value },
        RustType::Named(name) => {
            let name = type_ident(name);
            quote! { #owner_name::types::#name }
        }
        RustType::List(item) => {
            let item = owned_in(item, owner);
            quote! { ::std::vec::Vec<#item> }
        }
        RustType::AnyObject => quote! { ::serde_json::Map<::std::string::String, ::serde_json::Value> },
        RustType::Map(value) => {
            let value = owned_in(value, owner);
            quote! { ::std::collections::BTreeMap<::std::string::String, #value> }
        }
    }
}

/// The type of an argument for a parameter.
pub fn argument(rust_type: &RustType) -> TokenStream {
    match rust_type {
        RustType::String => quote! { &str },
        RustType::List(item) => {
            let item = argument(item);
            quote! { &[#item] }
        }
        other => owned(other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn arguments_are_borrowed() {
        for (schema, expected) in [
            (json!({"type": "string"}), "& str"),
            (json!({"type": "integer", "format": "int32"}), "i32"),
            (json!({"type": "array", "items": {"type": "string"}}), "& [& str]"),
            (json!({"$ref": "#/components/schemas/alert_note"}), "crate :: types :: AlertNote"),
        ] {
            assert_eq!(argument(&RustType::of(&schema)).to_string(), expected, "{schema}");
        }
    }
}
