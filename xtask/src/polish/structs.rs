//! Objects: fields that hold what is sent and decode what comes back, with our words on them.
//!
//! typify gives the structs and the names of their fields. What a field is wrapped in, how it is read and written, and what it says of
//! itself comes from [`crate::adapt::objects`].

use std::collections::BTreeMap;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{AttrStyle, Attribute, Fields, Ident, ItemStruct, MacroDelimiter, Meta, MetaList, Type, Visibility, token};

use super::{UnexpectedCode, type_name, words};
use crate::{
    adapt::objects::{Field, Object, Wrapper},
    kind::Kind,
    overlay::Overlay,
};

/// Polishes all objects. Gives each with the name of its schema.
pub fn polish<'a>(
    items: Vec<ItemStruct>,
    objects: &'a BTreeMap<String, Object>,
    overlay: &Overlay,
) -> Result<Vec<(&'a Object, ItemStruct)>, UnexpectedCode> {
    let by_rust_name: BTreeMap<String, &Object> =
        objects.values().map(|object| (type_name(&object.schema).to_string(), object)).collect();
    let polished = items.into_iter().map(|item| {
        let name = item.ident.to_string();
        let object = by_rust_name.get(&name).ok_or_else(|| UnexpectedCode::new(&name, "a type of a schema"))?;
        Ok((*object, polish_one(item, object, overlay)?))
    });
    polished.collect()
}

fn polish_one(mut item: ItemStruct, object: &Object, overlay: &Overlay) -> Result<ItemStruct, UnexpectedCode> {
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
            node.attrs.push(words::line_of_docs(" What else there is, by its names on the wire."));
            continue;
        };
        let whole: Type = syn::parse2(field.whole()).map_err(|_| UnexpectedCode::new(place(), "a field that has a type"))?;
        if !same_value(&node.ty, field) {
            return Err(UnexpectedCode::new(place(), "a field of the type of its property"));
        }
        node.ty = whole;
        node.attrs = vec![words::line_of_docs(&format!(" {}", field.words))];
        node.attrs.extend(serde_attribute(field));
        node.vis = Visibility::Public(token::Pub::default());
    }
    let defaults = object.fields.iter().all(|field| !field.is_required()).then(|| quote! { Default, });
    item.attrs = vec![
        words::line_of_docs(&words::type_line(overlay, &object.schema)),
        list("derive", quote! { Clone, Debug, #defaults PartialEq, ::serde::Deserialize, ::serde::Serialize }),
        word("non_exhaustive"),
    ];
    Ok(item)
}

/// The field of a polished object in which typify keeps what the schema does not name.
pub fn rest<'a>(item: &'a ItemStruct, object: &Object) -> Option<&'a Ident> {
    let idents = item.fields.iter().filter_map(|field| field.ident.as_ref());
    idents.filter(|_| object.has_rest).find(|ident| object.fields.iter().all(|field| *ident != &field.rust_name))
}

/// Whether typify's type of a field holds what the property calls for: its name is the last but for what stands around it.
fn same_value(kind: &Type, field: &Field) -> bool {
    let name = |kind: TokenStream| {
        let words = kind.into_iter().filter_map(|token| match token {
            proc_macro2::TokenTree::Ident(name) => Some(name.to_string()),
            _ => None,
        });
        words.last().unwrap_or_default()
    };
    name(kind.to_token_stream()) == name(field.kind.owned())
}

/// What serde has to know of a field.
fn serde_attribute(field: &Field) -> Option<Attribute> {
    let Field { rust_name, wire, kind, wrapper, lenient, .. } = field;
    let mut words: Vec<TokenStream> = Vec::new();
    if rust_name != wire {
        words.push(quote! { rename = #wire });
    }
    let decoder = match kind {
        Kind::Date => Some("::jsm_ops_core::decode::date"),
        Kind::Integer32 | Kind::Integer64 => Some("::jsm_ops_core::decode::integer"),
        Kind::Boolean if *lenient => Some("::jsm_ops_core::decode::boolean"),
        _ if *wrapper == Wrapper::Empty => Some("::jsm_ops_core::decode::null_as_default"),
        _ => None,
    };
    let skip = match wrapper {
        Wrapper::None => None,
        Wrapper::Field => Some("::jsm_ops_core::Field::is_absent"),
        Wrapper::Option => Some("::std::option::Option::is_none"),
        Wrapper::Empty => Some(match kind {
            Kind::Open => "::serde_json::Map::is_empty",
            Kind::Map(_) => "::std::collections::BTreeMap::is_empty",
            _ => "::std::vec::Vec::is_empty",
        }),
    };
    if *wrapper != Wrapper::None {
        // An option is filled in by serde as long as it has no decoder of its own.
        if *wrapper != Wrapper::Option || decoder.is_some() {
            words.push(quote! { default });
        }
        words.push(quote! { skip_serializing_if = #skip });
    }
    if let Some(decoder) = decoder {
        words.push(quote! { deserialize_with = #decoder });
    }
    (!words.is_empty()).then(|| list("serde", quote! { #(#words),* }))
}

/// `#[name(words)]`, built without a parser: there are thousands of them.
fn list(name: &str, tokens: TokenStream) -> Attribute {
    let path = syn::Path::from(Ident::new(name, Span::call_site()));
    attribute(Meta::List(MetaList { path, delimiter: MacroDelimiter::Paren(token::Paren::default()), tokens }))
}

fn word(name: &str) -> Attribute {
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
        adapt::objects,
        document::{Document, reach::Reach},
    };

    fn polished(item: ItemStruct, schema: serde_json::Value) -> Result<String, UnexpectedCode> {
        let document = Document::new(json!({"components": {"schemas": {"Heartbeat": schema}}}));
        let overlay = Overlay::from_value(json!({
            "glossary.yaml": {"fields": {"size": "How many."}},
            "shared.yaml": {"types": {"Heartbeat": {"summary": "A switch."}}}
        }))
        .expect("overlay");
        let objects = objects::describe(&Reach::of(&document), &BTreeSet::new(), &document, &overlay);
        let polished = polish(vec![item], &objects, &overlay)?;
        Ok(polished[0].1.to_token_stream().to_string())
    }

    #[test]
    fn fields_have_words_and_decoders() {
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
        let code = polished(
            item,
            json!({"required": ["name"], "properties": {
                "tags": {"type": "array", "items": {"type": "string"}},
                "createdAt": {"type": "string", "format": "date-time"},
                "isEnabled": {"type": "boolean", "x-jsm-lenient": "boolean"},
                "size": {"type": "integer"},
                "name": {"type": "string"}
            }}),
        )
        .expect("polished");
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
        let code = polished(item.clone(), open).expect("polished");
        assert!(code.contains("# [serde (flatten)]"), "{code}");
        assert!(polished(item, json!({"properties": {}})).is_err());
    }

    #[test]
    fn a_field_of_another_type_is_refused() {
        let item: ItemStruct = syn::parse_quote! { pub struct Heartbeat { pub size: ::std::option::Option<f64> } };
        assert!(polished(item, json!({"properties": {"size": {"type": "integer"}}})).is_err());
    }
}
