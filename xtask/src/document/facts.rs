//! The interface facts of a document: addresses, methods, parameters, schemas, enums, bounds, scopes, tags, ids and flags.
//!
//! The published document is its vendor's text, and our repository holds none of it. The walk below knows every keyword of
//! OpenAPI 3.0 by one of two names: it is a fact and stays, or it is prose and goes. A keyword that it does not know is a
//! problem, for dropping it could lose a part of the interface and keeping it could keep a sentence. Running it over its own
//! output changes nothing, so every run begins with it and both forms of a document are one from there on.

use serde_json::Value;

use super::{Document, METHODS, Pointer, load::kind, walk::COMBINATORS};
use crate::problem::{Problem, Problems};

/// What becomes of a member of an OpenAPI object.
#[derive(Clone, Copy)]
enum Rule {
    /// A fact that is a plain value of this kind.
    Keep(Plain),
    /// Prose, or a copy of a fact that stands elsewhere.
    Drop,
    /// A fact unless it is prose in the place of one.
    KeepIf(fn(&Value) -> bool),
    /// A fact of its own structure.
    Walk(fn(&mut Facts, &Pointer<'_>, &mut Value)),
}

/// The kinds of plain values.
#[derive(Clone, Copy)]
enum Plain {
    Text,
    Flag,
    Number,
    /// A list of texts.
    Texts,
    /// A list of anything.
    Values,
    /// An object of anything.
    Object,
}

impl Plain {
    fn is(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Flag => value.is_boolean(),
            Self::Number => value.is_number(),
            Self::Texts => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
            Self::Values => value.is_array(),
            Self::Object => value.is_object(),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Flag => "a boolean",
            Self::Number => "a number",
            Self::Texts => "an array of strings",
            Self::Values => "an array",
            Self::Object => "an object",
        }
    }
}

use Plain::{Flag, Number, Object, Text, Texts, Values};
use Rule::{Drop, Keep, KeepIf, Walk};

type Members = &'static [(&'static str, Rule)];

