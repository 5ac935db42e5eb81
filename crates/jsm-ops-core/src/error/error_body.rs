//! The parts of an error body, in each of its forms.
//!
//! The service, the gateway before it, and the token endpoint each have a form of their own.
//! Proxies respond with HTML or with nothing.

use serde_json::{Map, Value};

use crate::response::Response;

/// The parts that the known forms of an error body have. Each may be missing.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct ErrorBody {
    /// `code`, or `error` of OAuth 2.0 (RFC 6749, section 5.2).
    pub code: Option<String>,
    /// `message`, `error_description`, or the title of the first of several errors.
    pub message: Option<String>,
    /// Pairs of field and message from `errors`, which is an object or a list.
    pub fields: Vec<(String, String)>,
    /// The service's id of the request, `requestId`.
    pub request_id: Option<String>,
}

/// The longest message that is taken from a body that is not JSON, in characters.
const MAX_MESSAGE: usize = 200;

impl ErrorBody {
    /// Parses the body of a response. A body of an unknown form, or of a success, has no parts.
    pub(super) fn parse(response: &Response) -> Self {
        if response.status.is_success() {
            return Self::default();
        }
        match serde_json::from_slice(&response.body) {
            Ok(Value::Object(object)) => Self::from_object(&object),
            Ok(_) => Self::default(),
            Err(_) => Self { message: plain_message(response), ..Self::default() },
        }
    }

    fn from_object(object: &Map<String, Value>) -> Self {
        let text = |name: &str| object.get(name).and_then(as_text);
        let mut error_body = Self {
            code: text("code").or_else(|| text("error")),
            message: text("message").or_else(|| text("error_description")),
            fields: Vec::new(),
            request_id: text("requestId"),
        };
        match object.get("errors") {
            Some(Value::Array(errors)) => error_body.add_list(errors),
            Some(Value::Object(errors)) => {
                error_body
                    .fields
                    .extend(errors.iter().filter_map(|(field, message)| Some((field.clone(), as_text(message)?))));
            }
            _ => {}
        }
        error_body
    }

    /// Adds `[{title, detail}]`. The first is the message, unless the body has one already.
    fn add_list(&mut self, errors: &[Value]) {
        for error in errors {
            let part = |name: &str| error.get(name).and_then(as_text);
            let title = part("title").or_else(|| part("message"));
            let detail = part("detail");
            let code = part("code");
            self.code = self.code.take().or(code);
            let text = match (title, detail) {
                (Some(title), Some(detail)) => Some(format!("{title}: {detail}")),
                (title, detail) => title.or(detail).or_else(|| as_text(error)),
            };
            match (&self.message, text) {
                (None, text) => self.message = text,
                (Some(_), Some(text)) => self.fields.push((part("field").unwrap_or_default(), text)),
                (Some(_), None) => {}
            }
        }
    }
}

/// A string or number as a string. `None` for an empty string and for any other value.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The first line of a plain text, or the title of an HTML page.
fn plain_message(response: &Response) -> Option<String> {
    let text = String::from_utf8_lossy(&response.body);
    let text = text.trim();
    let is_markup =
        text.starts_with('<') || response.header("content-type").is_some_and(|media_type| media_type.contains("html"));
    let text = if is_markup { title(text)? } else { text };
    let line = text.lines().next().unwrap_or_default().trim();
    (!line.is_empty()).then(|| line.chars().take(MAX_MESSAGE).collect())
}

fn title(page: &str) -> Option<&str> {
    let start = page.to_ascii_lowercase().find("<title>")? + "<title>".len();
    let rest = page.get(start..)?;
    rest.split('<').next()
}

#[cfg(test)]
mod tests {
    use reqwest::{StatusCode, header::HeaderMap};

    use super::*;

    fn parse(body: &str) -> ErrorBody {
        ErrorBody::parse(&Response::new(StatusCode::BAD_GATEWAY, HeaderMap::new(), body.to_owned().into()))
    }

    #[test]
    fn the_form_of_the_gateway_is_parsed() {
        let error_body = parse(r#"{"code":401,"message":"Unauthorized; scope does not match"}"#);
        assert_eq!(error_body.code.as_deref(), Some("401"));
        assert_eq!(error_body.message.as_deref(), Some("Unauthorized; scope does not match"));
    }

    #[test]
    fn the_form_of_the_service_is_parsed() {
        let error_body =
            parse(r#"{"code":42201,"message":"No","took":0.062,"requestId":"r-1","errors":{"alias":"too long"}}"#);
        assert_eq!(error_body.code.as_deref(), Some("42201"));
        assert_eq!(error_body.request_id.as_deref(), Some("r-1"));
        assert_eq!(error_body.fields, [("alias".to_owned(), "too long".to_owned())]);
    }

    #[test]
    fn the_documented_form_is_parsed() {
        let error_body =
            parse(r#"{"errors":[{"title":"No","detail":"why","code":"X"},{"title":"And","field":"size"},"more",7,null]}"#);
        assert_eq!(error_body.message.as_deref(), Some("No: why"));
        assert_eq!(error_body.code.as_deref(), Some("X"));
        let fields: Vec<_> = error_body.fields.iter().map(|(field, message)| (field.as_str(), message.as_str())).collect();
        assert_eq!(fields, [("size", "And"), ("", "more"), ("", "7")]);
    }

    #[test]
    fn the_form_of_oauth_is_parsed() {
        let error_body = parse(r#"{"error":"invalid_grant","error_description":"Unknown or invalid refresh token."}"#);
        assert_eq!(error_body.code.as_deref(), Some("invalid_grant"));
        assert_eq!(error_body.message.as_deref(), Some("Unknown or invalid refresh token."));
    }

    #[test]
    fn html_has_its_title_and_plain_text_its_first_line() {
        let page = "<!DOCTYPE html><HTML><HEAD><TITLE>502 Bad Gateway</TITLE></HEAD><body>…</body></HTML>";
        assert_eq!(parse(page).message.as_deref(), Some("502 Bad Gateway"));
        assert_eq!(parse("<html>nothing").message, None);
        assert_eq!(parse("upstream error\nmore").message.as_deref(), Some("upstream error"));
        // Lower case of letters outside of ASCII may have another length.
        assert_eq!(parse("<p>İİİ</p><title>é</title>").message.as_deref(), Some("é"));
    }

    #[test]
    fn unknown_forms_have_no_parts() {
        for body in ["", "   ", "null", "[1]", "{}", r#"{"message":"","code":null}"#, "\u{0}"] {
            let error_body = parse(body);
            assert!(error_body.code.is_none() && error_body.fields.is_empty(), "{body:?}");
        }
    }
}
