//! Multipart forms, which progenitor does not support.
//!
//! progenitor sees a raw body instead, which gives a method of the right form. The call builder
//! sends the form.

use serde_json::{Map, Value, json};

use crate::{
    adapt::{
        deprecated::is_deprecated,
        media_types::{FORM, RAW_BODY},
    },
    document::{Pointer, schema_name},
    model::{
        operation::{FormPart, PartContent},
        rust_type::RustType,
    },
    names::{checked_parameter_name, field_name},
    problem::{Problem, Problems},
};

/// The parts of the form that a body is, with a raw body left in its place; `None` where it is not
/// a form, or one that the preflight reports. `schemas` are the named schemas.
pub fn take(
    at: &Pointer<'_>,
    label: &str,
    body: &mut Value,
    schemas: &Map<String, Value>,
    notes: &mut Problems,
) -> Option<Vec<FormPart>> {
    let content = body.get_mut("content")?.as_object_mut()?;
    let schema = resolved(content.get(FORM)?.get("schema")?, schemas)?;
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|required| required == name));
    let mut parts: Vec<FormPart> = Vec::new();
    for (name, property) in schema.get("properties")?.as_object()? {
        let content = part_content(property, schemas);
        let is_free = |rust_name: &str| rust_name != "body" && parts.iter().all(|part| part.rust_name != rust_name);
        let rust_name = checked_parameter_name(name).map(|_| field_name(name)).filter(|rust_name| is_free(rust_name));
        let (Some(content), Some(rust_name)) = (content, rust_name) else {
            if is_required(name) {
                return None;
            }
            let message = format!("the part `{name}` of the form is left out: its form or its name is not supported");
            let help = "support it in xtask/src/adapt/extract/multipart.rs";
            notes.push(Problem::new(at, message, help).in_operation(label));
            continue;
        };
        let required = is_required(name);
        parts.push(FormPart { name: name.clone(), rust_name, content, required, deprecated: is_deprecated(property) });
    }
    if let [FormPart { content: PartContent::File, required, .. }] = &mut parts[..] {
        // A form has a part.
        *required = true;
    }
    if parts.is_empty() {
        return None;
    }
    // Required parts are arguments.
    parts.sort_by_key(|part| (!part.required, part.content != PartContent::File, part.name.clone()));
    content.clear();
    content.insert(RAW_BODY.to_owned(), json!({"schema": {"type": "string", "format": "binary"}}));
    Some(parts)
}

fn part_content(property: &Value, schemas: &Map<String, Value>) -> Option<PartContent> {
    let property = resolved(property, schemas)?;
    let text = |key: &str| property.get(key).and_then(Value::as_str);
    match (text("type"), text("format")) {
        (Some("string"), Some("binary")) => Some(PartContent::File),
        (Some("string" | "integer" | "number" | "boolean"), _) => Some(PartContent::Text(RustType::of(property))),
        (Some("array"), _) => match part_content(property.get("items")?, schemas)? {
            PartContent::Text(item) if !matches!(item, RustType::List(_)) => {
                Some(PartContent::Text(RustType::List(Box::new(item))))
            }
            _ => None,
        },
        _ => None,
    }
}

/// A schema, behind a reference to a named schema or not.
fn resolved<'a>(schema: &'a Value, schemas: &'a Map<String, Value>) -> Option<&'a Value> {
    match schema.get("$ref") {
        Some(reference) => schemas.get(schema_name(reference.as_str()?)?).filter(|target| target.get("$ref").is_none()),
        None => Some(schema),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::schema_reference;

    fn taken(schema: Value) -> (Option<Vec<String>>, Value, String) {
        let schemas = json!({
            "Form": {"properties": {"file": {"type": "string", "format": "binary"}}},
            "Kind": {"type": "string", "enum": ["a"]}
        });
        let mut body = json!({"content": {FORM: {"schema": schema}}});
        let mut notes = Problems::new();
        let schemas = schemas.as_object().expect("an object");
        let parts = take(&Pointer::Root, "POST /a", &mut body, schemas, &mut notes);
        let parts = parts.map(|parts| {
            let shown = parts.into_iter().map(|part| format!("{} {:?} {}", part.rust_name, part.content, part.required));
            shown.collect()
        });
        (parts, body, notes.to_string())
    }

    #[test]
    fn a_form_with_one_file_becomes_a_raw_body() {
        let (parts, body, _) = taken(schema_reference("Form"));
        assert_eq!(parts, Some(vec!["file File true".to_owned()]));
        assert_eq!(body, json!({"content": {RAW_BODY: {"schema": {"type": "string", "format": "binary"}}}}));
    }

    #[test]
    fn a_form_has_several_parts_required_ones_first() {
        let (parts, _, notes) = taken(json!({"required": ["type", "file"], "properties": {
            "note": {"type": "string"},
            "file": {"type": "string", "format": "binary"},
            "ids": {"type": "array", "items": {"type": "integer", "format": "int64"}},
            "type": schema_reference("Kind"),
            "meta": {"type": "object"}
        }}));
        let expected =
            ["file File true", "type_ Text(String) true", "ids Text(List(Integer64)) false", "note Text(String) false"];
        assert_eq!(parts.expect("parts"), expected);
        assert!(notes.contains("(POST /a): the part `meta` of the form is left out"), "{notes}");
    }

    #[test]
    fn other_forms_stay() {
        for schema in [json!({"type": "string"}), json!({"required": ["a"], "properties": {"a": {"type": "object"}}})] {
            let (parts, body, _) = taken(schema.clone());
            assert_eq!((parts, body), (None, json!({"content": {FORM: {"schema": schema}}})));
        }
    }
}
