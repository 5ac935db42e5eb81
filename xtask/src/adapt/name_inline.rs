//! Names every object, enum and union.
//!
//! typify names unnamed schemas itself, and where two of its names are equal, one type silently
//! replaces the other. So this pass makes them named schemas, and the preflight checks the names:
//! the name of the schema around them, and that of the property. References into the middle of
//! schemas, which typify does not support, become references to these names.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::{
    document::{Document, Pointer, schema_name, schema_reference, walk},
    names,
};

/// Names all unnamed objects, enums and unions, and points references into schemas to them. Returns
/// the pointers at which they stood, by their names.
pub fn name_inline(document: &mut Document) -> BTreeMap<String, String> {
    let taken = document.schemas().map(|(name, _)| names::type_name(name)).collect();
    let mut namer = Namer { taken, moved: Map::new(), names: BTreeMap::new() };
    let bases = base_names(document);
    walk::roots_mut(document, |at, schema| {
        let place = at.to_string();
        if let Some(base) = bases.get(&place) {
            namer.visit(at, schema, base, place.starts_with("/components/"));
        }
    });
    if let Some(schemas) = document.schemas_mut() {
        schemas.extend(namer.moved);
    }
    point_to_names(document, &namer.names);
    namer.names.into_iter().map(|(pointer, name)| (name, pointer)).collect()
}

/// The first part of the names in a place: the name of the schema, or that of the operation and the
/// role in it.
fn base_names(document: &Document) -> BTreeMap<String, String> {
    let mut bases: BTreeMap<String, String> = BTreeMap::new();
    for (name, _) in document.schemas() {
        bases.insert(Pointer::Path(&["components", "schemas", name]).to_string(), name.to_owned());
    }
    for operation in document.operations() {
        let name = names::type_name(operation.id());
        let mut add = |at: &Pointer<'_>, owner: Option<&Value>, role: &str| {
            let content = owner.and_then(|owner| owner.get("content")).and_then(Value::as_object);
            for (media_type, _) in content.into_iter().flatten() {
                let at = at.member("content").member(media_type).member("schema").to_string();
                bases.insert(at, format!("{name}{role}"));
            }
        };
        let at = Pointer::Path(&["paths", operation.path, operation.method]);
        add(&at.member("requestBody"), operation.value.get("requestBody"), "Body");
        let responses = operation.value.get("responses").and_then(Value::as_object);
        for (status, response) in responses.into_iter().flatten() {
            add(&at.member("responses").member(status), Some(response), "Response");
        }
        let own = (at, operation.value.get("parameters"));
        let shared_at = Pointer::Path(&["paths", operation.path]);
        for (at, parameters) in [own, (shared_at, operation.item.get("parameters"))] {
            for (index, parameter) in parameters.and_then(Value::as_array).into_iter().flatten().enumerate() {
                let parameter = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
                bases
                    .entry(format!("{at}/parameters/{index}/schema"))
                    .or_insert_with(|| names::inline_name(&name, parameter));
            }
        }
    }
    bases
}

struct Namer {
    /// The Rust names of all schemas.
    taken: BTreeSet<String>,
    moved: Map<String, Value>,
    /// The names that schemas got, by the pointer at which they stood.
    names: BTreeMap<String, String>,
}

impl Namer {
    fn visit(&mut self, at: &Pointer<'_>, schema: &mut Value, base: &str, named: bool) {
        walk::children_mut(at, schema, |at, part| self.visit(at, part, &child_name(base, at), false));
        if named || !wants_name(schema) {
            return;
        }
        let name = self.free_name(base);
        self.names.insert(at.to_string(), name.clone());
        let reference = schema_reference(&name);
        self.moved.insert(name, std::mem::replace(schema, reference));
    }

    fn free_name(&mut self, base: &str) -> String {
        // The name of a property may have no letters that a type may have.
        let base = if names::checked_type_name(base).is_some() { base } else { &names::free_schema_name(base, |_| false) };
        let numbered = (2..).map(|number| format!("{base}Inline{number}"));
        let mut candidates = [base.to_owned(), format!("{base}Inline")].into_iter().chain(numbered);
        let name = candidates.find(|name| !self.taken.contains(&names::type_name(name))).unwrap_or_default();
        self.taken.insert(names::type_name(&name));
        name
    }
}

