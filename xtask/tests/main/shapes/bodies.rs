//! Bodies and responses: media types, and forms with several parts.

use serde_json::{Value, json};

use super::generated;
use crate::support::document::at;

const ALERTS: &str = "/paths/~1api~1{cloudId}~1v1~1alerts";
const FILE: &str = "src/areas/alerts.rs";

/// Replaces the content of the response of the alert search, which keeps its schema.
fn respond(root: &mut Value, change: impl FnOnce(Value) -> Value) {
    let content = at(root, &format!("{ALERTS}/get/responses/200/content"));
    *content = change(content["application/json"].take());
}

#[test]
fn json_by_another_name_changes_nothing() {
    for name in ["application/json;charset=UTF-8", "Application/JSON", "*/*"] {
        generated(|root| respond(root, |media| json!({ name: media }))).is_the_committed_crate();
    }
}

#[test]
fn json_comes_first_of_several_media_types() {
    let crate_ = generated(|root| respond(root, |media| json!({"text/csv": {}, "application/json": media})));
    crate_.is_the_committed_crate();
    crate_.says("the response has the media types `text/csv`, `application/json`; `application/json` is used");
}

#[test]
fn other_json_types_are_sent_and_accepted_under_their_names() {
    let crate_ = generated(|root| {
        respond(root, |media| json!({"application/hal+json": media}));
        let content = at(root, &format!("{ALERTS}/post/requestBody/content"));
        *content = json!({"application/merge-patch+json": content["application/json"].take()});
    });
    crate_.has(FILE, r#"self.call.json_as("application/hal+json", body).await"#);
    crate_.has(FILE, r#"let body = self.call.json_body_as("application/merge-patch+json", &self.body)?;"#);
}

#[test]
fn text_is_a_string_and_other_responses_are_bytes() {
    let log = |media_type: &str| {
        generated(|root| {
            at(root, "/paths/~1api~1{cloudId}~1v1~1logs")["post"] = json!({
                "tags": ["Audit Logs"], "responses": {"200": {"content": {media_type: {"schema": {"type": "string"}}}}}
            });
        })
    };
    let crate_ = log("text/csv");
    crate_.has("src/areas/audit_logs.rs", r#"pub async fn send(self) -> Result<String, Error>"#);
    crate_.has("src/areas/audit_logs.rs", r#"self.call.text("text/csv", body).await"#);
    let crate_ = log("application/pdf");
    crate_.has("src/areas/audit_logs.rs", r#"self.call.bytes("application/pdf", body).await"#);
}

#[test]
fn a_form_may_have_several_parts() {
    let crate_ = generated(|root| {
        let form = at(
            root,
            "/paths/~1api~1{cloudId}~1v1~1alerts~1{alertId}~1attachments/post/requestBody/content/multipart~1form-data/schema",
        );
        form["properties"]["note"] = json!({"type": "string"});
        form["properties"]["size"] = json!({"type": "integer", "format": "int64"});
        form["properties"]["meta"] = json!({"type": "object"});
        form["required"] = json!(["file", "size"]);
    });
    crate_.has(FILE, "alert_id: &str, file: Upload, size: i64");
    crate_.has(FILE, r#"body: FormParts::new().file("file", file).text("size", size)"#);
    crate_.has(FILE, r#"pub fn note(mut self, note: &str) -> Self { self.body = self.body.text("note", note); self }"#);
    crate_.has(FILE, "let body = Body::Parts(self.body);");
    crate_.says("the part `meta` of the form is left out");
}

#[test]
fn whether_a_body_with_required_fields_is_required_changes_nothing() {
    let change = |required: bool| {
        move |root: &mut Value| {
            at(root, "/paths/~1api~1{cloudId}~1v1~1schedules/post/requestBody")["required"] = json!(required);
            // `changed` refuses a change that changes nothing.
            root["info"]["version"] = json!(format!("{required}"));
        }
    };
    for required in [true, false] {
        generated(change(required)).is_the_committed_crate();
    }
}
