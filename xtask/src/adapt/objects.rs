//! Objects: their fields, and how each says that it has no value.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::{Map, Value};
use syn::Ident;

use super::calls::rust_name;
use crate::{
    document::{Document, reach::Reach},
    kind::Kind,
    overlay::Overlay,
};

/// An object of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The name of the schema.
    pub schema: String,
    /// The fields in the order of their names on the wire.
    pub fields: Vec<Field>,
    /// Whether the schema says what properties are that it does not name.
    pub has_rest: bool,
    /// Whether requests hold it.
    pub sent: bool,
}

/// A field of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name in Rust.
    pub rust_name: String,
    /// The name on the wire.
    pub wire: String,
    /// What its value is.
    pub kind: Kind,
    /// What it is wrapped in.
    pub wrapper: Wrapper,
    /// Whether its value must not be printed.
    pub secret: bool,
    /// Whether it holds the object that it is in, directly or through others.
    pub boxed: bool,
    /// Whether a boolean also comes as a text.
    pub lenient: bool,
    /// Our words.
    pub words: String,
}

/// How a field says that it has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrapper {
    /// It has one.
    None,
    /// By `Field`, which tells absence from `null`: the object is sent.
    Field,
    /// By `Option`.
    Option,
    /// By an empty list or map.
    Empty,
}

impl Field {
    /// The name in Rust, as a token.
    pub fn ident(&self) -> Ident {
        format_ident!("{}", self.rust_name)
    }

    /// Whether it has to be there.
    pub fn is_required(&self) -> bool {
        self.wrapper == Wrapper::None
    }

    /// The type of its value, without what says that there may be none.
    pub fn value(&self) -> TokenStream {
        let mut value = self.kind.owned();
        if self.boxed {
            value = quote! { ::std::boxed::Box<#value> };
        }
        if self.secret {
            value = quote! { ::jsm_ops_core::Secret<#value> };
        }
        value
    }

    /// The whole type.
    pub fn whole(&self) -> TokenStream {
        let value = self.value();
        match self.wrapper {
            Wrapper::None | Wrapper::Empty => value,
            Wrapper::Field => quote! { ::jsm_ops_core::Field<#value> },
            Wrapper::Option => quote! { ::std::option::Option<#value> },
        }
    }
}

/// Describes all objects, by their schemas. `sent` are those that requests hold.
pub fn describe(
    reach: &Reach<'_>,
    sent: &BTreeSet<&str>,
    document: &Document,
    overlay: &Overlay,
) -> BTreeMap<String, Object> {
    let objects = document.schemas().filter_map(|(name, schema)| {
        let properties = schema.get("properties")?.as_object()?;
        let describer = Describer { name, schema, sent: sent.contains(name), reach, overlay };
        Some((name.to_owned(), describer.object(properties)))
    });
    objects.collect()
}

struct Describer<'a> {
    name: &'a str,
    schema: &'a Value,
    sent: bool,
    reach: &'a Reach<'a>,
    overlay: &'a Overlay,
}

impl Describer<'_> {
    fn object(&self, properties: &Map<String, Value>) -> Object {
        Object {
            schema: self.name.to_owned(),
            fields: properties.iter().map(|(wire, property)| self.field(wire, property)).collect(),
            has_rest: self.schema.get("additionalProperties").is_some_and(Value::is_object),
            sent: self.sent,
        }
    }

    fn field(&self, wire: &str, property: &Value) -> Field {
        let kind = Kind::of(property);
        let secret = self.overlay.is_secret(self.name, wire);
        let required = self.schema.get("required").and_then(Value::as_array);
        let wrapper = if required.is_some_and(|names| names.iter().any(|name| name == wire)) {
            Wrapper::None
        } else if self.sent {
            Wrapper::Field
        } else if matches!(kind, Kind::List(_) | Kind::Open | Kind::Map(_)) && !secret {
            Wrapper::Empty
        } else {
            // Whether a secret is empty cannot be seen from outside.
            Wrapper::Option
        };
        // A list or map has its own place in memory; an object, enum or union that leads back here would have none that is large enough.
        let boxed = matches!(&kind, Kind::Named(name) if self.reach.leads_to(name, self.name));
        let words = self.overlay.field_docs(self.name, wire).map_or_else(|| format!("`{wire}`"), str::to_owned);
        let lenient = property.get("x-jsm-lenient").is_some();
        Field { rust_name: rust_name(wire), wire: wire.to_owned(), kind, wrapper, secret, boxed, lenient, words }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::schema_reference;

    fn described(sent: bool) -> Object {
        let body = json!({"content": {"application/json": {"schema": schema_reference("Heartbeat")}}});
        let operation = if sent { json!({"requestBody": body}) } else { json!({}) };
        let document = Document::new(json!({
            "paths": {"/h": {"post": operation}},
            "components": {"schemas": {"Heartbeat": {"required": ["name", "type"], "properties": {
                "apiKey": {"type": "string"},
                "name": {"type": "string"},
                "next": schema_reference("Heartbeat"),
                "settings": {"type": "object"},
                "tags": {"type": "array", "items": {"type": "string"}},
                "type": {"type": "integer"}
            }}}}
        }));
        let overlay = Overlay::from_value(json!({
            "glossary.yaml": {"fields": {"name": "What it is called."}},
            "shared.yaml": {"secrets": ["Heartbeat.apiKey", "Heartbeat.settings"]}
        }))
        .expect("overlay");
        let reach = Reach::of(&document);
        describe(&reach, &reach.sent(&document), &document, &overlay).remove("Heartbeat").expect("an object")
    }

    fn whole(object: &Object) -> Vec<String> {
        object.fields.iter().map(|field| format!("{}: {}", field.rust_name, field.whole()).replace(' ', "")).collect()
    }

    #[test]
    fn what_is_only_received_has_options_and_lists() {
        let object = described(false);
        assert_eq!(
            whole(&object),
            [
                "api_key:::std::option::Option<::jsm_ops_core::Secret<::std::string::String>>",
                "name:::std::string::String",
                "next:::std::option::Option<::std::boxed::Box<crate::types::Heartbeat>>",
                "settings:::std::option::Option<::jsm_ops_core::Secret<::serde_json::Map<::std::string::String,::serde_json::Value>>>",
                "tags:::std::vec::Vec<::std::string::String>",
                "type_:i64",
            ]
        );
        let words: Vec<_> = object.fields.iter().map(|field| field.words.as_str()).take(2).collect();
        assert_eq!(words, ["`apiKey`", "What it is called."]);
    }

    #[test]
    fn what_is_sent_tells_absence_from_null() {
        let fields = whole(&described(true));
        assert_eq!(fields[0], "api_key:::jsm_ops_core::Field<::jsm_ops_core::Secret<::std::string::String>>");
        assert_eq!(fields[4], "tags:::jsm_ops_core::Field<::std::vec::Vec<::std::string::String>>");
        assert_eq!(fields[1], "name:::std::string::String");
    }
}
