//! Request and response bodies: one media type each, and a schema where it becomes a type.

use serde_json::{Map, Value};

use super::operations::OperationChecker;
use crate::{
    adapt::media_types::{JSON, RAW_BODY},
    document::Pointer,
};

impl OperationChecker<'_> {
    pub(super) fn body(&mut self, method: &str, at: &Pointer<'_>, body: &Value) {
        if matches!(method, "get" | "head") {
            // CloudFront, in front of Jira Cloud, rejects it with an HTML page.
            self.problem(at, "a request with this method must not have a body", "drop the body in a repair");
        }
        let content = body.get("content").and_then(Value::as_object);
        let Some((media_type, media)) =
            content.filter(|content| content.len() == 1).and_then(|content| content.iter().next())
        else {
            return self.problem(at, "the body must have exactly one media type", "choose one of them in a repair");
        };
        let content_at = at.member("content");
        let at = content_at.member(media_type);
        let schema = media.get("schema");
        let raw = serde_json::json!({"type": "string", "format": "binary"});
        match media_type.as_str() {
            JSON if media.get("encoding").is_none() => match schema {
                Some(schema) => self.schema(&at.member("schema"), schema),
                None => self.problem(at, "the body has no schema", "declare its type in a repair"),
            },
            RAW_BODY if schema == Some(&raw) => {}
            _ => self.problem(
                at,
                format!("bodies of the media type `{media_type}` are not supported in this form"),
                "add a repair to xtask/src/repair/generator.rs",
            ),
        }
    }

    pub(super) fn responses(&mut self, at: &Pointer<'_>, responses: &Map<String, Value>) {
        let mut first: Option<(&str, Option<&Value>)> = None;
        for (status, response) in responses {
            let at = at.member(status);
            let code = status.parse::<u16>().is_ok_and(|code| (200..300).contains(&code));
            let known = status == "2XX" || (status.len() == 3 && code);
            if !known {
                self.problem(at, format!("`{status}` is not a success status"), "correct the status in a repair");
            }
            if response.get("$ref").is_some() || !response.is_object() {
                self.problem(at, "the reference to a response leads nowhere", "replace the reference with the response");
                continue;
            }
            let kind = self.response(&at, response);
            match first {
                None => first = Some(kind),
                Some(first) if first == kind => {}
                Some(_) => self.problem(
                    at,
                    "two success responses have different types",
                    "choose one in a repair, or make them alternatives of one schema",
                ),
            }
        }
        if first.is_none() {
            self.problem(at, "the operation declares no success response", "declare it in a repair");
        }
    }

    /// Checks the content of a response, and returns what distinguishes its type from others.
    fn response<'v>(&mut self, at: &Pointer<'_>, response: &'v Value) -> (&'static str, Option<&'v Value>) {
        let content = response.get("content").and_then(Value::as_object);
        let Some((media_type, media)) = content.and_then(|content| content.iter().next()) else { return ("none", None) };
        let content_at = at.member("content");
        let at = content_at.member(media_type);
        if content.is_some_and(|content| content.len() > 1) {
            self.problem(at, "the response must have exactly one media type", "choose one of them in a repair");
        }
        let schema = media.get("schema");
        match (media_type.as_str(), schema) {
            (JSON, Some(schema)) => {
                self.schema(&at.member("schema"), schema);
                if media.get("encoding").is_some() {
                    self.problem(at, "`encoding` is not supported", "drop it in a repair");
                }
                ("json", Some(schema))
            }
            (JSON, None) => {
                self.problem(at, "the response has no schema", "declare its type in a repair");
                ("json", None)
            }
            // Callers get it as it comes.
            (raw, _) if is_media_type(raw) => {
                if raw.starts_with("text/") {
                    ("text", None)
                } else {
                    ("bytes", None)
                }
            }
            (other, _) => {
                self.problem(at, format!("`{other}` is not a media type"), "correct it in a repair");
                ("bytes", None)
            }
        }
    }
}

/// Whether a name can be the value of a header: RFC 9110, section 8.3.1.
fn is_media_type(name: &str) -> bool {
    let is_token = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
    };
    name.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
}
