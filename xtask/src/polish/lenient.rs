//! Fields that decode what the service sends, not only what the document declares.
//!
//! The service sends `null` for lists and maps that are empty, and an empty string for a date that is not set; a repair marks
//! the booleans that come as text.

use std::collections::BTreeSet;

use proc_macro2::TokenTree;
use serde_json::Value;
use syn::{Field, Fields, GenericArgument, Item, LitStr, Meta, PathArguments, PathSegment, Type};

use super::{UnexpectedCode, type_name};
use crate::document::Document;

/// Gives fields the decoder that they need.
pub fn apply(types: &mut [Item], document: &Document) -> Result<(), UnexpectedCode> {
    let mut marked = marked_booleans(document);
    for item in types {
        let Item::Struct(structure) = item else { continue };
        let Fields::Named(fields) = &mut structure.fields else { continue };
        for field in &mut fields.named {
            // Names are read only where a mark may be: reading them costs more than the rest of this pass.
            let inner = outside_segment(&field.ty).and_then(argument);
            let is_boolean = matches!(inner, Some(Type::Path(path)) if path.path.is_ident("bool"));
            let decoder = if is_boolean && marked.remove(&(structure.ident.to_string(), wire_name(field))) {
                Some("::jsm_ops_core::decode::optional_boolean")
            } else {
                decoder(field)
            };
            if let Some(decoder) = decoder {
                add_decoder(field, decoder);
            }
        }
    }
    match marked.pop_first() {
        Some((structure, field)) => Err(UnexpectedCode::new(format!("{structure}.{field}"), "an optional boolean field")),
        None => Ok(()),
    }
}

/// Type and wire name of the fields that a repair marked.
fn marked_booleans(document: &Document) -> BTreeSet<(String, String)> {
    let properties = |schema: &Value| schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let marked = document.schemas().flat_map(|(name, schema)| {
        let marked = properties(schema).into_iter().filter(|(_, property)| property.get("x-jsm-lenient").is_some());
        marked.map(move |(property, _)| (type_name(name).to_string(), property))
    });
    marked.collect()
}

/// The decoder that the type of a field calls for.
fn decoder(field: &Field) -> Option<&'static str> {
    match outside_segment(&field.ty)? {
        segment if segment.ident == "Option" => {
            let date = argument(segment).and_then(outside_segment).is_some_and(|inner| inner.ident == "DateTime");
            date.then_some("::jsm_ops_core::decode::optional_date")
        }
        segment if ["Vec", "Map", "BTreeMap"].iter().any(|name| segment.ident == name) => {
            has_default(field).then_some("::jsm_ops_core::decode::null_as_default")
        }
        _ => None,
    }
}

/// The last segment of a type from outside the crate, which typify writes with its whole path: a schema may be called `Vec` too.
fn outside_segment(kind: &Type) -> Option<&PathSegment> {
    match kind {
        Type::Path(path) if path.path.leading_colon.is_some() => path.path.segments.last(),
        _ => None,
    }
}

/// The first type argument, as the `T` of `Option<T>`.
fn argument(segment: &PathSegment) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(kind) => Some(kind),
        _ => None,
    })
}

/// Whether serde fills the field in where it is missing.
fn has_default(field: &Field) -> bool {
    let words = field.attrs.iter().filter_map(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("serde") => Some(list.tokens.clone()),
        _ => None,
    });
    words.flatten().any(|word| matches!(word, TokenTree::Ident(word) if word == "default"))
}

/// The name of a field in JSON.
fn wire_name(field: &Field) -> String {
    let mut name =
        field.ident.as_ref().map(|ident| ident.to_string().trim_start_matches("r#").to_owned()).unwrap_or_default();
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        // Words other than `rename` are passed over; an attribute that does not parse keeps the name of the field.
        let _ = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                name = meta.value()?.parse::<LitStr>()?.value();
            } else if meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<LitStr>()?;
            }
            Ok(())
        });
    }
    name
}

fn add_decoder(field: &mut Field, decoder: &str) {
    // Without `default` serde would ask for the field as soon as it has a decoder of its own.
    field.attrs.push(if has_default(field) {
        syn::parse_quote! { #[serde(deserialize_with = #decoder)] }
    } else {
        syn::parse_quote! { #[serde(default, deserialize_with = #decoder)] }
    });
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;
    use serde_json::json;

    use super::*;

    fn polished(types: syn::File, schemas: Value) -> Result<String, UnexpectedCode> {
        let mut types = types.items;
        apply(&mut types, &Document::new(json!({"components": {"schemas": schemas}})))?;
        Ok(types.iter().map(|item| item.to_token_stream().to_string()).collect())
    }

    #[test]
    fn lists_dates_and_marked_booleans_get_decoders() {
        let code = polished(
            syn::parse_quote! {
                pub struct Heartbeat {
                    #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
                    pub tags: ::std::vec::Vec<String>,
                    #[serde(rename = "createdAt", skip_serializing_if = "::std::option::Option::is_none")]
                    pub created_at: ::std::option::Option<::chrono::DateTime<::chrono::offset::Utc>>,
                    #[serde(rename = "isEnabled", skip_serializing_if = "::std::option::Option::is_none")]
                    pub is_enabled: ::std::option::Option<bool>,
                    pub name: String,
                }
            },
            json!({"Heartbeat": {"properties": {"isEnabled": {"type": "boolean", "x-jsm-lenient": "boolean"}}}}),
        )
        .expect("polished");
        let expected = [
            r#"# [serde (deserialize_with = "::jsm_ops_core::decode::null_as_default")] pub tags"#,
            r#"# [serde (default , deserialize_with = "::jsm_ops_core::decode::optional_date")] pub created_at"#,
            r#"# [serde (default , deserialize_with = "::jsm_ops_core::decode::optional_boolean")] pub is_enabled"#,
            r#", pub name"#,
        ];
        for part in expected {
            assert!(code.contains(part), "{part} in {code}");
        }
    }

    #[test]
    fn a_mark_without_a_field_is_an_error() {
        let schemas = json!({"A": {"properties": {"b": {"type": "boolean", "x-jsm-lenient": "boolean"}}}});
        assert!(polished(syn::parse_quote! { pub struct A { pub c: bool } }, schemas).is_err());
    }
}
