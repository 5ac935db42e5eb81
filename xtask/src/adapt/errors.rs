//! One error for all operations.
//!
//! 216 operations declare their errors in two shapes, and progenitor supports one. The service
//! sends five, HTML among them. A typed error would fail to decode when it is needed. Without
//! declared errors the client returns every unsuccessful response with its status, headers and
//! body.

use serde_json::Value;

use crate::document::Document;

/// Removes every declared response that is not a success.
pub fn drop_declared(document: &mut Document) {
    document.for_each_operation_mut(|_, _, operation| {
        let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
        let success = responses.keys().any(|status| status.starts_with('2'));
        responses.retain(|status, _| status.starts_with('2') || (status == "default" && !success));
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_successes_stay() {
        let mut document = Document::new(json!({"paths": {"/a": {
            "get": {"responses": {"200": {}, "401": {}, "4XX": {}, "default": {}}},
            "put": {"responses": {"default": {}, "500": {}}}
        }}}));
        drop_declared(&mut document);
        let item = &document.root()["paths"]["/a"];
        assert_eq!(item["get"]["responses"], json!({"200": {}}));
        assert_eq!(item["put"]["responses"], json!({"default": {}}));
    }
}
