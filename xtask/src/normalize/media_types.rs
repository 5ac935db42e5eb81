//! Media types without parameters and in lower case, as RFC 9110 compares them.

use serde_json::{Map, Value};

use crate::{
    document::{Document, Pointer},
    problem::{Problem, Problems},
};

/// Any media type: springdoc writes it where a controller does not say what it produces.
const ANY: [&str; 2] = ["*/*", "application/*"];
/// The media type of values with a schema.
const JSON: &str = "application/json";
/// The media type of bytes.
const BYTES: &str = "application/octet-stream";

/// Gives every media type of bodies and responses its plain form. Any media type is JSON if there
/// is a schema, and bytes otherwise.
pub fn plain(document: &mut Document, notes: &mut Problems) {
    document.for_each_operation_mut(|path, method, operation| {
        let at = Pointer::Path(&["paths", path, method]);
        if let Some(body) = operation.get_mut("requestBody") {
            content(&at.member("requestBody"), body, notes);
        }
        let at = at.member("responses");
        for (status, response) in operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten() {
            content(&at.member(status), response, notes);
        }
    });
}

fn content(at: &Pointer<'_>, owner: &mut Value, notes: &mut Problems) {
    let Some(content) = owner.get_mut("content").and_then(Value::as_object_mut) else { return };
    if content.iter().all(|(name, media)| plain_name(name, media) == *name) {
        return;
    }
    let mut plain: Map<String, Value> = Map::new();
    for (name, media) in std::mem::take(content) {
        let key = plain_name(&name, &media);
        match plain.get(&key) {
            Some(first) if *first != media => {
                let message =
                    format!("`{name}` is the media type `{key}`, which has another schema already; the first is used");
                notes.push(Problem::new(
                    at.member("content").member(&name),
                    message,
                    "if it is the right one, add a repair",
                ));
            }
            Some(_) => {}
            None => drop(plain.insert(key, media)),
        }
    }
    *content = plain;
}

fn plain_name(name: &str, media: &Value) -> String {
    let plain = name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !ANY.contains(&plain.as_str()) {
        return plain;
    }
    let is_json = media.get("schema").is_some_and(|schema| schema.get("format").is_none_or(|format| format != "binary"));
    if is_json { JSON.to_owned() } else { BYTES.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plain_content(content: Value) -> (Value, usize) {
        let operation = json!({"requestBody": {"content": content}, "responses": {"200": {"content": content}, "204": {}}});
        let mut document = Document::new(json!({"paths": {"/a": {"post": operation}}}));
        let mut notes = Problems::new();
        plain(&mut document, &mut notes);
        let operation = &document.root()["paths"]["/a"]["post"];
        assert_eq!(operation["requestBody"], operation["responses"]["200"]);
        (operation["requestBody"]["content"].clone(), notes.iter().count())
    }

    #[test]
    fn parameters_and_case_go() {
        let media = json!({"schema": {"type": "string"}});
        for name in ["application/json;charset=UTF-8", "Application/JSON", " application/json ; v=1", "*/*", "application/*"]
        {
            assert_eq!(plain_content(json!({ name: media })), (json!({ "application/json": media }), 0), "{name}");
        }
        for stays in ["application/merge-patch+json", "text/csv", "multipart/form-data"] {
            assert_eq!(plain_content(json!({ stays: media })).0, json!({ stays: media }));
        }
    }

    #[test]
    fn any_media_type_without_a_schema_is_bytes() {
        for media in [json!({}), json!({"schema": {"type": "string", "format": "binary"}})] {
            assert_eq!(plain_content(json!({ "*/*": media })).0, json!({ "application/octet-stream": media }));
        }
    }

    #[test]
    fn the_first_of_equal_media_types_is_used() {
        let (first, other) = (json!({"schema": {"type": "string"}}), json!({"schema": {"type": "integer"}}));
        let found = plain_content(json!({"application/json": first, "application/json;v=2": other, "*/*": first}));
        assert_eq!(found, (json!({ "application/json": first }), 2));
    }
}
