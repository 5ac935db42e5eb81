//! What the document marks as deprecated.

use serde_json::json;

use super::generated;
use crate::support::document::{at, remove};

const DEPRECATED: &str = r#"#[deprecated = "Atlassian marks it as deprecated."]"#;

#[test]
fn what_is_deprecated_says_so_and_is_reported() {
    let crate_ = generated(|root| {
        let alerts = at(root, "/paths/~1api~1{cloudId}~1v1~1alerts");
        alerts["get"]["deprecated"] = json!(true);
        alerts["get"]["parameters"][0]["deprecated"] = json!(true);
        at(root, "/components/schemas/AlertNote")["deprecated"] = json!(true);
        at(root, "/components/schemas/AlertNote/properties/owner")["deprecated"] = json!(true);
        at(root, "/components/schemas/CreateAlertRequest/properties/alias")["deprecated"] = json!(true);
    });
    let calls = "src/areas/alerts.rs";
    crate_.has(calls, &format!("{DEPRECATED} pub fn list(&self)"));
    crate_.has(calls, &format!("{DEPRECATED} pub fn size(mut self, size: i32)"));
    crate_.has(calls, &format!("{DEPRECATED} pub fn alias(mut self"));
    let types = "src/types/alerts.rs";
    crate_.has(types, &format!("{DEPRECATED} #[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)] #[non_exhaustive] pub struct AlertNote {{"));
    crate_
        .has(types, &format!("{DEPRECATED} #[serde(skip_serializing_if = \"Option::is_none\")] pub owner: Option<String>"));
    crate_.has(types, &format!("{DEPRECATED} #[must_use] pub fn alias(mut self"));
    for file in ["src/lib.rs", "tests/calls.rs", "tests/round_trips.rs", "tests/examples.rs"] {
        crate_.has(file, "#![allow(deprecated)]");
    }
    let known = generated(|root| drop(remove(root, "/paths/~1api~1{cloudId}~1v1~1alerts/get", "operationId")));
    let of = |report: &str| -> Vec<String> {
        report.lines().filter_map(|line| line.strip_prefix("deprecated  ")).map(str::to_owned).collect()
    };
    let known = of(&known.report);
    let lines: Vec<String> = of(&crate_.report).into_iter().filter(|line| !known.contains(line)).collect();
    assert_eq!(
        lines,
        [
            "GET /v1/alerts",
            "GET /v1/alerts: the parameter `size`",
            "the schema `AlertNote`",
            "the property `AlertNote.owner`",
            "the property `CreateAlertRequest.alias`",
        ]
    );
}

#[test]
fn a_crate_without_anything_deprecated_does_not_allow_it() {
    let crate_ = generated(|root| at(root, "/components/schemas/AlertNote/properties/owner")["deprecated"] = json!(false));
    crate_.is_the_committed_crate();
    if !crate_.report.contains("\ndeprecated  ") {
        crate_.lacks("src/lib.rs", "allow(deprecated)");
    }
}
