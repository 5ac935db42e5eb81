//! One media type for each body and response: JSON where there is JSON.
//!
//! progenitor knows `application/json` alone. Other JSON types get this name and a mark with their
//! own, which [`super::extract::operations`] reads.

use serde_json::{Map, Value};

use crate::{
    document::{Document, Pointer},
    problem::{Problem, Problems},
};

/// The media type of bodies that become types.
pub const JSON: &str = "application/json";
/// The media type of bytes, which progenitor takes as they are.
pub const RAW_BODY: &str = "application/octet-stream";
/// The media type of forms.
pub const FORM: &str = "multipart/form-data";
/// The mark of a JSON type with another name.
pub const MARK: &str = "x-jsm-media-type";

/// Chooses a media type wherever there are several, and reports the choice.
pub fn choose(document: &mut Document, notes: &mut Problems) {
    document.for_each_operation_mut(|path, method, operation| {
        let at = Pointer::Path(&["paths", path, method]);
        let label = crate::document::label(method, path);
        let mut choose = |at: &Pointer<'_>, owner: &mut Value, is_body: bool| {
            let Some(content) = owner.get_mut("content").and_then(Value::as_object_mut) else { return };
            if let Some(message) = choose_one(content, is_body) {
                let help = "if another one is right, remove the others in a repair";
                notes.push(Problem::new(at.member("content"), message, help).in_operation(&label));
            }
            name_json(content);
        };
        if let Some(body) = operation.get_mut("requestBody") {
            choose(&at.member("requestBody"), body, true);
        }
        let at = at.member("responses");
        for (status, response) in operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten() {
            choose(&at.member(status), response, false);
        }
    });
}

/// Keeps the best media type. Returns a message where there are several.
fn choose_one(content: &mut Map<String, Value>, is_body: bool) -> Option<String> {
    if content.len() < 2 {
        return None;
    }
    let rank = |name: &str| match name {
        JSON => 0,
        name if is_json(name) => 1,
        FORM if is_body => 2,
        name if name.starts_with("text/") => 3,
        _ => 4,
    };
    let best = content.keys().min_by_key(|name| rank(name))?.clone();
    let kind = if is_body { "the body" } else { "the response" };
    let names: Vec<String> = content.keys().map(|name| format!("`{name}`")).collect();
    content.retain(|name, _| *name == best);
    Some(format!("{kind} has the media types {}; `{best}` is used", names.join(", ")))
}

/// Gives other JSON types the name that progenitor knows.
fn name_json(content: &mut Map<String, Value>) {
    let Some(name) = content.keys().find(|name| *name != JSON && is_json(name)).cloned() else { return };
    let Some(Value::Object(mut media)) = content.shift_remove(&name) else { return };
    media.insert(MARK.to_owned(), name.into());
    content.insert(JSON.to_owned(), Value::Object(media));
}

/// RFC 6839, section 3.1: types that end with `+json` are JSON.
fn is_json(name: &str) -> bool {
    name == JSON || name.ends_with("+json") || name == "text/json"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn chosen(names: &[&str]) -> (Value, String) {
        let content: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), json!({"schema": {}}))).collect();
        let operation = json!({"requestBody": {"content": content}, "responses": {"200": {"content": content}}});
        let mut document = Document::new(json!({"paths": {"/a": {"post": operation}}}));
        let mut notes = Problems::new();
        choose(&mut document, &mut notes);
        let operation = &document.root()["paths"]["/a"]["post"];
        assert_eq!(operation["requestBody"], operation["responses"]["200"]);
        (operation["requestBody"]["content"].clone(), notes.to_string())
    }

    #[test]
    fn json_comes_first_and_the_choice_is_reported() {
        let (content, notes) = chosen(&["application/xml", "application/json", "text/csv"]);
        assert_eq!(content, json!({JSON: {"schema": {}}}));
        let message = "at /paths/~1a/post/responses/200/content (POST /a): the response has the media types \
                       `application/xml`, `application/json`, `text/csv`; `application/json` is used";
        assert!(notes.contains(message), "{notes}");
        assert_eq!(chosen(&["application/xml", "text/csv"]).0, json!({"text/csv": {"schema": {}}}));
    }

    #[test]
    fn other_json_types_are_marked() {
        let (content, notes) = chosen(&["application/merge-patch+json"]);
        assert_eq!(content, json!({JSON: {"schema": {}, MARK: "application/merge-patch+json"}}));
        assert_eq!(notes, "0 problems");
    }
}
