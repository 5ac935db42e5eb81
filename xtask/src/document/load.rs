//! Reads a [`Document`] from JSON or YAML, and rejects everything but OpenAPI 3.0 and 3.1.

use std::{
    fmt, fs,
    io::{self, Read},
    path::Path,
};

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::{Document, METHODS, Pointer};
use crate::problem::{Problem, Problems};

/// Largest document that is read, in bytes. The published one has 0.6 MB.
pub const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Why bytes are not a supported document.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file could not be read.
    #[error("cannot read the document: {0}\n    help: check the path that was given to --spec or --from")]
    Io(io::Error),
    /// Nothing but white space.
    #[error("the document is empty\n    help: fetch it again")]
    Empty,
    /// More than [`MAX_BYTES`].
    #[error("the document has more than {MAX_BYTES} bytes\n    help: check that it is the OpenAPI document")]
    TooLarge,
    /// Not text in UTF-8.
    #[error("the document is not UTF-8: byte {0} is not part of a character\n    help: fetch it again")]
    NotUtf8(usize),
    /// A web page instead of the document.
    #[error(
        "the document is an HTML page\n    help: the URL may have moved, or a proxy responded instead; open it in a browser"
    )]
    Html,
    /// Neither JSON nor YAML; the reason holds line and column.
    #[error("the document is invalid {format}: {reason}\n    help: fetch it again; it may have been cut off or edited")]
    Syntax {
        /// `JSON` or `YAML`.
        format: &'static str,
        /// The reason, with line and column.
        reason: String,
    },
    /// JSON or YAML, but not an OpenAPI 3.0 or 3.1 document with operations.
    #[error("this is not an OpenAPI 3.0 or 3.1 document of the API: {0}")]
    NotOpenApi(Problems),
}

/// Reads a document from a file.
pub fn file(path: &Path) -> Result<Document, LoadError> {
    bytes(&read(path)?)
}

/// Reads the value of a JSON or YAML file, whatever it holds.
///
/// # Errors
/// The file cannot be read, is too large, or is neither JSON nor YAML.
pub fn file_value(path: &Path) -> Result<Value, LoadError> {
    value(&read(path)?)
}

/// Reads a file up to one byte more than [`MAX_BYTES`], which [`bytes`] rejects.
///
/// # Errors
/// A file that cannot be read.
pub fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    let file = fs::File::open(path).map_err(LoadError::Io)?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(LoadError::Io)?;
    Ok(bytes)
}

/// Reads a document from bytes; JSON and YAML are told apart by the first character.
pub fn bytes(bytes: &[u8]) -> Result<Document, LoadError> {
    let root = value(bytes)?;
    check(&root).map_err(LoadError::NotOpenApi)?;
    Ok(Document::new(root))
}

fn value(bytes: &[u8]) -> Result<Value, LoadError> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(LoadError::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|error| LoadError::NotUtf8(error.valid_up_to()))?;
    match text.trim_start_matches('\u{feff}').trim_start() {
        "" => Err(LoadError::Empty),
        text if text.starts_with('<') => Err(LoadError::Html),
        text if text.starts_with(['{', '[']) => json(text),
        text => yaml(text).map_err(|error| LoadError::Syntax { format: "YAML", reason: error.to_string() }),
    }
}

fn json(text: &str) -> Result<Value, LoadError> {
    let strict: Strict =
        serde_json::from_str(text).map_err(|error| LoadError::Syntax { format: "JSON", reason: error.to_string() })?;
    Ok(strict.0)
}

/// Reads YAML into a JSON value. Keys that YAML reads as numbers or booleans (`200:`) become the
/// strings that JSON would have.
///
/// # Errors
/// Invalid YAML, and values that JSON cannot express. The message has line and column.
pub fn yaml(text: &str) -> Result<Value, serde_yaml::Error> {
    serde_yaml::from_str(text).map(|Strict(value)| value)
}

