//! Schemas: what typify turns into the intended types.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{
    document::{Document, Pointer, load::json_type, schema_name, schema_reference},
    names::{checked_field_name, checked_type_name},
    problem::{Problem, Problems},
};

/// Checks all named schemas and their names.
pub fn check_named(document: &Document, problems: &mut Problems) {
    let mut names: BTreeMap<String, &str> = BTreeMap::new();
    for (name, schema) in document.schemas() {
        let components = Pointer::Root.member("components");
        let schemas = components.member("schemas");
        let at = schemas.member(name);
        match checked_type_name(name) {
            None => {
                let help = "rename the schema in a repair";
                problems.push(Problem::new(at, format!("`{name}` has no valid Rust type name"), help));
            }
            Some(rust_name) => {
                if let Some(first) = names.insert(rust_name.clone(), name) {
                    let message = format!("the schemas `{first}` and `{name}` both have the Rust type name `{rust_name}`");
                    problems.push(Problem::new(at, message, "rename one of them in a repair"));
                }
            }
        }
        SchemaChecker { document, problems, operation: None }.check(&at, schema, Place::Named);
        if resolve(document, &schema_reference(name)) == Err(Unresolved::Loop) {
            let message = format!("the schema `{name}` is a reference to itself");
            problems.push(Problem::new(at, message, "break the loop in a repair"));
        }
    }
}

/// Checks a schema in an operation.
pub fn check_in_operation(document: &Document, at: &Pointer<'_>, schema: &Value, operation: &str, problems: &mut Problems) {
    SchemaChecker { document, problems, operation: Some(operation) }.check(at, schema, Place::Operation);
}

/// Why a reference does not lead to a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unresolved {
    /// The schema is missing.
    Dangling,
    /// It refers to itself.
    Loop,
}

/// Follows references to a schema.
pub fn resolve<'a>(document: &'a Document, schema: &'a Value) -> Result<&'a Value, Unresolved> {
    let mut resolved = schema;
    let mut visited = Vec::new();
    while let Some(reference) = resolved.get("$ref") {
        let name = reference.as_str().and_then(schema_name).ok_or(Unresolved::Dangling)?;
        if visited.contains(&name) {
            return Err(Unresolved::Loop);
        }
        visited.push(name);
        resolved = document.schema(name).ok_or(Unresolved::Dangling)?;
    }
    Ok(resolved)
}

/// The place of a schema.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Below `components.schemas`.
    Named,
    /// As parameter, body or response of an operation.
    Operation,
    /// Inside another schema.
    Inner,
}

struct SchemaChecker<'a> {
    document: &'a Document,
    problems: &'a mut Problems,
    operation: Option<&'a str>,
}

impl SchemaChecker<'_> {
    fn problem(&mut self, at: impl Into<String>, message: impl Into<String>, help: &str) {
        let mut problem = Problem::new(at, message, help);
        problem.operation = self.operation.map(str::to_owned);
        self.problems.push(problem);
    }

    fn check(&mut self, at: &Pointer<'_>, schema: &Value, place: Place) {
        let Some(object) = schema.as_object() else {
            return self.problem(at, format!("expected a schema, found {}", json_type(schema)), "correct the document");
        };
        if let Some(reference) = object.get("$ref") {
            return self.reference(at, reference);
        }
        for keyword in object.keys() {
            let known = match keyword.as_str() {
                "type" | "format" | "nullable" | "x-jsm-lenient" | "x-jsm-deprecated" | "x-jsm-wire-name" => true,
                "properties" | "required" | "additionalProperties" => matches!(type_of(object), Some("object")),
                "items" => type_of(object) == Some("array"),
                // `adapt::extract` checks their contents; typify never sees them.
                "enum" | "oneOf" | "anyOf" => place == Place::Named,
                _ => false,
            };
            if !known {
                let message = format!("`{keyword}` is not supported here");
                self.problem(at.member(keyword), message, "add a repair, or a pass in xtask/src/adapt that replaces it");
            }
        }
        match object.get("type").map(|kind| kind.as_str().unwrap_or_default()) {
            Some("object") => self.object(at, object),
            Some("array") => match object.get("items") {
                Some(items) => self.check(&at.member("items"), items, Place::Inner),
                None => self.problem(at, "the array has no `items`", "add `items` in a repair"),
            },
            Some("string" | "integer" | "number" | "boolean") | None => {}
            Some(other) => {
                self.problem(at.member("type"), format!("`{other}` is not a type of OpenAPI 3.0"), "correct the document")
            }
        }
        self.one_form(at, object);
        if let Some(nullable) = object.get("nullable") {
            let plain = matches!(type_of(object), Some("string" | "integer" | "number" | "boolean"));
            if *nullable != Value::Bool(false) && !(plain && place == Place::Inner) {
                self.problem(
                    at.member("nullable"),
                    "null is supported only for properties, list items and map values",
                    "move it to a property in a repair",
                );
            }
        }
    }

    /// Reports a schema with several forms, of which typify would use one.
    fn one_form(&mut self, at: &Pointer<'_>, object: &Map<String, Value>) {
        let forms = ["enum", "oneOf", "anyOf", "properties", "items"];
        let found: Vec<&str> = forms.into_iter().filter(|form| object.contains_key(*form)).collect();
        if let [first, second, ..] = found[..] {
            let message = format!("a schema with both `{first}` and `{second}` is not supported");
            self.problem(at, message, "choose one of them in a repair");
        }
    }

    fn reference(&mut self, at: &Pointer<'_>, reference: &Value) {
        let name = reference.as_str().and_then(schema_name);
        match name {
            None => self.problem(
                at,
                format!("the reference `{reference}` is invalid"),
                "use a reference of the form `#/components/schemas/NAME`",
            ),
            Some(name) if self.document.schema(name).is_none() => {
                self.problem(
                    at,
                    format!("the schema `{name}` is missing"),
                    "correct the reference, or add the schema, in a repair",
                );
            }
            Some(_) => {}
        }
    }

    fn object(&mut self, at: &Pointer<'_>, object: &Map<String, Value>) {
        let empty = Map::new();
        let properties = match object.get("properties") {
            None => &empty,
            Some(Value::Object(properties)) => properties,
            Some(other) => {
                return self.problem(
                    at.member("properties"),
                    format!("expected an object, found {}", json_type(other)),
                    "correct the document",
                );
            }
        };
        let mut fields: BTreeMap<String, &str> = BTreeMap::new();
        for (name, property) in properties {
            let parent = at.member("properties");
            let at = parent.member(name);
            match checked_field_name(name) {
                None => self.problem(
                    at,
                    format!("`{name}` has no valid Rust field name"),
                    "add a rule for it to xtask/src/names.rs",
                ),
                Some(field) => {
                    if let Some(first) = fields.insert(field.clone(), name) {
                        let message =
                            format!("the properties `{first}` and `{name}` both have the Rust field name `{field}`");
                        self.problem(at, message, "drop one of them in a repair, if they are the same");
                    }
                }
            }
            self.check(&at, property, Place::Inner);
        }
        let required = object.get("required").map(|required| (required, required.as_array()));
        if let Some((found, None)) = required {
            self.problem(
                at.member("required"),
                format!("expected a list, found {}", json_type(found)),
                "correct the document",
            );
        }
        for name in required.and_then(|(_, names)| names).into_iter().flatten() {
            if !name.as_str().is_some_and(|name| properties.contains_key(name)) {
                self.problem(
                    at.member("required"),
                    format!("the property `{name}` is required but not declared"),
                    "declare it in a repair, or drop it from `required`",
                );
            }
        }
        if let Some(values) = object.get("additionalProperties").filter(|values| !values.is_boolean()) {
            self.check(&at.member("additionalProperties"), values, Place::Inner);
        }
    }
}

