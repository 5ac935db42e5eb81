//! Objects: the types, serde attributes and docs of their fields.
//!
//! typify makes the structs and the names of their fields. Everything else comes from
//! [`crate::model::object`].

use std::collections::BTreeMap;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{AttrStyle, Attribute, Fields, Ident, ItemStruct, MacroDelimiter, Meta, MetaList, Type, Visibility, token};

use super::code::UnexpectedCode;
use crate::{
    model::{
        object::{Field, Object, Presence},
        rust_type::RustType,
    },
    overlay::Overlay,
    render::{
        deprecated,
        doc_attribute::{doc_attribute, type_line},
        field::whole_type,
        rust_type::{owned, type_ident},
    },
};

/// Rewrites all objects.
pub fn structs<'a>(
    items: Vec<ItemStruct>,
    objects: &'a BTreeMap<String, Object>,
    overlay: &Overlay,
) -> Result<Vec<(&'a Object, ItemStruct)>, UnexpectedCode> {
    let by_rust_name: BTreeMap<String, &Object> =
        objects.values().map(|object| (type_ident(&object.schema).to_string(), object)).collect();
    let structs = items.into_iter().map(|item| {
        let name = item.ident.to_string();
        let object = by_rust_name.get(&name).ok_or_else(|| UnexpectedCode::new(&name, "a type of a schema"))?;
        Ok((*object, one_struct(item, object, overlay)?))
    });
    structs.collect()
}

fn one_struct(mut item: ItemStruct, object: &Object, overlay: &Overlay) -> Result<ItemStruct, UnexpectedCode> {
    let name = item.ident.to_string();
    let Fields::Named(nodes) = &mut item.fields else { return Err(UnexpectedCode::new(name, "named fields")) };
    let by_rust_name: BTreeMap<&str, &Field> = object.fields.iter().map(|field| (field.rust_name.as_str(), field)).collect();
    let mut has_rest = false;
    for node in &mut nodes.named {
        let ident = node.ident.as_ref().map(Ident::to_string).unwrap_or_default();
        let place = || format!("{name}.{ident}");
        let Some(field) = by_rust_name.get(ident.trim_start_matches("r#")) else {
            if !object.has_rest || has_rest {
                return Err(UnexpectedCode::new(place(), "a field of a property of the schema"));
            }
            has_rest = true;
            node.attrs.push(doc_attribute(" Properties that the document does not name, by their wire names."));
            continue;
        };
        let whole: Type =
            syn::parse2(whole_type(field)).map_err(|_| UnexpectedCode::new(place(), "a field that has a type"))?;
        if !same_value(&node.ty, field) {
            return Err(UnexpectedCode::new(place(), "a field of the type of its property"));
        }
        node.ty = whole;
        node.attrs = vec![doc_attribute(&format!(" {}", field.docs))];
        node.attrs.extend(field.deprecated.then(deprecated::parsed));
        node.attrs.extend(serde_attribute(field));
        node.vis = Visibility::Public(token::Pub::default());
    }
    let defaults = object.fields.iter().all(|field| !field.is_required()).then(|| quote! { Default, });
    item.attrs = vec![
        doc_attribute(&type_line(overlay, &object.schema)),
        list("derive", quote! { Clone, Debug, #defaults PartialEq, ::serde::Deserialize, ::serde::Serialize }),
        bare("non_exhaustive"),
    ];
    Ok(item)
}

/// The field in which typify keeps the properties that the schema does not name.
pub fn rest<'a>(item: &'a ItemStruct, object: &Object) -> Option<&'a Ident> {
    let idents = item.fields.iter().filter_map(|field| field.ident.as_ref());
    idents.filter(|_| object.has_rest).find(|ident| object.fields.iter().all(|field| *ident != &field.rust_name))
}

/// Whether typify's type of a field is that of the property: both end with the same name.
fn same_value(kind: &Type, field: &Field) -> bool {
    let name = |kind: TokenStream| {
        let names = kind.into_iter().filter_map(|token| match token {
            proc_macro2::TokenTree::Ident(name) => Some(name.to_string()),
            _ => None,
        });
        names.last().unwrap_or_default()
    };
    name(kind.to_token_stream()) == name(owned(&field.rust_type))
}

