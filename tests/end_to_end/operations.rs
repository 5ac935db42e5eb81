//! The table of operations: its rows against the document, scopes, idempotency.

use std::collections::BTreeSet;

use jsm_ops_api::{
    Idempotency, OAuthUnsupported, Operation, Scopes,
    operations::{self, AREAS, OPERATIONS},
};
use jsm_ops_tests::document;
use serde_json::Value;

#[test]
fn the_table_is_the_document() {
    let documented: BTreeSet<(&str, &str)> =
        document::operations().iter().map(|operation| (operation.method, operation.relative())).collect();
    let table: BTreeSet<(&str, &str)> = OPERATIONS.iter().map(|row| (row.method, row.path)).collect();
    assert_eq!(table, documented);
    let count = document::operation_count();
    assert_eq!((OPERATIONS.len(), documented.len()), (count, count));
    let ids: BTreeSet<&str> = OPERATIONS.iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), OPERATIONS.len());
}

#[test]
fn scopes_and_flags_are_those_of_the_document() {
    for operation in document::operations() {
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
    assert!(OPERATIONS.iter().any(|row| row.experimental));
}

#[test]
fn the_smallest_set_of_scopes_allows_the_operations() {
    let scopes = Scopes::for_operations([&operations::LIST_ALERTS, &operations::ACKNOWLEDGE_ALERT]).expect("scopes");
    assert_eq!(scopes.to_string(), "read:ops-alert:jira-service-management write:ops-alert:jira-service-management");
    let policies = Scopes::for_operations([&operations::LIST_GLOBAL_POLICIES]).expect("scopes");
    assert_eq!(policies.to_string(), "read:ops-config:jira-service-management", "in spite of the path");
    let unsupported = Scopes::for_operations([&operations::LIST_ALERTS, &operations::ADD_ALERT_ATTACHMENT]);
    assert_eq!(unsupported, Err(OAuthUnsupported(&operations::ADD_ALERT_ATTACHMENT)));
    let all = Scopes::for_operations(OPERATIONS.iter().copied().filter(|operation| operation.oauth)).expect("scopes");
    assert!(OPERATIONS.iter().all(|operation| all.missing_for(operation).is_empty()));
}

fn with(idempotency: Idempotency) -> Vec<&'static str> {
    OPERATIONS.iter().filter(|row| row.idempotency == idempotency).map(|row| row.id).collect()
}

/// Idempotency does not follow from the HTTP method.
#[test]
fn operations_have_the_idempotency_of_their_effect() {
    assert_eq!(with(Idempotency::WithAlias), ["create_alert"]);
    let not_idempotent = with(Idempotency::NotIdempotent);
    for id in ["escalate_alert", "add_alert_note", "execute_alert_action", "ping_heartbeat", "add_alert_attachment"] {
        assert!(not_idempotent.contains(&id), "{id}");
    }
    for id in ["create_schedule", "create_escalation", "create_integration", "enable_team_operations", "create_contact"] {
        assert!(not_idempotent.contains(&id), "{id}");
    }
    let idempotent = with(Idempotency::Idempotent);
    for id in ["acknowledge_alert", "close_alert", "snooze_alert", "assign_alert", "add_alert_tags", "update_alert_priority"]
    {
        assert!(idempotent.contains(&id), "{id}");
    }
    let deletes = OPERATIONS.iter().filter(|row| row.method == "DELETE");
    assert!(deletes.clone().count() > 20 && deletes.into_iter().all(|row| row.idempotency == Idempotency::Idempotent));
}

#[test]
fn an_operation_is_found_by_its_id_and_names_its_method() {
    let found: Option<&Operation> = operations::find("acknowledge_alert");
    assert_eq!(
        found.map(|row| (row.rust_path, row.to_string())),
        Some(("alerts().acknowledge", "POST /v1/alerts/{id}/acknowledge".to_owned()))
    );
    assert_eq!(operations::find("acknowledge"), None);
    let paths: BTreeSet<_> = OPERATIONS.iter().map(|row| row.rust_path).collect();
    assert_eq!(paths.len(), OPERATIONS.len());
}