const ROOT: Members = &[
    ("openapi", Keep(Text)),
    ("info", Walk(|facts, at, value| facts.object(at, value, INFO))),
    ("servers", Walk(|facts, at, value| facts.list(at, value, server))),
    ("security", Walk(security)),
    ("components", Walk(|facts, at, value| facts.object(at, value, COMPONENTS))),
    ("tags", Walk(|facts, at, value| facts.list(at, value, |facts, at, tag| facts.object(at, tag, TAG)))),
    ("paths", Walk(|facts, at, value| facts.map(at, value, path_item))),
    ("externalDocs", Drop),
];
const INFO: Members = &[
    ("title", Keep(Text)),
    ("version", Keep(Text)),
    ("description", Drop),
    ("termsOfService", Drop),
    ("contact", Drop),
    ("license", Drop),
];
const SERVER: Members = &[
    ("url", Keep(Text)),
    ("description", Drop),
    ("variables", Walk(|facts, at, value| facts.map(at, value, |facts, at, variable| facts.object(at, variable, VARIABLE)))),
];
const VARIABLE: Members = &[("default", Keep(Text)), ("enum", Keep(Texts)), ("description", Drop)];
const TAG: Members = &[("name", Keep(Text)), ("description", Drop), ("externalDocs", Drop)];
const COMPONENTS: Members = &[
    ("schemas", Walk(|facts, at, value| facts.map(at, value, schema))),
    (
        "securitySchemes",
        Walk(|facts, at, value| facts.map(at, value, |facts, at, scheme| facts.object(at, scheme, SECURITY_SCHEME))),
    ),
    ("parameters", Walk(|facts, at, value| facts.map(at, value, parameter))),
    ("responses", Walk(|facts, at, value| facts.map(at, value, response))),
    ("requestBodies", Walk(|facts, at, value| facts.map(at, value, request_body))),
    ("examples", Drop),
];
const SECURITY_SCHEME: Members = &[
    ("type", Keep(Text)),
    ("scheme", Keep(Text)),
    ("name", Keep(Text)),
    ("in", Keep(Text)),
    ("bearerFormat", Keep(Text)),
    ("openIdConnectUrl", Keep(Text)),
    ("flows", Walk(|facts, at, value| facts.map(at, value, |facts, at, flow| facts.object(at, flow, FLOW)))),
    ("description", Drop),
];
const FLOW: Members = &[
    ("authorizationUrl", Keep(Text)),
    ("tokenUrl", Keep(Text)),
    ("refreshUrl", Keep(Text)),
    ("scopes", Walk(|facts, at, value| facts.map(at, value, |_, _, words| *words = Value::String(String::new())))),
];
const OPERATION: Members = &[
    ("tags", Keep(Texts)),
    ("operationId", Keep(Text)),
    ("parameters", Walk(|facts, at, value| facts.list(at, value, parameter))),
    ("requestBody", Walk(request_body)),
    ("responses", Walk(|facts, at, value| facts.map(at, value, response))),
    ("deprecated", Keep(Flag)),
    ("security", Walk(security)),
    ("servers", Walk(|facts, at, value| facts.list(at, value, server))),
    ("summary", Drop),
    ("description", Drop),
    ("externalDocs", Drop),
];
const PARAMETER: Members = &[
    ("$ref", Keep(Text)),
    ("name", Keep(Text)),
    ("in", Keep(Text)),
    ("required", Keep(Flag)),
    ("deprecated", Keep(Flag)),
    ("allowEmptyValue", Keep(Flag)),
    ("style", Keep(Text)),
    ("explode", Keep(Flag)),
    ("allowReserved", Keep(Flag)),
    ("schema", Walk(schema)),
    ("content", Walk(|facts, at, value| facts.map(at, value, media_type))),
    ("description", Drop),
    ("example", Drop),
    ("examples", Drop),
];
const REQUEST_BODY: Members = &[
    ("$ref", Keep(Text)),
    ("content", Walk(|facts, at, value| facts.map(at, value, media_type))),
    ("required", Keep(Flag)),
    ("description", Drop),
];
const RESPONSE: Members = &[
    ("$ref", Keep(Text)),
    ("content", Walk(|facts, at, value| facts.map(at, value, media_type))),
    ("headers", Walk(|facts, at, value| facts.map(at, value, |facts, at, header| facts.object(at, header, PARAMETER)))),
    ("description", Drop),
];
const MEDIA_TYPE: Members = &[("schema", Walk(schema)), ("encoding", Keep(Object)), ("example", Drop), ("examples", Drop)];
const SCHEMA: Members = &[
    ("$ref", Keep(Text)),
    ("type", Keep(Text)),
    ("format", Keep(Text)),
    ("nullable", Keep(Flag)),
    ("enum", Keep(Values)),
    ("default", KeepIf(is_value)),
    ("required", Keep(Texts)),
    ("properties", Walk(|facts, at, value| facts.map(at, value, schema))),
    ("additionalProperties", Walk(schema)),
    ("items", Walk(schema)),
    ("oneOf", Walk(|facts, at, value| facts.list(at, value, schema))),
    ("anyOf", Walk(|facts, at, value| facts.list(at, value, schema))),
    ("allOf", Walk(|facts, at, value| facts.list(at, value, schema))),
    ("not", Walk(schema)),
    ("discriminator", Keep(Object)),
    ("multipleOf", Keep(Number)),
    ("minimum", Keep(Number)),
    ("maximum", Keep(Number)),
    ("exclusiveMinimum", Keep(Flag)),
    ("exclusiveMaximum", Keep(Flag)),
    ("minLength", Keep(Number)),
    ("maxLength", Keep(Number)),
    ("pattern", Keep(Text)),
    ("minItems", Keep(Number)),
    ("maxItems", Keep(Number)),
    ("uniqueItems", Keep(Flag)),
    ("minProperties", Keep(Number)),
    ("maxProperties", Keep(Number)),
    ("readOnly", Keep(Flag)),
    ("writeOnly", Keep(Flag)),
    ("deprecated", Keep(Flag)),
    ("title", Drop),
    ("description", Drop),
    ("example", Drop),
    ("examples", Drop),
    ("externalDocs", Drop),
    ("xml", Drop),
];

/// Extensions that are facts, all of them flags; all others are dropped, whatever they hold.
const EXTENSIONS: [&str; 1] = ["x-experimental"];

/// Reduces a document to its facts.
///
/// # Errors
/// All nodes that are not of the JSON type that OpenAPI asks for, and all keywords that are neither a known fact nor known
/// prose.
pub fn facts(mut document: Document) -> Result<Document, Problems> {
    let mut facts = Facts { problems: Problems::new() };
    facts.object(&Pointer::Root, document.root_mut(), ROOT);
    facts.problems.into_result()?;
    Ok(document)
}

struct Facts {
    problems: Problems,
}

impl Facts {
    fn wrong_type(&mut self, at: &Pointer<'_>, expected: &str, found: &Value) {
        let message = format!("expected {expected}, found {}", kind(found));
        self.problems.push(Problem::new(at, message, "OpenAPI 3.0 asks for it; correct the document"));
    }

    fn plain(&mut self, at: &Pointer<'_>, value: &Value, plain: Plain) {
        if !plain.is(value) {
            self.wrong_type(at, plain.words(), value);
        }
    }

    /// An object with known members.
    fn object(&mut self, at: &Pointer<'_>, value: &mut Value, members: Members) {
        let Value::Object(object) = value else { return self.wrong_type(at, "an object", value) };
        object.retain(|key, value| match members.iter().find(|(name, _)| name == key).map(|(_, rule)| rule) {
            Some(Keep(plain)) => {
                self.plain(&at.member(key), value, *plain);
                true
            }
            Some(KeepIf(is_fact)) => is_fact(value),
            Some(Walk(walk)) => {
                walk(self, &at.member(key), value);
                true
            }
            Some(Drop) => false,
            None => self.extension(
                at,
                key,
                value,
                "say in xtask/src/document/facts.rs whether it is a fact of the interface or prose",
            ),
        });
    }

