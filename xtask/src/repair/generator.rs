//! Generator limited: the document is right, but progenitor does not support it.

use serde_json::{Value, json};

use super::{NotApplicable, PlaceResult, Repair, RepairKind, place, repairs};
use crate::document::Document;

/// All repairs of what progenitor cannot take.
pub const REPAIRS: &[Repair] = repairs![RepairKind::Generator; "generator.rs": attachment_upload_as_raw_body;];

/// Path of the upload of an attachment.
const ATTACHMENTS: &str = "/v1/alerts/{alertId}/attachments";

/// The media type that replaces `multipart/form-data` until [`crate::render::call_builder`]
/// restores it.
pub const RAW_BODY: &str = "application/octet-stream";

/// `POST /v1/alerts/{alertId}/attachments` takes `multipart/form-data`, which progenitor does not
/// support: it fails with an unexpected content type. A raw body gives a method of the right form,
/// and the call builder sends the multipart body.
fn attachment_upload_as_raw_body(document: &mut Document) -> PlaceResult {
    let (at, operation) = place::operation(document, "post", ATTACHMENTS)?;
    let at = format!("{at}/requestBody/content");
    let content = operation.get_mut("requestBody").and_then(|body| body.get_mut("content"));
    let Some(content) = content.and_then(|content| content.as_object_mut()) else {
        return Err(NotApplicable::not_found(at, "the operation takes no body"));
    };
    let file = json!({"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}});
    if content.get("multipart/form-data") != Some(&json!({ "schema": file })) || content.len() != 1 {
        let is_raw = content.contains_key(RAW_BODY) && content.len() == 1;
        let found = format!("expected one multipart form with a `file`, found `{}`", Value::Object(content.clone()));
        return Err(if is_raw { NotApplicable::not_needed(at, found) } else { NotApplicable::different(at, found) });
    }
    *content =
        serde_json::Map::from_iter([(RAW_BODY.to_owned(), json!({"schema": {"type": "string", "format": "binary"}}))]);
    operation.insert("x-jsm-multipart".to_owned(), "file".into());
    Ok(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repair::tests::check;

    #[test]
    fn the_upload_becomes_a_raw_body_that_is_marked() {
        let upload = |body| json!({"paths": {ATTACHMENTS: {"post": body}}});
        check(
            attachment_upload_as_raw_body,
            upload(json!({"requestBody": {"content": {"multipart/form-data": {"schema":
                {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
            }}}})),
            upload(json!({
                "requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
                "x-jsm-multipart": "file"
            })),
        );
    }
}
