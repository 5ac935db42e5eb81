//! Reduces a document to the facts of its interface: URLs, methods, parameters, schemas, enums,
//! bounds, scopes, tags, ids and flags.
//!
//! The published document is the vendor's text, and this repository contains none of it. The table
//! in `keywords` has every keyword of OpenAPI 3.0 and 3.1 as a fact, which stays, or as prose,
//! which goes. A fact that the generator does not read goes too, and so does an unknown keyword:
//! keeping it could keep a sentence. Both are reported, because a part of the interface may be
//! lost. Reducing facts again changes nothing, so every run begins with it.

mod characters;
mod keywords;

use keywords::{EXTENSIONS, NodeShape, Plain, ROOT, Rule, SCHEMA};
use serde_json::Value;

use super::{Document, Pointer, load::json_type};
use crate::problem::{Problem, Problems};

/// Reduces a document to its facts. `notes` receives the keywords that went although they are not
/// prose.
///
/// # Errors
/// All nodes of another JSON type than OpenAPI requires, and all names and values with characters
/// that do not print.
pub fn facts(mut document: Document, notes: &mut Problems) -> Result<Document, Problems> {
    let mut facts = Facts { problems: Problems::new(), notes };
    facts.reduce(&Pointer::Root, document.root_mut(), &ROOT);
    characters::check(&Pointer::Root, document.root(), &mut facts.problems);
    facts.problems.into_result()?;
    Ok(document)
}

struct Facts<'a> {
    problems: Problems,
    notes: &'a mut Problems,
}