    /// Whether to keep a member that no rule knows: an extension that is a fact. What is no extension is a problem.
    fn extension(&mut self, at: &Pointer<'_>, key: &str, value: &Value, help: &str) -> bool {
        if !key.starts_with("x-") {
            self.problems.push(Problem::new(at.member(key), format!("`{key}` is no keyword that is known here"), help));
        }
        let is_fact = EXTENSIONS.contains(&key);
        if is_fact {
            self.plain(&at.member(key), value, Flag);
        }
        is_fact
    }

    /// An object whose keys are names.
    fn map(&mut self, at: &Pointer<'_>, value: &mut Value, walk: fn(&mut Self, &Pointer<'_>, &mut Value)) {
        let Value::Object(object) = value else { return self.wrong_type(at, "an object", value) };
        object.iter_mut().for_each(|(key, value)| walk(self, &at.member(key), value));
    }

    /// An array.
    fn list(&mut self, at: &Pointer<'_>, value: &mut Value, walk: fn(&mut Self, &Pointer<'_>, &mut Value)) {
        let Value::Array(items) = value else { return self.wrong_type(at, "an array", value) };
        items.iter_mut().enumerate().for_each(|(index, item)| walk(self, &at.element(index), item));
    }
}

fn path_item(facts: &mut Facts, at: &Pointer<'_>, value: &mut Value) {
    let Value::Object(object) = value else { return facts.wrong_type(at, "an object", value) };
    object.retain(|key, value| {
        let at_key = at.member(key);
        match key.as_str() {
            method if METHODS.contains(&method) => facts.object(&at_key, value, OPERATION),
            "parameters" => facts.list(&at_key, value, parameter),
            "servers" => facts.list(&at_key, value, server),
            "$ref" => facts.plain(&at_key, value, Text),
            "summary" | "description" => return false,
            _ => {
                return facts.extension(
                    at,
                    key,
                    value,
                    "a path item holds methods, `parameters` and `servers`; correct the document",
                );
            }
        }
        true
    });
}

/// Alternatives of schemes, each with the scopes that it asks for.
fn security(facts: &mut Facts, at: &Pointer<'_>, value: &mut Value) {
    facts.list(at, value, |facts, at, schemes| {
        facts.map(at, schemes, |facts, at, scopes| facts.plain(at, scopes, Texts));
    });
}

fn server(facts: &mut Facts, at: &Pointer<'_>, value: &mut Value) {
    facts.object(at, value, SERVER);
}

fn parameter(facts: &mut Facts, at: &Pointer<'_>, value: &mut Value) {
    facts.object(at, value, PARAMETER);
}

fn request_body(facts: &mut Facts, at: &Pointer<'_>, value: &mut Value) {
    facts.object(at, value, REQUEST_BODY);
}

fn response(facts: &mut Facts, at: &Pointer<'_>, value: &mut Value) {
    facts.object(at, value, RESPONSE);
}

fn media_type(facts: &mut Facts, at: &Pointer<'_>, value: &mut Value) {
    facts.object(at, value, MEDIA_TYPE);
}

fn schema(facts: &mut Facts, at: &Pointer<'_>, value: &mut Value) {
    // `additionalProperties: true` is the one place where OpenAPI 3.0 lets a boolean stand for a schema.
    if value.is_boolean() && matches!(at, Pointer::Member(_, "additionalProperties")) {
        return;
    }
    facts.object(at, value, SCHEMA);
    for keyword in COMBINATORS {
        if value.get(keyword).and_then(Value::as_array).is_some_and(Vec::is_empty) {
            let help = "remove the keyword or name the alternatives";
            facts.problems.push(Problem::new(at.member(keyword), format!("`{keyword}` has no alternative"), help));
        }
    }
}

/// Whether a default is a value. The document writes sentences there too ("the time of the request"); a string with white
/// space in it is one of those.
fn is_value(default: &Value) -> bool {
    !default.as_str().is_some_and(|text| text.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(value: Value) -> Value {
        facts(Document::new(value)).expect("facts").root().clone()
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
    fn unknown_keywords_and_wrong_types_are_all_reported() {
        let problems = facts(Document::new(json!({
            "paths": {"/p": {"get": {"parameters": {}}, "fetch": {}}},
            "components": {"schemas": {"A": {"const": 1}, "B": {"items": []}, "C": {"oneOf": []}, "D": {"required": true, "enum": {}}}},
            "security": [{"o": [1]}]
        })))
        .expect_err("problems");
        let pointers: Vec<_> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
        assert_eq!(
            pointers,
            [
                "/paths/~1p/get/parameters",
                "/paths/~1p/fetch",
                "/components/schemas/A/const",
                "/components/schemas/B/items",
                "/components/schemas/C/oneOf",
                "/components/schemas/D/required",
                "/components/schemas/D/enum",
                "/security/0/o",
            ]
        );
    }
}
