//! Objects: fields that hold what is sent and decode what comes back, with our words on them.
//!
//! typify gives the fields and their types. What a field is wrapped in, how it is read and written, and what it says of itself is
//! decided here: by whether the object is ever sent, and by what the document and the overlay say of the property.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use serde_json::{Map, Value};
use syn::{
    AttrStyle, Attribute, Field as Node, Fields, GenericArgument, Ident, ItemStruct, MacroDelimiter, Meta, MetaList,
    PathArguments, PathSegment, Type, Visibility, token,
};

use super::{UnexpectedCode, type_name, words};
use crate::{
    adapt::calls::rust_name,
    document::{Document, reach::Reach},
    kind::Kind,
    overlay::Overlay,
};

/// An object of the document.
#[derive(Debug, Clone)]
pub struct Object {
    /// The name of the schema.
    pub schema: String,
    /// The fields in the order of their names on the wire.
    pub fields: Vec<Field>,
    /// The field in which typify keeps properties that the schema does not name, where it says what they are.
    pub rest: Option<Ident>,
    /// Whether requests hold it.
    pub sent: bool,
    /// The code.
    pub item: ItemStruct,
}

/// A field of an object.
#[derive(Debug, Clone)]
pub struct Field {
    /// The name in Rust.
    pub ident: Ident,
    /// The name on the wire.
    pub wire: String,
    /// What its value is.
    pub kind: Kind,
    /// The type of its value, without what says that there may be none.
    pub value: Type,
    /// Whether it has to be there.
    pub required: bool,
    /// What it is wrapped in.
    pub wrapper: Wrapper,
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

/// Polishes all objects.
pub fn polish(items: Vec<ItemStruct>, document: &Document, overlay: &Overlay) -> Result<Vec<Object>, UnexpectedCode> {
    let schemas: BTreeMap<String, (&str, &Value)> =
        document.schemas().map(|(name, schema)| (type_name(name).to_string(), (name, schema))).collect();
    let reach = Reach::of(document);
    let sent = reach.sent(document);
    let secrets: BTreeSet<(&str, &str)> = overlay.secrets().iter().filter_map(|secret| secret.split_once('.')).collect();
    let wrappers = Wrappers::new();
    let objects = items.into_iter().map(|item| {
        let name = item.ident.to_string();
        let (schema, value) = schemas.get(&name).ok_or_else(|| UnexpectedCode::new(&name, "a type of a schema"))?;
        let schema = Schema { name: schema, value, sent: sent.contains(schema), secrets: &secrets, overlay };
        schema.object(item, &wrappers)
    });
    objects.collect()
}

struct Schema<'a> {
    name: &'a str,
    value: &'a Value,
    sent: bool,
    secrets: &'a BTreeSet<(&'a str, &'a str)>,
    overlay: &'a Overlay,
}