impl Facts<'_> {
    fn reduce(&mut self, at: &Pointer<'_>, value: &mut Value, shape: &NodeShape) {
        match (shape, value) {
            (NodeShape::Plain(plain), value) => self.plain(at, value, *plain),
            (NodeShape::Prose, value) => *value = Value::String(String::new()),
            (NodeShape::SchemaOrFlag, Value::Bool(_)) => {}
            (NodeShape::SchemaOrFlag, value) => self.reduce(at, value, &SCHEMA),
            (NodeShape::OneOf(types), value) => {
                if !types.iter().any(|plain| plain.is(value)) {
                    let names: Vec<&str> = types.iter().map(|plain| plain.name()).collect();
                    self.wrong_type(at, &names.join(" or "), value);
                }
            }
            (NodeShape::Object(members), Value::Object(object)) => {
                object.retain(|key, value| self.member(at, members, key, value))
            }
            (NodeShape::Map(inner), Value::Object(object)) => {
                object.iter_mut().for_each(|(key, value)| self.reduce(&at.member(key), value, inner));
            }
            (NodeShape::Alternatives(_), Value::Array(items)) if items.is_empty() => {
                self.problems.push(Problem::new(
                    at,
                    "the list of alternatives is empty",
                    "remove the keyword, or add the alternatives",
                ));
            }
            (NodeShape::List(inner) | NodeShape::Alternatives(inner), Value::Array(items)) => {
                items.iter_mut().enumerate().for_each(|(index, item)| self.reduce(&at.element(index), item, inner));
            }
            (NodeShape::Object(_) | NodeShape::Map(_), value) => self.wrong_type(at, "an object", value),
            (NodeShape::List(_) | NodeShape::Alternatives(_), value) => self.wrong_type(at, "an array", value),
        }
    }

    /// Reduces one member of an object; returns whether it stays.
    fn member(&mut self, at: &Pointer<'_>, members: &[(&str, Rule)], key: &str, value: &mut Value) -> bool {
        match members.iter().find(|(name, _)| *name == key).map(|(_, rule)| rule) {
            Some(Rule::Keep(shape)) => {
                self.reduce(&at.member(key), value, shape);
                true
            }
            Some(Rule::KeepIf(is_fact)) => is_fact(value),
            Some(Rule::Drop) => false,
            Some(Rule::Ignore(reason)) => {
                self.note(at.member(key), format!("`{key}` is ignored: {reason}"));
                false
            }
            None if EXTENSIONS.contains(&key) => {
                self.plain(&at.member(key), value, Plain::Flag);
                true
            }
            None if key.starts_with("x-") => false,
            None => {
                self.note(at.member(key), format!("the unknown keyword `{key}` is ignored"));
                false
            }
        }
    }

    fn note(&mut self, at: Pointer<'_>, message: String) {
        let help = "if the client needs it, declare it as a fact in xtask/src/document/facts/keywords.rs";
        self.notes.push(Problem::new(at, message, help));
    }

    fn plain(&mut self, at: &Pointer<'_>, value: &Value, plain: Plain) {
        if !plain.is(value) {
            self.wrong_type(at, plain.name(), value);
        }
    }

    fn wrong_type(&mut self, at: &Pointer<'_>, expected: &str, found: &Value) {
        let message = format!("expected {expected}, found {}", json_type(found));
        self.problems.push(Problem::new(at, message, "correct the document, as OpenAPI requires"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(value: Value) -> Value {
        let mut notes = Problems::new();
        let facts = facts(Document::new(value), &mut notes).expect("facts");
        assert!(notes.is_empty(), "{notes}");
        facts.root().clone()
    }

    #[test]
    fn prose_goes_and_properties_of_the_same_name_stay() {
        let kept = of(json!({
            "info": {"title": "T", "description": "prose", "version": "1"},
            "x-narrative": {"documents": []},
            "components": {"schemas": {"A": {
                "description": "prose", "title": "A", "example": {"a": 1},
                "properties": {"description": {"type": "string", "example": "prose"}, "example": {"type": "string"}}
            }}}
        }));
        assert_eq!(
            kept,
            json!({
                "info": {"title": "T", "version": "1"},
                "components": {"schemas": {"A": {
                    "properties": {"description": {"type": "string"}, "example": {"type": "string"}}
                }}}
            })
        );
    }

    #[test]
    fn a_default_that_is_a_sentence_goes_and_a_value_stays() {
        let kept = of(json!({"components": {"schemas": {
            "A": {"type": "string", "default": "the time of the request"},
            "B": {"type": "string", "default": "desc"},
            "C": {"type": "integer", "default": 0}
        }}}));
        assert_eq!(
            kept["components"]["schemas"],
            json!({
                "A": {"type": "string"}, "B": {"type": "string", "default": "desc"}, "C": {"type": "integer", "default": 0}
            })
        );
    }

    #[test]
    fn scopes_keep_their_names_and_flags_stay() {
        let kept = of(json!({
            "components": {"securitySchemes": {"o": {"flows": {"f": {"scopes": {"read:x": "prose"}}}}}},
            "paths": {"/p": {"get": {"x-experimental": true, "x-other": "prose", "responses": {}}}}
        }));
        assert_eq!(kept["components"]["securitySchemes"]["o"]["flows"]["f"]["scopes"], json!({"read:x": ""}));
        assert_eq!(kept["paths"]["/p"]["get"], json!({"x-experimental": true, "responses": {}}));
    }

    #[test]
    fn a_second_run_changes_nothing() {
        let once = of(json!({
            "servers": [{"url": "https://h/", "description": "prose"}],
            "paths": {"/p": {"get": {"responses": {"200": {"description": "prose", "content": {"a/b": {"schema": {"type": "string"}}}}}}}}
        }));
        assert_eq!(of(once.clone()), once);
    }

    #[test]
    fn names_and_values_print_and_prose_may_have_lines() {
        let document = |value: &str| {
            json!({"components": {"schemas": {
                "A": {"type": "string", "enum": ["a", value], "description": "two\nlines"},
                "B": {"properties": {(value): {"type": "string"}}}
            }}})
        };
        let reduce = |value: &str| facts(Document::new(document(value)), &mut Problems::new());
        assert!(reduce("b c").is_ok());
        let problems = reduce("b\n\u{202e}c").expect_err("problems");
        let pointers: Vec<_> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
        assert_eq!(pointers, ["/components/schemas/A/enum/1", "/components/schemas/B/properties/b\n\u{202e}c"]);
        let shown = problems.to_string();
        assert!(shown.contains("at /components/schemas/B/properties/b\\n\\u{202e}c: the name"), "{shown}");
        assert!(shown.contains("`b\\n\\u{202e}c` has the character U+000A"), "{shown}");
    }

    #[test]
    fn wrong_types_are_all_reported() {
        let problems = facts(
            Document::new(json!({
                "paths": {"/p": {"get": {"parameters": {}}}},
                "components": {"schemas": {
                    "A": {"exclusiveMinimum": "1"},
                    "B": {"items": [], "type": 1},
                    "C": {"oneOf": []},
                    "D": {"required": true, "enum": {}}
                }},
                "security": [{"o": [1]}]
            })),
            &mut Problems::new(),
        )
        .expect_err("problems");
        let pointers: Vec<_> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
        assert_eq!(
            pointers,
            [
                "/paths/~1p/get/parameters",
                "/components/schemas/A/exclusiveMinimum",
                "/components/schemas/B/items",
                "/components/schemas/B/type",
                "/components/schemas/C/oneOf",
                "/components/schemas/D/required",
                "/components/schemas/D/enum",
                "/security/0/o",
            ]
        );
        assert!(problems.to_string().contains("expected a string or an array of strings, found a number"), "{problems}");
    }

    #[test]
    fn keywords_that_nothing_reads_go_and_are_reported() {
        let mut notes = Problems::new();
        let document = Document::new(json!({
            "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
            "webhooks": {"a": {"post": {}}},
            "info": {"summary": "prose", "license": {"identifier": "MIT"}},
            "paths": {"/p": {"get": {"callbacks": {"a": {}}}, "fetch": {}}},
            "components": {"schemas": {"A": {
                "type": ["string", "null"], "const": "a", "exclusiveMinimum": 1, "$comment": "prose", "examples": ["prose"],
                "if": {}, "discription": "prose", "$defs": {"B": {"description": "prose", "type": "string"}}
            }}}
        }));
        let kept = facts(document, &mut notes).expect("facts");
        assert_eq!(
            *kept.root(),
            json!({
                "info": {},
                "paths": {"/p": {"get": {}}},
                "components": {"schemas": {"A": {
                    "type": ["string", "null"], "const": "a", "exclusiveMinimum": 1, "$defs": {"B": {"type": "string"}}
                }}}
            })
        );
        let notes: Vec<String> = notes.iter().map(|note| format!("{}: {}", note.pointer, note.message)).collect();
        assert_eq!(
            notes,
            [
                "/webhooks: `webhooks` is ignored: the service sends these requests, and the client does not receive any",
                "/paths/~1p/get/callbacks: `callbacks` is ignored: the service sends these requests, and the client does not \
                 receive any",
                "/paths/~1p/fetch: the unknown keyword `fetch` is ignored",
                "/components/schemas/A/if: `if` is ignored: the Rust type takes every value that the schema takes without it",
                "/components/schemas/A/discription: the unknown keyword `discription` is ignored",
            ]
        );
    }
}