fn type_of(schema: &Map<String, Value>) -> Option<&str> {
    schema.get("type").and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn problems(schemas: Value) -> Vec<String> {
        let document = Document::new(json!({"components": {"schemas": schemas}}));
        let mut problems = Problems::new();
        check_named(&document, &mut problems);
        problems.iter().map(|problem| format!("{} {}", problem.pointer, problem.message)).collect()
    }

    #[test]
    fn the_small_language_is_allowed() {
        let allowed = json!({
            "A": {"type": "object", "required": ["b"], "properties": {"b": {"$ref": "#/components/schemas/B"}, "type": {"type": "string"}}},
            "B": {"type": "array", "items": {"$ref": "#/components/schemas/A"}},
            "C": {"type": "object", "additionalProperties": {}},
            "D": {"type": "string", "enum": ["x"]},
            "E": {}
        });
        assert_eq!(problems(allowed), [""; 0]);
    }

    #[test]
    fn everything_else_is_reported_at_its_place() {
        let found = problems(json!({
            "A": {"type": "object", "required": ["gone", 1], "properties": {
                "aB": {"type": "float"}, "a-b": {"$ref": "#/components/schemas/Gone"}, "1": {"$ref": "other.json"}
            }},
            "B": {"allOf": [{}], "nullable": true},
            "C": {"type": "array"},
            "D": [],
            "a": {"items": {}}
        }));
        assert_eq!(
            found,
            [
                "/components/schemas/A/properties/aB/type `float` is not a type of OpenAPI 3.0",
                "/components/schemas/A/properties/a-b the properties `aB` and `a-b` both have the Rust field name `a_b`",
                "/components/schemas/A/properties/a-b the schema `Gone` is missing",
                "/components/schemas/A/properties/1 `1` has no valid Rust field name",
                "/components/schemas/A/properties/1 the reference `\"other.json\"` is invalid",
                "/components/schemas/A/required the property `\"gone\"` is required but not declared",
                "/components/schemas/A/required the property `1` is required but not declared",
                "/components/schemas/B/allOf `allOf` is not supported here",
                "/components/schemas/B/nullable null is supported only for properties, list items and map values",
                "/components/schemas/C the array has no `items`",
                "/components/schemas/D expected a schema, found an array",
                "/components/schemas/a the schemas `A` and `a` both have the Rust type name `A`",
                "/components/schemas/a/items `items` is not supported here",
            ]
        );
    }

    #[test]
    fn a_schema_is_one_thing() {
        let found = problems(json!({
            "A": {"enum": ["a"], "oneOf": [{"type": "string"}]},
            "B": {"type": "object", "anyOf": [{"type": "string"}], "properties": {}},
            "String": {"type": "object"}
        }));
        assert_eq!(
            found,
            [
                "/components/schemas/A a schema with both `enum` and `oneOf` is not supported",
                "/components/schemas/B a schema with both `anyOf` and `properties` is not supported",
                "/components/schemas/String `String` has no valid Rust type name",
            ]
        );
    }

    #[test]
    fn a_reference_to_itself_is_a_loop_and_a_recursive_type_is_not() {
        let found = problems(json!({
            "A": {"$ref": "#/components/schemas/B"},
            "B": {"$ref": "#/components/schemas/A"},
            "Tree": {"type": "object", "properties": {"children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}}}
        }));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().all(|problem| problem.contains("is a reference to itself")), "{found:?}");
    }
}
