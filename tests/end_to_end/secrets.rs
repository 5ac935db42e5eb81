//! Secrets are not printed.

use jsm_ops_api::{
    Secret,
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
    let client = crate::sample_arguments::unused_client();
    let call = client.status_pages().unsubscribe("t-456");
    assert!(!format!("{call:?} {call:#?}").contains("t-456"), "{call:?}");
}
