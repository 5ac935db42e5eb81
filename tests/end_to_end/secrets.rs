//! What must not be seen, and what may be asked for.

use jsm_ops_api::{
    Idempotency, OAuthUnsupported, Operation, Scopes, Secret,
    operations::{self, OPERATIONS},
    types::{CreateIntegrationRequest, IntegrationResponse, JecChannelWithApiKey},
};
use serde_json::json;

#[test]
fn keys_are_not_printed() {
    let channel: JecChannelWithApiKey = serde_json::from_value(json!({"id": "c", "apiKey": "k-123"})).expect("a channel");
    assert_eq!(channel.api_key.as_ref().map(|key| key.expose().as_str()), Some("k-123"));
    let integration: IntegrationResponse =
        serde_json::from_value(json!({"id": "i", "typeSpecificProperties": {"apiKey": "k-123"}})).expect("an integration");
    let request = CreateIntegrationRequest::new("n", "API")
        .type_specific_properties(Secret::new(json!({"password": "k-123"}).as_object().cloned().unwrap_or_default()));
    let printed = format!("{channel:?} {channel:#?} {integration:?} {integration:#?} {request:?}");
    assert!(!printed.contains("k-123"), "{printed}");
    assert_eq!(serde_json::to_value(&request).expect("JSON")["typeSpecificProperties"]["password"], "k-123");
}

#[test]
fn a_call_that_holds_a_secret_does_not_print_it() {
    let client = crate::arguments::client_of_nobody();
    let call = client.status_pages().unsubscribe("t-456");
    assert!(!format!("{call:?} {call:#?}").contains("t-456"), "{call:?}");
}

#[test]
fn the_smallest_set_of_scopes_allows_what_is_asked_for() {
    let scopes = Scopes::for_operations([&operations::LIST_ALERTS, &operations::ACKNOWLEDGE_ALERT]).expect("scopes");
    assert_eq!(scopes.to_string(), "read:ops-alert:jira-service-management write:ops-alert:jira-service-management");
    let policies = Scopes::for_operations([&operations::LIST_GLOBAL_POLICIES]).expect("scopes");
    assert_eq!(policies.to_string(), "read:ops-config:jira-service-management", "in spite of the path");
    let refused = Scopes::for_operations([&operations::LIST_ALERTS, &operations::ADD_ALERT_ATTACHMENT]);
    assert_eq!(refused, Err(OAuthUnsupported(&operations::ADD_ALERT_ATTACHMENT)));
    let all = Scopes::for_operations(OPERATIONS.iter().copied().filter(|operation| operation.oauth)).expect("scopes");
    assert!(OPERATIONS.iter().all(|operation| all.missing_for(operation).is_empty()));
}

fn with(retry: Idempotency) -> Vec<&'static str> {
    OPERATIONS.iter().filter(|row| row.idempotency == retry).map(|row| row.id).collect()
}

/// What a repeat does is no matter of the HTTP method.
#[test]
fn what_must_not_be_repeated_is_not() {
    assert_eq!(with(Idempotency::WithAlias), ["create_alert"]);
    let never = with(Idempotency::NotIdempotent);
    for id in [
        "escalate_alert",
        "add_alert_note",
        "execute_alert_action",
        "ping_heartbeat",
        "add_alert_attachment",
        "send_jec_action",
    ] {
        assert!(never.contains(&id), "{id}");
    }
    for id in ["create_schedule", "create_escalation", "create_integration", "enable_team_operations", "create_contact"] {
        assert!(never.contains(&id), "{id}");
    }
    let safe = with(Idempotency::Idempotent);
    for id in ["acknowledge_alert", "close_alert", "snooze_alert", "assign_alert", "add_alert_tags", "update_alert_priority"]
    {
        assert!(safe.contains(&id), "{id}");
    }
    let deletes = OPERATIONS.iter().filter(|row| row.method == "DELETE");
    assert!(deletes.clone().count() > 20 && deletes.into_iter().all(|row| row.idempotency == Idempotency::Idempotent));
}

#[test]
fn an_operation_is_found_by_its_id_and_says_how_it_is_called() {
    let found: Option<&Operation> = operations::find("acknowledge_alert");
    assert_eq!(
        found.map(|row| (row.rust_path, row.to_string())),
        Some(("alerts().acknowledge", "POST /v1/alerts/{id}/acknowledge".to_owned()))
    );
    assert_eq!(operations::find("acknowledge"), None);
    let paths: std::collections::BTreeSet<_> = OPERATIONS.iter().map(|row| row.rust_path).collect();
    assert_eq!(paths.len(), OPERATIONS.len());
}