/// Checks what all stages depend on.
fn check(root: &Value) -> Result<(), Problems> {
    let problem = |pointer: &str, message: String, help: &str| Err(Problems::from(Problem::new(pointer, message, help)));
    let Some(object) = root.as_object() else {
        let message = format!("expected an object, found {}", json_type(root));
        return problem("", message, "pass the OpenAPI document");
    };
    if let Some(version) = object.get("swagger") {
        return problem("/swagger", format!("the document is Swagger {version}"), "convert it to OpenAPI 3.0 first");
    }
    match object.get("openapi") {
        Some(Value::String(version)) if ["3.0.", "3.1."].iter().any(|known| version.starts_with(known)) => {}
        Some(version) => {
            let help = "convert it to OpenAPI 3.0.x or 3.1.x first; the generator knows no other version";
            return problem("/openapi", format!("the document is OpenAPI {version}"), help);
        }
        None => return problem("", "the version `openapi` is missing".to_owned(), "pass the OpenAPI document"),
    }
    let paths = object.get("paths").and_then(Value::as_object);
    if paths.is_none_or(Map::is_empty) {
        return problem("/paths", "the document has no paths".to_owned(), "fetch the document again");
    }
    let schemas = root.pointer("/components/schemas").and_then(Value::as_object);
    if schemas.is_none_or(Map::is_empty) {
        return problem("/components/schemas", "the document has no schemas".to_owned(), "fetch the document again");
    }
    let mut problems = Problems::new();
    for (path, item) in paths.into_iter().flatten() {
        let at = Pointer::Path(&["paths", path]);
        if !path.starts_with('/') {
            problems.push(Problem::new(at, "the path does not begin with a slash", "correct the document"));
        }
        let holds =
            |item: &Map<String, Value>| item.contains_key("$ref") || METHODS.iter().any(|method| item.contains_key(*method));
        let operations = item.as_object().is_some_and(holds);
        if !operations {
            let help = "remove the path, or find out which operations it lost";
            problems.push(Problem::new(at, "the path has no operation", help));
        }
    }
    problems.into_result()
}

/// The JSON type of a value, with an article.
pub fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// A JSON value in which a repeated key is an error. Usual parsers keep the last one.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom(format!("{value} is not a JSON number")))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Strict(item)) = access.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = access.next_key_seed(Key)? {
            let Strict(value) = access.next_value()?;
            if map.contains_key(&key) {
                return Err(serde::de::Error::custom(format!("the key `{key}` occurs twice in one object")));
            }
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

/// The key of a map; YAML reads `200:` as a number and `true:` as a boolean.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        match deserializer.deserialize_any(StrictVisitor)? {
            Value::String(key) => Ok(key),
            Value::Number(key) => Ok(key.to_string()),
            Value::Bool(key) => Ok(key.to_string()),
            other => Err(serde::de::Error::custom(format!("{} cannot be a key", json_type(&other)))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str =
        r#"{"openapi":"3.0.1","paths":{"/a":{"get":{"responses":{"200":{}}}}},"components":{"schemas":{"A":{}}}}"#;

    fn rejected(text: &str) -> String {
        bytes(text.as_bytes()).expect_err("rejected").to_string()
    }

    #[test]
    fn json_and_yaml_give_the_same_value() {
        let yaml = "openapi: 3.0.1\npaths:\n  /a:\n    get:\n      responses:\n        200: {}\ncomponents:\n  schemas:\n    A: {}\n";
        assert_eq!(bytes(SMALL.as_bytes()).expect("json"), bytes(yaml.as_bytes()).expect("yaml"));
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        assert!(bytes(format!("\u{feff}{SMALL}").as_bytes()).is_ok());
    }

    #[test]
    fn syntax_errors_have_a_location() {
        assert!(rejected(&SMALL[..40]).contains("line 1 column 40"), "{}", rejected(&SMALL[..40]));
        assert!(rejected("openapi: 3.0.1\npaths: [\n").contains("line"), "{}", rejected("openapi: 3.0.1\npaths: [\n"));
    }

    #[test]
    fn a_repeated_key_is_an_error_in_both_formats() {
        let twice = SMALL.replace(r#""schemas":{"#, r#""schemas":{"A":{},"#);
        assert!(rejected(&twice).contains("`A` occurs twice"));
        assert!(rejected("openapi: 3.0.1\nopenapi: 3.0.2\n").contains("`openapi`"));
    }

    #[test]
    fn what_is_no_document_is_rejected_with_its_reason() {
        assert!(rejected(" \n").contains("empty"));
        assert!(rejected("<!DOCTYPE html>").contains("HTML"));
        assert!(rejected("[]").contains("found an array"));
        assert!(rejected(r#"{"swagger":"2.0"}"#).contains("Swagger"));
        assert!(rejected(&SMALL.replace("3.0.1", "3.2.0")).contains("3.2.0"));
        assert!(bytes(SMALL.replace("3.0.1", "3.1.0").as_bytes()).is_ok());
        assert!(rejected(r#"{"openapi":"3.0.1"}"#).contains("no paths"));
        assert!(rejected(&SMALL.replace(r#""get""#, r#""x-get""#)).contains("/paths/~1a"));
        assert!(rejected(&SMALL.replace(r#""A":{}"#, "")).contains("no schemas"));
        assert!(matches!(bytes(b"{\"a\":\"\xff\"}"), Err(LoadError::NotUtf8(6))));
    }

    #[test]
    fn deep_nesting_is_an_error_and_no_overflow() {
        assert!(rejected(&"[".repeat(100_000)).contains("recursion limit"));
        assert!(rejected(&format!("a: {}", "[".repeat(1_000))).contains("recursion limit"));
    }
}
