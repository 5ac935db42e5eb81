//! The validity of tokens: refreshes, expiry and revocation.

use std::time::Duration;

use jsm_ops_fake::{Consent, Endpoint, Fake, RejectedGrant};
use serde_json::json;

use crate::http_client::{get, refresh, refreshed, token_json};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn start() -> (Fake, String, String) {
    let fake = Fake::builder().check_on_drop().start().await.unwrap();
    let grant = fake.create_grant(&Consent::default());
    (fake, grant.access_token, grant.refresh_token.unwrap())
}

#[tokio::test]
async fn an_access_token_is_valid_for_an_hour() {
    let (fake, access, _) = start().await;
    fake.clock().advance(59 * MINUTE);
    assert_eq!(get(&fake.resources_url(), &access).await.0, 200);
    fake.clock().advance(MINUTE);
    let expected = json!({ "code": 401, "message": "Unauthorized" });
    assert_eq!(get(&fake.resources_url(), &access).await, (401, expected));
    assert_eq!(get(&fake.resources_url(), "an unknown token").await.0, 401);
}

#[tokio::test]
async fn a_refresh_invalidates_both_old_tokens_after_the_leeway() {
    let (fake, access, first) = start().await;
    let (new_access, second) = refreshed(&fake, &first).await;
    fake.clock().advance(10 * MINUTE - Duration::from_millis(1));
    assert_eq!(get(&fake.resources_url(), &access).await.0, 200);
    // The response was lost, so the client repeats the refresh with the old token.
    let (third_access, third) = refreshed(&fake, &first).await;
    assert_ne!(second, third);
    fake.clock().advance(Duration::from_millis(1));
    assert_eq!(get(&fake.resources_url(), &access).await.0, 401);
    assert!(!fake.is_refresh_token_valid(&first));
    assert!(fake.is_access_token_valid(&new_access) && fake.is_access_token_valid(&third_access));
    assert!(fake.is_refresh_token_valid(&second) && fake.is_refresh_token_valid(&third));
    assert_eq!((fake.count(&Endpoint::Refresh), fake.executions(&Endpoint::Refresh)), (2, 2));
    assert_eq!(fake.grants()[0].refreshes, 2);
}

#[tokio::test]
async fn reuse_of_a_refresh_token_after_the_leeway_revokes_the_grant() {
    let (fake, _, first) = start().await;
    let (new_access, second) = refreshed(&fake, &first).await;
    fake.clock().advance(10 * MINUTE);
    let expected = json!({ "error": "invalid_grant", "error_description": "Unknown or invalid refresh token." });
    assert_eq!(token_json(&fake, &refresh(&fake, &first)).await, (403, expected));
    assert!(!fake.is_refresh_token_valid(&second) && !fake.is_access_token_valid(&new_access));
    assert!(!fake.grants()[0].refreshable);
    fake.set_rejected_grant(RejectedGrant::UnauthorizedClient);
    let expected = json!({ "error": "unauthorized_client", "error_description": "refresh_token is invalid" });
    assert_eq!(token_json(&fake, &refresh(&fake, &second)).await, (403, expected));
    assert_eq!(fake.executions(&Endpoint::Refresh), 1);
}

#[tokio::test]
async fn a_refresh_token_expires_after_ninety_days_without_use() {
    let (fake, _, first) = start().await;
    fake.clock().advance(89 * DAY);
    let (_, second) = refreshed(&fake, &first).await;
    fake.clock().advance(89 * DAY);
    let (_, third) = refreshed(&fake, &second).await;
    fake.clock().advance(90 * DAY);
    assert_eq!(token_json(&fake, &refresh(&fake, &third)).await.0, 403);
}

#[tokio::test]
async fn a_grant_expires_after_a_year_despite_refreshes() {
    let (fake, _, mut token) = start().await;
    for _ in 0..6 {
        fake.clock().advance(60 * DAY);
        token = refreshed(&fake, &token).await.1;
    }
    fake.clock().advance(5 * DAY);
    assert_eq!(token_json(&fake, &refresh(&fake, &token)).await.0, 403);
}

#[tokio::test]
async fn a_new_password_revokes_refresh_tokens_and_a_revocation_revokes_all_tokens() {
    let (fake, access, token) = start().await;
    let other = fake.create_grant(&Consent::of("another account"));
    fake.change_password("712020:operator");
    assert_eq!(token_json(&fake, &refresh(&fake, &token)).await.0, 403);
    assert!(fake.is_access_token_valid(&access));
    fake.revoke("712020:operator");
    assert_eq!(get(&fake.resources_url(), &access).await.0, 401);
    assert!(fake.is_access_token_valid(&other.access_token) && other.refreshable);
}

#[tokio::test]
async fn access_tokens_can_expire_alone() {
    let (fake, access, token) = start().await;
    fake.expire_access_tokens();
    assert!(!fake.is_access_token_valid(&access));
    let (new, _) = refreshed(&fake, &token).await;
    assert!(fake.is_access_token_valid(&new));
}

#[tokio::test]
async fn a_grant_without_offline_access_has_no_refresh_token() {
    let (fake, _, token) = start().await;
    let grant = fake.create_grant_with_scopes(&Consent::default(), vec!["read:jira-user".to_owned()]);
    assert_eq!((grant.refresh_token, grant.refreshable), (None, false));
    let mut body = crate::http_client::exchange(&fake, &token);
    body.as_object_mut().unwrap().shift_remove("code_verifier");
    let (status, body) = token_json(&fake, &body).await;
    assert_eq!((status, body["error"].as_str()), (400, Some("invalid_request")));
}
