//! Reads a [`Document`] from JSON or YAML, and rejects everything but OpenAPI 3.0 and 3.1.

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use serde_json::{Map, Value};

use super::{Document, METHODS, Pointer, strict::Strict, yaml};
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
    /// Text in UTF-16.
    #[error("the document is UTF-16\n    help: save it as UTF-8")]
    Utf16,
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

/// Reads the value of JSON or YAML, whatever it holds.
///
/// # Errors
/// There are too many bytes, or they are neither JSON nor YAML.
pub fn value(bytes: &[u8]) -> Result<Value, LoadError> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(LoadError::TooLarge);
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || matches!(bytes, [0, _, ..] | [_, 0, ..]) {
        return Err(LoadError::Utf16);
    }
    let text = std::str::from_utf8(bytes).map_err(|error| LoadError::NotUtf8(error.valid_up_to()))?;
    match text.trim_start_matches('\u{feff}').trim_start() {
        "" => Err(LoadError::Empty),
        text if text.starts_with('<') => Err(LoadError::Html),
        text if text.starts_with(['{', '[']) => json(text),
        text => yaml::read(text).map_err(|error| LoadError::Syntax { format: "YAML", reason: error.to_string() }),
    }
}

fn json(text: &str) -> Result<Value, LoadError> {
    let strict: Strict =
        serde_json::from_str(text).map_err(|error| LoadError::Syntax { format: "JSON", reason: error.to_string() })?;
    Ok(strict.0)
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
        // What begins with a bracket is JSON; the comment makes it YAML.
        for text in [
            "[".repeat(100_000),
            format!("{{\"a\":{}", "[".repeat(100_000)),
            format!("a: {}", "[".repeat(200_000)),
            format!("# YAML\n{}", "{".repeat(200_000)),
        ] {
            let message = rejected(&text);
            assert!(message.contains("recursion limit exceeded") && message.contains(" at line "), "{message}");
        }
    }

    #[test]
    fn utf_16_is_said_to_be_utf_16() {
        let units: Vec<u16> = SMALL.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for text in [&little, &big, &[&[0xff, 0xfe], &little[..]].concat(), &[&[0xfe, 0xff], &big[..]].concat()] {
            assert!(matches!(bytes(text), Err(LoadError::Utf16)));
        }
    }

    #[test]
    fn json_that_has_no_value_is_rejected_with_its_line() {
        let begin = "{\"openapi\":\"3.0.1\",\n";
        for rest in [
            "\"a\":1e400}",
            "\"a\":NaN}",
            "\"a\":\"\\ud800\"}",
            "\"a\":\"\\udc00x\"}",
            "\"openapi\":1}",
            "1:2}",
            "\"a\":01}",
            "\"a\":\"\t\"}",
        ] {
            let message = rejected(&format!("{begin}{rest}"));
            assert!(message.contains("at line 2 column"), "{rest}: {message}");
        }
        assert!(rejected(&format!("{SMALL}\n{SMALL}")).contains("at line 2 column 1"));
    }
}