/// The serde attribute of a field.
fn serde_attribute(field: &Field) -> Option<Attribute> {
    let Field { rust_name, wire_name, rust_type, presence, lenient, .. } = field;
    let mut parts: Vec<TokenStream> = Vec::new();
    if rust_name != wire_name {
        parts.push(quote! { rename = #wire_name });
    }
    let decoder = match rust_type {
        RustType::DateTime => Some("::jsm_ops_core::decode::date"),
        RustType::Integer32 | RustType::Integer64 => Some("::jsm_ops_core::decode::integer"),
        RustType::Boolean if *lenient => Some("::jsm_ops_core::decode::boolean"),
        _ if *presence == Presence::EmptyCollection => Some("::jsm_ops_core::decode::null_as_default"),
        _ => None,
    };
    let skip = match presence {
        Presence::Required => None,
        Presence::Nullable => Some("::jsm_ops_core::Nullable::is_absent"),
        Presence::Optional => Some("::std::option::Option::is_none"),
        Presence::EmptyCollection => Some(match rust_type {
            RustType::AnyObject => "::serde_json::Map::is_empty",
            RustType::Map(_) => "::std::collections::BTreeMap::is_empty",
            _ => "::std::vec::Vec::is_empty",
        }),
    };
    if *presence != Presence::Required {
        // An option is filled in by serde as long as it has no decoder of its own.
        if *presence != Presence::Optional || decoder.is_some() {
            parts.push(quote! { default });
        }
        parts.push(quote! { skip_serializing_if = #skip });
    }
    if let Some(decoder) = decoder {
        parts.push(quote! { deserialize_with = #decoder });
    }
    (!parts.is_empty()).then(|| list("serde", quote! { #(#parts),* }))
}

/// `#[name(tokens)]`, built without a parser: there are thousands of them.
fn list(name: &str, tokens: TokenStream) -> Attribute {
    let path = syn::Path::from(Ident::new(name, Span::call_site()));
    attribute(Meta::List(MetaList { path, delimiter: MacroDelimiter::Paren(token::Paren::default()), tokens }))
}

fn bare(name: &str) -> Attribute {
    attribute(Meta::Path(Ident::new(name, Span::call_site()).into()))
}

fn attribute(meta: Meta) -> Attribute {
    Attribute {
        pound_token: token::Pound::default(),
        style: AttrStyle::Outer,
        bracket_token: token::Bracket::default(),
        meta,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use std::collections::BTreeSet;

    use crate::{
        adapt::extract::objects,
        document::{Document, reach::Reach},
    };

    fn rewritten(item: ItemStruct, schema: serde_json::Value) -> Result<String, UnexpectedCode> {
        let document = Document::new(json!({"components": {"schemas": {"Heartbeat": schema}}}));
        let overlay = Overlay::from_value(json!({
            "glossary.yaml": {"fields": {"size": "How many."}},
            "shared.yaml": {"types": {"Heartbeat": {"summary": "A switch."}}}
        }))
        .expect("overlay");
        let objects = objects::extract(&Reach::of(&document), &BTreeSet::new(), &document, &overlay);
        let rewritten = structs(vec![item], &objects, &overlay)?;
        Ok(rewritten[0].1.to_token_stream().to_string())
    }

    #[test]
    fn fields_have_docs_and_decoders() {
        let item = syn::parse_quote! {
            ///`Heartbeat`
            #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
            pub struct Heartbeat {
                #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
                pub tags: ::std::vec::Vec<::std::string::String>,
                #[serde(rename = "createdAt", skip_serializing_if = "::std::option::Option::is_none")]
                pub created_at: ::std::option::Option<::chrono::DateTime<::chrono::offset::Utc>>,
                pub is_enabled: ::std::option::Option<bool>,
                pub size: ::std::option::Option<i64>,
                pub name: ::std::string::String,
            }
        };
        let code = rewritten(
            item,
            json!({"required": ["name"], "properties": {
                "tags": {"type": "array", "items": {"type": "string"}},
                "createdAt": {"type": "string", "format": "date-time"},
                "isEnabled": {"type": "boolean", "x-jsm-lenient": "boolean"},
                "size": {"type": "integer"},
                "name": {"type": "string"}
            }}),
        )
        .expect("rewritten");
        for part in [
            r#"# [doc = " A switch."] # [derive (Clone , Debug , PartialEq , :: serde :: Deserialize"#,
            r#"# [serde (default , skip_serializing_if = "::std::vec::Vec::is_empty" , deserialize_with = "::jsm_ops_core::decode::null_as_default")] pub tags"#,
            r#"# [serde (rename = "createdAt" , default , skip_serializing_if = "::std::option::Option::is_none" , deserialize_with = "::jsm_ops_core::decode::date")]"#,
            r#"deserialize_with = "::jsm_ops_core::decode::boolean")] pub is_enabled : :: std :: option :: Option < bool >"#,
            r#"# [doc = " How many."] # [serde (default , skip_serializing_if = "::std::option::Option::is_none" , deserialize_with = "::jsm_ops_core::decode::integer")] pub size"#,
            r#"# [doc = " `name`"] pub name : :: std :: string :: String"#,
        ] {
            assert!(code.contains(part), "{part} in {code}");
        }
    }

    #[test]
    fn what_typify_flattens_stays() {
        let item: ItemStruct = syn::parse_quote! {
            pub struct Heartbeat { #[serde(flatten)] pub extra: ::std::collections::BTreeMap<String, String> }
        };
        let open = json!({"properties": {}, "additionalProperties": {"type": "string"}});
        let code = rewritten(item.clone(), open).expect("rewritten");
        assert!(code.contains("# [serde (flatten)]"), "{code}");
        assert!(rewritten(item, json!({"properties": {}})).is_err());
    }

    #[test]
    fn a_field_of_another_type_is_rejected() {
        let item: ItemStruct = syn::parse_quote! { pub struct Heartbeat { pub size: ::std::option::Option<f64> } };
        assert!(rewritten(item, json!({"properties": {"size": {"type": "integer"}}})).is_err());
    }
}
