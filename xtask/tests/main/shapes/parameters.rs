//! Parameters: headers, lists with commas, references, and parameters of the path.

use serde_json::{Value, json};

use super::generated;
use crate::support::document::at;

const ALERTS: &str = "/paths/~1api~1{cloudId}~1v1~1alerts";
const FILE: &str = "src/areas/alerts.rs";

fn add(root: &mut Value, parameters: &[Value]) {
    let list = at(root, &format!("{ALERTS}/get/parameters")).as_array_mut().expect("a list");
    list.extend(parameters.iter().cloned());
}

#[test]
fn an_optional_header_is_a_setter_and_a_required_one_an_argument() {
    let crate_ = generated(|root| {
        add(
            root,
            &[
                json!({"name": "X-Trace-Id", "in": "header", "schema": {"type": "string"}}),
                json!({"name": "X-Flags", "in": "header", "required": true, "schema": {"type": "array", "items": {"type": "string"}}}),
                json!({"name": "Authorization", "in": "header", "required": true, "schema": {"type": "string"}}),
            ],
        );
    });
    crate_.has(FILE, "pub fn list(&self, x_flags: &[&str]) -> ListAlerts");
    crate_.has(FILE, r#"call.header("X-Flags", x_flags);"#);
    crate_.has(
        FILE,
        r#"pub fn x_trace_id(mut self, x_trace_id: &str) -> Self { self.call.header("X-Trace-Id", x_trace_id); self }"#,
    );
    crate_.has("tests/calls.rs", r#".x_trace_id(arguments.text("X-Trace-Id").as_str())"#);
    crate_.lacks(FILE, "Authorization");
    crate_.says("the header parameter `Authorization` is ignored");
}

#[test]
fn parameters_keep_their_wire_names_whatever_they_are_called() {
    let crate_ = generated(|root| {
        let word = |name: &str| json!({"name": name, "in": "query", "schema": {"type": "string"}});
        add(root, &[word("withNotes"), word("with-notes"), word("%"), word("items")]);
    });
    for (wire, argument, setter) in [
        ("withNotes", "with_notes", "with_notes"),
        ("with-notes", "with_notes2", "with_notes2"),
        ("%", "field", "field"),
        ("items", "items", "items_parameter"),
    ] {
        let code = format!(
            "pub fn {setter}(mut self, {argument}: &str) -> Self {{ self.call.query(\"{wire}\", {argument}); self }}"
        );
        crate_.has(FILE, &code);
    }
}

#[test]
fn a_list_that_is_not_exploded_is_sent_with_commas() {
    let crate_ = generated(|root| {
        let list = json!({"type": "array", "items": {"type": "string"}});
        add(
            root,
            &[
                json!({"name": "status", "in": "query", "style": "form", "explode": false, "schema": list}),
                json!({"name": "ids", "in": "query", "explode": true, "schema": list}),
                json!({"name": "word", "in": "query", "explode": false, "schema": {"type": "string"}}),
            ],
        );
    });
    crate_.has(FILE, r#"self.call.query_list("status", status);"#);
    crate_.has(FILE, r#"self.call.query("ids", ids);"#);
    crate_.has(FILE, r#"self.call.query("word", word);"#);
}

#[test]
fn references_to_parts_are_the_parts() {
    let crate_ = generated(|root| {
        let size = at(root, &format!("{ALERTS}/get/parameters/0")).take();
        *at(root, &format!("{ALERTS}/get/parameters/0")) = json!({"$ref": "#/components/parameters/Size"});
        let body = at(root, &format!("{ALERTS}/post/requestBody")).take();
        *at(root, &format!("{ALERTS}/post/requestBody")) = json!({"$ref": "#/components/requestBodies/Alert"});
        let response = at(root, &format!("{ALERTS}/get/responses/200")).take();
        *at(root, &format!("{ALERTS}/get/responses/200")) = json!({"$ref": "#/components/responses/Alerts"});
        let components = at(root, "/components");
        components["parameters"] = json!({ "Size": size });
        components["requestBodies"] = json!({ "Alert": body });
        components["responses"] = json!({ "Alerts": response });
    });
    crate_.is_the_committed_crate();
}

#[test]
fn an_operation_overrides_a_parameter_of_its_path() {
    let crate_ = generated(|root| {
        at(root, ALERTS)["parameters"] = json!([{"name": "word", "in": "query", "schema": {"type": "string"}}]);
        add(root, &[json!({"name": "word", "in": "query", "schema": {"type": "boolean"}})]);
    });
    crate_.has(FILE, "pub fn word(mut self, word: bool) -> Self");
    crate_.has(FILE, "pub fn word(mut self, word: &str) -> Self");
}

/// The template of a path is the URL, and the declarations follow it.
#[test]
fn path_parameters_are_those_of_the_template() {
    let alert = format!("{ALERTS}~1{{id}}/get");
    let crate_ = generated(|root| *at(root, &format!("{alert}/parameters")) = json!([]));
    crate_.is_the_committed_crate();
    crate_
        .says(&format!("#{alert} (GET /v1/alerts/{{id}}): the path parameter `id` is not declared, and is taken for text"));
    let crate_ = generated(|root| {
        let other = json!({"name": "noteId", "in": "path", "required": true, "schema": {"type": "string"}});
        at(root, &format!("{alert}/parameters")).as_array_mut().expect("a list").push(other);
    });
    crate_.is_the_committed_crate();
    crate_.says(&format!(
        "#{alert}/parameters (GET /v1/alerts/{{id}}): the path has no `{{noteId}}`, and the parameter is left out"
    ));
}
