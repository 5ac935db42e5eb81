//! OpenAPI 3.1 that says what 3.0 can say.

use serde_json::json;

use super::generated;
use crate::support::document::at;

#[test]
fn what_3_0_can_say_too_changes_nothing() {
    let crate_ = generated(|root| {
        root["openapi"] = json!("3.1.0");
        root["jsonSchemaDialect"] = json!("https://json-schema.org/draft/2020-12/schema");
        root["info"]["license"] = json!({"name": "Apache 2.0", "identifier": "Apache-2.0"});
        let note = at(root, "/components/schemas/AlertNote/properties");
        note["owner"]["type"] = json!(["string", "null"]);
        note["note"]["examples"] = json!(["a"]);
        note["note"]["$comment"] = json!("a");
        let size = at(root, "/paths/~1api~1{cloudId}~1v1~1alerts/get/parameters/0/schema");
        size["exclusiveMinimum"] = json!(0);
        size["type"] = json!(["integer", "null"]);
    });
    crate_.is_the_committed_crate();
}

#[test]
fn keywords_that_nothing_reads_are_reported() {
    let crate_ = generated(|root| {
        root["webhooks"] = json!({"alert": {"post": {}}});
        at(root, "/components/schemas/AlertNote")["if"] = json!({"required": ["id"]});
        at(root, "/components/schemas/AlertNote")["discription"] = json!("a");
    });
    crate_.is_the_committed_crate();
    for part in [
        "#/webhooks: `webhooks` is ignored",
        "#/components/schemas/AlertNote/if: `if` is ignored",
        "#/components/schemas/AlertNote/discription: the unknown keyword `discription` is ignored",
    ] {
        crate_.says(part);
    }
}

#[test]
fn types_of_3_1_have_rust_types() {
    let crate_ = generated(|root| {
        root["openapi"] = json!("3.1.1");
        let note = at(root, "/components/schemas/AlertNote");
        note["required"] = json!(["next", "kind"]);
        let properties = &mut note["properties"];
        properties["next"] = json!({"anyOf": [{"$ref": "#/components/schemas/AlertNote"}, {"type": "null"}]});
        properties["kind"] = json!({"const": "note"});
        properties["either"] = json!({"type": ["string", "integer"]});
        properties["any"] = json!(true);
    });
    let file = "src/types/alerts.rs";
    crate_.has(file, "pub next: Option<Box<AlertNote>>");
    crate_.has(file, "pub kind: AlertNoteKind");
    crate_.has(file, r#"impl OpenEnum for AlertNoteKind { fn value(&self) -> &str { match self { Self::Note => "note","#);
    crate_.has(file, "pub enum AlertNoteEither { /// A number. Integer(i64), /// A string. Text(String),");
    crate_.has(file, "pub any: Option<Value>");
}