/// The name for a part of a schema, by its place in it.
fn child_name(base: &str, at: &Pointer<'_>) -> String {
    match at {
        Pointer::Member(Pointer::Member(_, "properties"), property) => names::inline_name(base, property),
        Pointer::Element(_, index) => format!("{base}Form{}", index + 1),
        Pointer::Member(_, "items") => format!("{base}Item"),
        _ => format!("{base}Value"),
    }
}

fn wants_name(schema: &Value) -> bool {
    let has = |keyword| schema.get(keyword).is_some();
    has("properties") || has("enum") || has("oneOf") || has("anyOf") || has("allOf")
}

/// Replaces references into the middle of schemas with references to names. Plain values, which
/// have no name, are copied.
fn point_to_names(document: &mut Document, names: &BTreeMap<String, String>) {
    let mut replacements = BTreeMap::new();
    for reference in deep_references(document) {
        let target = reference.trim_start_matches('#');
        if let Some(name) = names.get(target) {
            replacements.insert(reference.clone(), schema_reference(name));
        } else if let Some(plain) = document.root().pointer(target).filter(|_| target.starts_with("/components/schemas/")) {
            replacements.insert(reference.clone(), plain.clone());
        }
    }
    walk::schemas_mut(document, |_, schema| {
        let replacement = schema.get("$ref").and_then(Value::as_str).and_then(|reference| replacements.get(reference));
        if let Some(replacement) = replacement {
            *schema = replacement.clone();
        }
    });
}

/// The references that do not end at a name.
fn deep_references(document: &mut Document) -> BTreeSet<String> {
    let mut deep = BTreeSet::new();
    walk::schemas_mut(document, |_, schema| {
        let reference = schema.get("$ref").and_then(Value::as_str);
        deep.extend(reference.filter(|reference| schema_name(reference).is_none()).map(str::to_owned));
    });
    deep
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn named(mut document: Value) -> Value {
        document["openapi"] = json!("3.0.1");
        let mut document = Document::new(document);
        name_inline(&mut document);
        document.root().clone()
    }

    #[test]
    fn unnamed_schemas_are_named_after_their_place() {
        let document = named(json!({
            "components": {"schemas": {"Alert": {"properties": {
                "priority": {"type": "string", "enum": ["P1"]},
                "responders": {"type": "array", "items": {"properties": {"id": {"type": "string"}}}}
            }}}},
            "paths": {"/a": {"get": {
                "operationId": "list_alerts",
                "parameters": [{"name": "sort-by", "schema": {"type": "string", "enum": ["a"]}}],
                "requestBody": {"content": {"application/json": {"schema": {"oneOf": [{"properties": {"x": {}}}, {"type": "string"}]}}}},
                "responses": {"200": {"content": {"application/json": {"schema": {"type": "string"}}}}}
            }}}
        }));
        let schemas = document["components"]["schemas"].as_object().expect("schemas");
        let names: Vec<_> = schemas.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            ["Alert", "AlertPriority", "AlertRespondersItem", "ListAlertsSortBy", "ListAlertsBodyForm1", "ListAlertsBody"]
        );
        assert_eq!(schemas["Alert"]["properties"]["responders"]["items"], schema_reference("AlertRespondersItem"));
        assert_eq!(schemas["ListAlertsBody"]["oneOf"][0], schema_reference("ListAlertsBodyForm1"));
    }

    #[test]
    fn a_taken_name_is_not_taken_again() {
        let document = named(json!({"components": {"schemas": {
            "A": {"properties": {"b": {"type": "string", "enum": ["x"]}}},
            "AB": {"type": "string"}
        }}}));
        assert_eq!(document["components"]["schemas"]["A"]["properties"]["b"], schema_reference("ABInline"));
        assert_eq!(document["components"]["schemas"]["AB"], json!({"type": "string"}));
    }

    #[test]
    fn references_into_schemas_find_the_name_or_the_plain_type() {
        let document = named(json!({"components": {"schemas": {
            "A": {"properties": {"page": {"properties": {"x": {"type": "string"}}}}},
            "B": {"properties": {
                "page": {"$ref": "#/components/schemas/A/properties/page"},
                "gone": {"$ref": "#/components/schemas/A/properties/gone"}
            }},
            "C": {"$ref": "#/components/schemas/APage/properties/x"}
        }}}));
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["B"]["properties"]["page"], schema_reference("APage"));
        assert_eq!(schemas["B"]["properties"]["gone"], json!({"$ref": "#/components/schemas/A/properties/gone"}));
        assert_eq!(schemas["C"], json!({"type": "string"}));
    }
}
