//! The types of parameters, fields and answers, as our own code writes them.

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use crate::{document::schema_name, polish::type_name};

/// A type of the small language that the preflight allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    Text,
    /// A whole number of 32 bits.
    Integer32,
    /// A whole number of 64 bits.
    Integer64,
    /// A number.
    Number,
    /// A boolean.
    Boolean,
    /// A date with a time.
    Date,
    /// Anything.
    Any,
    /// A named object, enum or union.
    Named(String),
    /// A list.
    List(Box<Kind>),
    /// A map of anything.
    Open,
    /// A map of values of one type.
    Map(Box<Kind>),
}

impl Kind {
    /// The type of a schema of an adapted document.
    pub fn of(schema: &Value) -> Self {
        let text = |key: &str| schema.get(key).and_then(Value::as_str);
        if let Some(name) = text("$ref").and_then(schema_name) {
            return Self::Named(name.to_owned());
        }
        match (text("type"), text("format")) {
            (Some("string"), Some("date-time")) => Self::Date,
            (Some("string"), _) => Self::Text,
            (Some("integer"), Some("int32")) => Self::Integer32,
            (Some("integer"), _) => Self::Integer64,
            (Some("number"), _) => Self::Number,
            (Some("boolean"), _) => Self::Boolean,
            (Some("array"), _) => Self::List(Box::new(schema.get("items").map_or(Self::Any, Self::of))),
            (Some("object"), _) => match schema.get("additionalProperties").filter(|values| values.is_object()) {
                Some(values) if Self::of(values) != Self::Any => Self::Map(Box::new(Self::of(values))),
                _ => Self::Open,
            },
            _ => Self::Any,
        }
    }

    /// The name of the schema that it mentions.
    pub fn named(&self) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name),
            Self::List(item) | Self::Map(item) => item.named(),
            _ => None,
        }
    }

    /// The type as a value of its own.
    pub fn owned(&self) -> TokenStream {
        self.owned_in("crate")
    }

    /// The type as a value of its own, in another crate or module than that which has the types.
    pub fn owned_in(&self, owner: &str) -> TokenStream {
        let owner_name = quote::format_ident!("{owner}");
        match self {
            Self::Text => quote! { ::std::string::String },
            Self::Integer32 => quote! { i32 },
            Self::Integer64 => quote! { i64 },
            Self::Number => quote! { f64 },
            Self::Boolean => quote! { bool },
            Self::Date => quote! { ::chrono::DateTime<::chrono::offset::Utc> },
            Self::Any => quote! { ::serde_json::Value },
            Self::Named(name) => {
                let name = type_name(name);
                quote! { #owner_name::types::#name }
            }
            Self::List(item) => {
                let item = item.owned_in(owner);
                quote! { ::std::vec::Vec<#item> }
            }
            Self::Open => quote! { ::serde_json::Map<::std::string::String, ::serde_json::Value> },
            Self::Map(value) => {
                let value = value.owned_in(owner);
                quote! { ::std::collections::BTreeMap<::std::string::String, #value> }
            }
        }
    }

    /// The type as an argument of a setter or function for a parameter.
    pub fn argument(&self) -> TokenStream {
        match self {
            Self::Text => quote! { &str },
            Self::List(item) => {
                let item = item.argument();
                quote! { &[#item] }
            }
            other => other.owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn schemas_have_types() {
        let named = json!({"$ref": "#/components/schemas/alert_note"});
        for (schema, expected) in [
            (json!({"type": "string"}), "& str"),
            (json!({"type": "integer", "format": "int32"}), "i32"),
            (json!({"type": "array", "items": {"type": "string"}}), "& [& str]"),
            (named.clone(), "crate :: types :: AlertNote"),
        ] {
            assert_eq!(Kind::of(&schema).argument().to_string(), expected, "{schema}");
        }
        let map = json!({"type": "object", "additionalProperties": named});
        assert_eq!(Kind::of(&map), Kind::Map(Box::new(Kind::Named("alert_note".to_owned()))));
        for open in [json!({"type": "object"}), json!({"type": "object", "additionalProperties": {}})] {
            assert_eq!(Kind::of(&open), Kind::Open);
        }
    }
}
