//! What refreshes, time and people do to tokens.

use std::time::Duration;

use jsm_ops_fake::{Consent, DeadGrant, Endpoint, Fake};
use serde_json::json;

use crate::plain::{get, refresh, refreshed, token_json};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn start() -> (Fake, String, String) {
    let fake = Fake::builder().check_on_drop().start().await.unwrap();
    let grant = fake.grant(&Consent::default());
    (fake, grant.access_token, grant.refresh_token.unwrap())
}

#[tokio::test]
async fn an_access_token_lives_for_an_hour() {
    let (fake, access, _) = start().await;
    fake.clock().advance(59 * MINUTE);
    assert_eq!(get(&fake.resources_url(), &access).await.0, 200);
    fake.clock().advance(MINUTE);
    let expected = json!({ "code": 401, "message": "Unauthorized" });
    assert_eq!(get(&fake.resources_url(), &access).await, (401, expected));
    assert_eq!(get(&fake.resources_url(), "a stranger").await.0, 401);
}

#[tokio::test]
async fn a_refresh_ends_both_old_tokens_when_the_leeway_is_over() {
    let (fake, access, first) = start().await;
    let (new_access, second) = refreshed(&fake, &first).await;
    fake.clock().advance(10 * MINUTE - Duration::from_millis(1));
    assert_eq!(get(&fake.resources_url(), &access).await.0, 200);
    // The answer got lost, so the client asks again with the old token.
    let (third_access, third) = refreshed(&fake, &first).await;
    assert_ne!(second, third);
    fake.clock().advance(Duration::from_millis(1));
    assert_eq!(get(&fake.resources_url(), &access).await.0, 401);
    assert!(!fake.refresh_token_is_good(&first));
    assert!(fake.access_token_is_good(&new_access) && fake.access_token_is_good(&third_access));
    assert!(fake.refresh_token_is_good(&second) && fake.refresh_token_is_good(&third));
    assert_eq!((fake.count(&Endpoint::Refresh), fake.executions(&Endpoint::Refresh)), (2, 2));
    assert_eq!(fake.grants()[0].refreshes, 2);
}

#[tokio::test]
async fn a_token_that_comes_back_after_the_leeway_ends_the_whole_grant() {
    let (fake, _, first) = start().await;
    let (new_access, second) = refreshed(&fake, &first).await;
    fake.clock().advance(10 * MINUTE);
    let expected = json!({ "error": "invalid_grant", "error_description": "Unknown or invalid refresh token." });
    assert_eq!(token_json(&fake, &refresh(&fake, &first)).await, (403, expected));
    assert!(!fake.refresh_token_is_good(&second) && !fake.access_token_is_good(&new_access));
    assert!(!fake.grants()[0].alive);
    fake.set_dead_grant(DeadGrant::UnauthorizedClient);
    let expected = json!({ "error": "unauthorized_client", "error_description": "refresh_token is invalid" });
    assert_eq!(token_json(&fake, &refresh(&fake, &second)).await, (403, expected));
    assert_eq!(fake.executions(&Endpoint::Refresh), 1);
}

#[tokio::test]
async fn ninety_days_of_idleness_end_a_grant_and_a_refresh_starts_them_again() {
    let (fake, _, first) = start().await;
    fake.clock().advance(89 * DAY);
    let (_, second) = refreshed(&fake, &first).await;
    fake.clock().advance(89 * DAY);
    let (_, third) = refreshed(&fake, &second).await;
    fake.clock().advance(90 * DAY);
    assert_eq!(token_json(&fake, &refresh(&fake, &third)).await.0, 403);
}

#[tokio::test]
async fn a_year_ends_a_grant_however_often_it_is_refreshed() {
    let (fake, _, mut token) = start().await;
    for _ in 0..6 {
        fake.clock().advance(60 * DAY);
        token = refreshed(&fake, &token).await.1;
    }
    fake.clock().advance(5 * DAY);
    assert_eq!(token_json(&fake, &refresh(&fake, &token)).await.0, 403);
}

#[tokio::test]
async fn a_new_password_ends_refresh_tokens_and_a_revocation_ends_everything() {
    let (fake, access, token) = start().await;
    let other = fake.grant(&Consent::of("somebody else"));
    fake.change_password("712020:operator");
    assert_eq!(token_json(&fake, &refresh(&fake, &token)).await.0, 403);
    assert!(fake.access_token_is_good(&access));
    fake.revoke("712020:operator");
    assert_eq!(get(&fake.resources_url(), &access).await.0, 401);
    assert!(fake.access_token_is_good(&other.access_token) && other.alive);
}

#[tokio::test]
async fn access_tokens_can_be_ended_alone() {
    let (fake, access, token) = start().await;
    fake.expire_access_tokens();
    assert!(!fake.access_token_is_good(&access));
    let (new, _) = refreshed(&fake, &token).await;
    assert!(fake.access_token_is_good(&new));
}

#[tokio::test]
async fn without_offline_access_there_is_no_refresh_token_and_a_refresh_token_is_no_code() {
    let (fake, _, token) = start().await;
    let grant = fake.grant_scopes(&Consent::default(), vec!["read:jira-user".to_owned()]);
    assert_eq!((grant.refresh_token, grant.alive), (None, false));
    let mut body = crate::plain::exchange(&fake, &token);
    body.as_object_mut().unwrap().shift_remove("code_verifier");
    let (status, answer) = token_json(&fake, &body).await;
    assert_eq!((status, answer["error"].as_str()), (400, Some("invalid_request")));
}
