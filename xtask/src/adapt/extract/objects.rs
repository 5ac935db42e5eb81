//! Objects: their fields, and how each says that it has no value.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::{
    adapt::{deprecated, member_names},
    characters::markdown_code,
    document::{Document, reach::Reach},
    model::{
        object::{Field, Object, Presence},
        rust_type::RustType,
    },
    names::field_name,
    overlay::Overlay,
};

/// Extracts all objects, by their schemas. `sent` are those that requests hold.
pub fn extract(
    reach: &Reach<'_>,
    sent: &BTreeSet<&str>,
    document: &Document,
    overlay: &Overlay,
) -> BTreeMap<String, Object> {
    let objects = document.schemas().filter_map(|(name, schema)| {
        let properties = schema.get("properties")?.as_object()?;
        let extractor = Extractor { name, schema, sent: sent.contains(name), reach, overlay };
        Some((name.to_owned(), extractor.object(properties)))
    });
    objects.collect()
}

struct Extractor<'a> {
    name: &'a str,
    schema: &'a Value,
    sent: bool,
    reach: &'a Reach<'a>,
    overlay: &'a Overlay,
}

impl Extractor<'_> {
    fn object(&self, properties: &Map<String, Value>) -> Object {
        Object {
            schema: self.name.to_owned(),
            fields: properties.iter().map(|(name, property)| self.field(name, property)).collect(),
            has_rest: self.schema.get("additionalProperties").is_some_and(Value::is_object),
            sent: self.sent,
        }
    }

    fn field(&self, name: &str, property: &Value) -> Field {
        let wire = member_names::wire_name(self.schema, name);
        let rust_type = RustType::of(property);
        let secret = self.overlay.is_secret(self.name, wire);
        let required = self.schema.get("required").and_then(Value::as_array);
        let presence = if required.is_some_and(|names| names.iter().any(|required| required == name)) {
            Presence::Required
        } else if self.sent {
            Presence::Nullable
        } else if matches!(rust_type, RustType::List(_) | RustType::AnyObject | RustType::Map(_)) && !secret {
            Presence::EmptyCollection
        } else {
            // A secret does not tell whether it is empty.
            Presence::Optional
        };
        // A type that contains itself needs a pointer. Lists and maps are pointers already.
        let boxed = matches!(&rust_type, RustType::Named(name) if self.reach.leads_to(name, self.name));
        let docs = self.overlay.field_docs(self.name, wire).map_or_else(|| markdown_code(wire), str::to_owned);
        let lenient = property.get("x-jsm-lenient").is_some();
        let deprecated = deprecated::is_marked(self.schema, wire);
        let (rust_name, wire_name) = (field_name(name), wire.to_owned());
        Field { rust_name, wire_name, rust_type, presence, secret, boxed, lenient, deprecated, docs }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{document::schema_reference, render::field::whole_type};

    fn extracted(sent: bool) -> Object {
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
        extract(&reach, &reach.sent(&document), &document, &overlay).remove("Heartbeat").expect("an object")
    }

    fn whole(object: &Object) -> Vec<String> {
        object.fields.iter().map(|field| format!("{}: {}", field.rust_name, whole_type(field)).replace(' ', "")).collect()
    }

    #[test]
    fn what_is_only_received_has_options_and_lists() {
        let object = extracted(false);
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
        let docs: Vec<_> = object.fields.iter().map(|field| field.docs.as_str()).take(2).collect();
        assert_eq!(docs, ["`apiKey`", "What it is called."]);
    }

    #[test]
    fn what_is_sent_tells_absence_from_null() {
        let fields = whole(&extracted(true));
        assert_eq!(fields[0], "api_key:::jsm_ops_core::Nullable<::jsm_ops_core::Secret<::std::string::String>>");
        assert_eq!(fields[4], "tags:::jsm_ops_core::Nullable<::std::vec::Vec<::std::string::String>>");
        assert_eq!(fields[1], "name:::std::string::String");
    }
}
