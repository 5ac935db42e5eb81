//! The table of operations against the document.

use std::collections::BTreeSet;

use jsm_ops_api::operations::{AREAS, OPERATIONS};
use jsm_ops_tests::document::operations;
use serde_json::Value;

#[test]
fn the_table_is_the_document() {
    let documented: BTreeSet<(&str, &str)> =
        operations().iter().map(|operation| (operation.method, operation.relative())).collect();
    let table: BTreeSet<(&str, &str)> = OPERATIONS.iter().map(|row| (row.method, row.path)).collect();
    assert_eq!(table, documented);
    assert_eq!((OPERATIONS.len(), documented.len()), (240, 240));
    let ids: BTreeSet<&str> = OPERATIONS.iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), 240);
}

#[test]
fn scopes_and_flags_are_those_of_the_document() {
    for operation in operations() {
        let row = OPERATIONS.iter().find(|row| row.method == operation.method && row.path == operation.relative());
        let row = row.expect("the table is the document");
        let schemes = operation.value["security"].as_array().into_iter().flatten();
        let scopes: Vec<&str> =
            schemes.filter_map(|scheme| scheme.get("OAuth2")?.as_array()).flatten().filter_map(Value::as_str).collect();
        assert_eq!(row.scopes, scopes, "{}", row.id);
        assert_eq!(row.oauth, !scopes.is_empty(), "{}", row.id);
        assert_eq!(row.experimental, operation.value.get("x-experimental") == Some(&Value::Bool(true)), "{}", row.id);
        assert!(AREAS.iter().any(|area| area.key == row.area), "{} is in the area {:?}", row.id, row.area);
    }
    let without_oauth: Vec<&str> = OPERATIONS.iter().filter(|row| !row.oauth).map(|row| row.id).collect();
    assert_eq!(
        without_oauth,
        ["list_alert_attachments", "add_alert_attachment", "get_alert_attachment", "delete_alert_attachment"]
    );
    assert_eq!(OPERATIONS.iter().filter(|row| row.experimental).count(), 79);
}