impl Schema<'_> {
    fn object(&self, mut item: ItemStruct, wrappers: &Wrappers) -> Result<Object, UnexpectedCode> {
        let name = item.ident.to_string();
        let Fields::Named(nodes) = &mut item.fields else { return Err(UnexpectedCode::new(name, "named fields")) };
        let empty = Map::new();
        let properties = self.value.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        let by_rust_name: BTreeMap<String, (&String, &Value)> =
            properties.iter().map(|(wire, property)| (rust_name(wire), (wire, property))).collect();
        let has_rest = self.value.get("additionalProperties").is_some_and(Value::is_object);
        let (mut fields, mut rest) = (Vec::new(), None);
        for node in &mut nodes.named {
            let ident = node.ident.clone().unwrap_or_else(|| Ident::new("_", Span::call_site()));
            let found = by_rust_name.get(ident.to_string().trim_start_matches("r#"));
            if found.is_none() && has_rest && rest.is_none() {
                node.attrs.push(words::line_of_docs(" What else there is, by its names on the wire."));
                rest = Some(ident);
                continue;
            }
            let (wire, property) = found
                .ok_or_else(|| UnexpectedCode::new(format!("{name}.{ident}"), "a field of a property of the schema"))?;
            let field = self.field(node, ident, wire, property, wrappers);
            fields.push(
                field.ok_or_else(|| UnexpectedCode::new(format!("{name}.{wire}"), "a field of the type of its property"))?,
            );
        }
        let defaults = fields.iter().all(|field| field.wrapper != Wrapper::None).then(|| quote! { Default, });
        item.attrs = vec![
            words::line_of_docs(&words::type_line(self.overlay, self.name)),
            list("derive", quote! { Clone, Debug, #defaults PartialEq, ::serde::Deserialize, ::serde::Serialize }),
            word("non_exhaustive"),
        ];
        Ok(Object { schema: self.name.to_owned(), fields, rest, sent: self.sent, item })
    }

    /// Polishes one field; `None` where typify's type is not the one that the property calls for.
    fn field(&self, node: &mut Node, ident: Ident, wire: &str, property: &Value, wrappers: &Wrappers) -> Option<Field> {
        let kind = Kind::of(property);
        let (typified, mut shape) = shape(&node.ty, self.value, wire);
        // The same type by its whole path, because setters stand in other modules too.
        let mut value: Type = syn::parse2(kind.owned()).ok()?;
        if is_boxed(&typified) {
            value = wrappers.wrap(&wrappers.boxed, &value);
        }
        if last_name(&typified) != last_name(&value) {
            return None;
        }
        if self.secrets.contains(&(self.name, wire)) {
            value = wrappers.wrap(&wrappers.secret, &value);
            if shape == Wrapper::Empty {
                // Whether it is empty cannot be seen from outside.
                shape = Wrapper::Option;
            }
        }
        let wrapper = match shape {
            Wrapper::None => Wrapper::None,
            _ if self.sent => Wrapper::Field,
            other => other,
        };
        node.ty = match wrapper {
            Wrapper::None | Wrapper::Empty => value.clone(),
            Wrapper::Field => wrappers.wrap(&wrappers.field, &value),
            Wrapper::Option => wrappers.wrap(&wrappers.option, &value),
        };
        let words = self.overlay.field_words(self.name, wire).map_or_else(|| format!("`{wire}`"), str::to_owned);
        node.attrs = vec![words::line_of_docs(&format!(" {words}"))];
        node.attrs.extend(serde_attribute(&ident, wire, wrapper, &kind, property));
        node.vis = Visibility::Public(token::Pub::default());
        let required = wrapper == Wrapper::None;
        Some(Field { ident, wire: wire.to_owned(), kind, value, required, wrapper, words })
    }
}

/// The type of the value of a field, and how typify says that there may be none.
fn shape(kind: &Type, schema: &Value, wire: &str) -> (Type, Wrapper) {
    let required = schema.get("required").and_then(Value::as_array);
    let required = required.is_some_and(|names| names.iter().any(|name| name == wire));
    match outside_segment(kind) {
        Some(segment) if segment.ident == "Option" => match argument(segment) {
            Some(inner) => (inner.clone(), Wrapper::Option),
            None => (kind.clone(), Wrapper::None),
        },
        Some(segment) if !required && ["Vec", "Map", "BTreeMap"].iter().any(|name| segment.ident == name) => {
            (kind.clone(), Wrapper::Empty)
        }
        _ => (kind.clone(), Wrapper::None),
    }
}

/// What serde has to know of a field.
fn serde_attribute(ident: &Ident, wire: &str, wrapper: Wrapper, kind: &Kind, property: &Value) -> Option<Attribute> {
    let mut words: Vec<TokenStream> = Vec::new();
    if ident != wire {
        words.push(quote! { rename = #wire });
    }
    let decoder = match kind {
        Kind::Date => Some("::jsm_ops_core::decode::date"),
        Kind::Integer32 | Kind::Integer64 => Some("::jsm_ops_core::decode::integer"),
        Kind::Boolean if property.get("x-jsm-lenient").is_some() => Some("::jsm_ops_core::decode::boolean"),
        _ if wrapper == Wrapper::Empty => Some("::jsm_ops_core::decode::null_as_default"),
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
    if wrapper != Wrapper::None {
        // An option is filled in by serde as long as it has no decoder of its own.
        if wrapper != Wrapper::Option || decoder.is_some() {
            words.push(quote! { default });
        }
        words.push(quote! { skip_serializing_if = #skip });
    }
    if let Some(decoder) = decoder {
        words.push(quote! { deserialize_with = #decoder });
    }
    (!words.is_empty()).then(|| list("serde", quote! { #(#words),* }))
}

/// Whether typify had to put a box around a type because it holds itself.
fn is_boxed(kind: &Type) -> bool {
    outside_segment(kind).is_some_and(|segment| segment.ident == "Box")
}

/// The name of a type without its path and arguments.
fn last_name(kind: &Type) -> Option<&Ident> {
    match kind {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
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

/// Types around other types, parsed once.
struct Wrappers {
    field: Type,
    option: Type,
    secret: Type,
    boxed: Type,
}

impl Wrappers {
    fn new() -> Self {
        Self {
            field: syn::parse_quote! { ::jsm_ops_core::Field<T> },
            option: syn::parse_quote! { ::std::option::Option<T> },
            secret: syn::parse_quote! { ::jsm_ops_core::Secret<T> },
            boxed: syn::parse_quote! { ::std::boxed::Box<T> },
        }
    }

    fn wrap(&self, around: &Type, value: &Type) -> Type {
        let mut around = around.clone();
        if let Type::Path(path) = &mut around
            && let Some(PathArguments::AngleBracketed(arguments)) =
                path.path.segments.last_mut().map(|segment| &mut segment.arguments)
        {
            arguments.args = std::iter::once(GenericArgument::Type(value.clone())).collect();
        }
        around
    }
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

/// Whether a type is one of those that are handed over as they are: numbers and booleans.
pub fn is_scalar(kind: &Type) -> bool {
    let mut tokens = kind.to_token_stream().into_iter();
    let name = match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(name)), None) => name,
        _ => return false,
    };
    ["bool", "i32", "i64", "f64"].iter().any(|scalar| name == scalar)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::overlay::Overlay;

    fn polished(item: ItemStruct, sent: bool) -> String {
        let body = json!({"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Heartbeat"}}}});
        let operation = if sent { json!({"requestBody": body}) } else { json!({}) };
        let document = Document::new(json!({
            "paths": {"/h": {"post": operation}},
            "components": {"schemas": {"Heartbeat": {"required": ["name"], "properties": {
                "tags": {"type": "array", "items": {"type": "string"}},
                "createdAt": {"type": "string", "format": "date-time"},
                "isEnabled": {"type": "boolean", "x-jsm-lenient": "boolean"},
                "apiKey": {"type": "string"},
                "size": {"type": "integer"},
                "name": {"type": "string"}
            }}}}
        }));
        let overlay = Overlay::from_value(json!({
            "areas": {}, "operations": {}, "fields": {"size": "How many."}, "secrets": ["Heartbeat.apiKey"],
            "types": {"Heartbeat": {"summary": "A switch."}}
        }))
        .expect("overlay");
        let objects = polish(vec![item], &document, &overlay).expect("polished");
        objects[0].item.to_token_stream().to_string()
    }

    fn heartbeat() -> ItemStruct {
        syn::parse_quote! {
            ///`Heartbeat`
            #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
            pub struct Heartbeat {
                #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
                pub tags: ::std::vec::Vec<::std::string::String>,
                #[serde(rename = "createdAt", skip_serializing_if = "::std::option::Option::is_none")]
                pub created_at: ::std::option::Option<::chrono::DateTime<::chrono::offset::Utc>>,
                pub is_enabled: ::std::option::Option<bool>,
                pub api_key: ::std::option::Option<::std::string::String>,
                pub size: ::std::option::Option<i64>,
                pub name: ::std::string::String,
            }
        }
    }

    fn assert_parts(code: &str, parts: &[&str]) {
        for part in parts {
            assert!(code.contains(part), "{part} in {code}");
        }
    }

    #[test]
    fn what_is_only_received_is_read_leniently() {
        let code = polished(heartbeat(), false);
        assert_parts(
            &code,
            &[
                r#"# [doc = " A switch."] # [derive (Clone , Debug , PartialEq , :: serde :: Deserialize"#,
                r#"# [serde (default , skip_serializing_if = "::std::vec::Vec::is_empty" , deserialize_with = "::jsm_ops_core::decode::null_as_default")] pub tags"#,
                r#"# [serde (rename = "createdAt" , default , skip_serializing_if = "::std::option::Option::is_none" , deserialize_with = "::jsm_ops_core::decode::date")]"#,
                r#"deserialize_with = "::jsm_ops_core::decode::boolean")] pub is_enabled : :: std :: option :: Option < bool >"#,
                r#"pub api_key : :: std :: option :: Option < :: jsm_ops_core :: Secret < :: std :: string :: String > >"#,
                r#"# [doc = " How many."] # [serde (default , skip_serializing_if = "::std::option::Option::is_none" , deserialize_with = "::jsm_ops_core::decode::integer")] pub size"#,
                r#"# [doc = " `name`"] pub name : :: std :: string :: String"#,
            ],
        );
    }

    #[test]
    fn what_is_sent_tells_absence_from_null() {
        let code = polished(heartbeat(), true);
        assert_parts(
            &code,
            &[
                r#"# [serde (default , skip_serializing_if = "::jsm_ops_core::Field::is_absent")] pub tags : :: jsm_ops_core :: Field < :: std :: vec :: Vec"#,
                r#"pub created_at : :: jsm_ops_core :: Field < :: chrono :: DateTime"#,
                r#"pub api_key : :: jsm_ops_core :: Field < :: jsm_ops_core :: Secret"#,
                r#"pub name : :: std :: string :: String"#,
            ],
        );
    }

    #[test]
    fn a_field_that_no_property_has_is_refused() {
        let document = Document::new(json!({"components": {"schemas": {"A": {"properties": {}}}}}));
        let item = syn::parse_quote! { pub struct A { pub x: bool } };
        assert!(polish(vec![item], &document, &Overlay::default()).is_err());
    }
}
