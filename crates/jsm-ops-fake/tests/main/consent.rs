//! From the authorization URL to the first tokens.

use std::error::Error;

use jsm_ops_fake::{BrowserError, Consent, Endpoint, Fake, FakeSite};
use serde_json::json;

use crate::http_client::{authorize_url, callback, client, code, exchange, get, parameters, token_json};

#[tokio::test]
async fn a_consent_leads_to_tokens_and_sites() {
    let fake = Fake::builder().check_on_drop().start().await.unwrap();
    let url = fake.approve(&authorize_url(&fake, &parameters(&fake))).await.unwrap();
    assert!(url.starts_with("http://127.0.0.1:8765/callback?code="), "{url}");
    let back = callback(&url);
    assert_eq!(back[1], ("state".to_owned(), "a state".to_owned()));
    let (status, body) = token_json(&fake, &exchange(&fake, &back[0].1)).await;
    assert_eq!(status, 200, "{body}");
    let names: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["access_token", "expires_in", "scope", "refresh_token"]);
    assert_eq!(body["expires_in"], 3600);
    assert_eq!(body["scope"], "read:ops-alert:jira-service-management offline_access");
    let (status, sites) = get(&fake.resources_url(), body["access_token"].as_str().unwrap()).await;
    let site = fake.site();
    let expected = json!([{
        "id": site.id, "name": site.name, "url": site.url,
        "scopes": ["read:ops-alert:jira-service-management"], "avatarUrl": "https://acme.atlassian.net/avatar.png",
    }]);
    assert_eq!((status, sites), (200, expected));
    assert_eq!(fake.count(&Endpoint::Exchange), 1);
    assert_eq!(fake.grants()[0].refresh_token.as_deref(), body["refresh_token"].as_str());
}

#[tokio::test]
async fn a_denial_redirects_with_an_oauth_error() {
    let fake = Fake::start().await.unwrap();
    let back = callback(&fake.deny(&authorize_url(&fake, &parameters(&fake))).await.unwrap());
    let names: Vec<_> = back.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["error", "error_description", "state"]);
    assert_eq!(back[0].1, "access_denied");
    // A URL of another host is not opened.
    let error = fake.approve("https://auth.atlassian.com/authorize?a=b").await.unwrap_err();
    assert!(matches!(error, BrowserError::NotThisFake(_)), "{error}");
}

#[tokio::test]
async fn every_parameter_of_the_authorization_url_is_checked() {
    let fake = Fake::start().await.unwrap();
    let valid = parameters(&fake);
    let mut invalid = Vec::new();
    for index in 0..valid.len() {
        let mut missing = valid.clone();
        missing.remove(index);
        invalid.push(missing);
        // Any state that is not empty is valid.
        if valid[index].0 != "state" {
            let mut other = valid.clone();
            other[index].1.push('x');
            invalid.push(other);
        }
    }
    let mut unknown = valid.clone();
    unknown.push(("nonce", "1".to_owned()));
    let mut repeated = valid.clone();
    repeated.push(valid[0].clone());
    invalid.extend([unknown, repeated]);
    for parameters in &invalid {
        let error = fake.approve(&authorize_url(&fake, parameters)).await.unwrap_err();
        assert!(matches!(error, BrowserError::NoConsentPage { status: 400, .. }), "{parameters:?}: {error}");
    }
    assert_eq!(fake.check_violations().unwrap_err().lines.len(), invalid.len());
    // PKCE is optional.
    assert!(fake.approve(&authorize_url(&fake, &valid[..7])).await.is_ok());
}

#[tokio::test]
async fn a_code_is_valid_once_for_one_app_one_uri_and_one_verifier() {
    let fake = Fake::start().await.unwrap();
    let valid = exchange(&fake, &code(&fake).await);
    let rejections = [
        ("redirect_uri", json!("http://127.0.0.1:8765/callback/"), 403, "invalid_grant"),
        ("code_verifier", json!("another"), 403, "invalid_grant"),
        ("code_verifier", json!(null), 400, "invalid_request"),
        ("code", json!("another"), 403, "invalid_grant"),
        ("client_secret", json!("another"), 401, "access_denied"),
        ("client_id", json!("another"), 401, "access_denied"),
        ("grant_type", json!("password"), 400, "unsupported_grant_type"),
    ];
    for (name, value, status, error) in rejections {
        let mut body = valid.clone();
        body[name] = value;
        let (returned, response) = token_json(&fake, &body).await;
        assert_eq!((returned, response["error"].as_str()), (status, Some(error)), "{name}");
    }
    let mut no_secret = valid.clone();
    no_secret.as_object_mut().unwrap().shift_remove("client_secret");
    let expected = json!({ "error": "access_denied", "error_description": "Unauthorized" });
    assert_eq!(token_json(&fake, &no_secret).await, (401, expected));
    assert_eq!(token_json(&fake, &valid).await.0, 200);
    let expected = json!({ "error": "invalid_grant", "error_description": "Invalid authorization code" });
    assert_eq!(token_json(&fake, &valid).await, (403, expected));
    // A code also expires.
    let late = exchange(&fake, &code(&fake).await);
    fake.clock().advance(std::time::Duration::from_secs(300));
    assert_eq!(token_json(&fake, &late).await.0, 403);
    fake.assert_no_violations();
}

#[tokio::test]
async fn a_form_is_accepted_and_an_unknown_field_is_a_violation() {
    let fake = Fake::start().await.unwrap();
    let body = exchange(&fake, &code(&fake).await);
    let form: Vec<_> = body.as_object().unwrap().iter().map(|(name, value)| (name, value.as_str().unwrap())).collect();
    let response = client().post(fake.token_url()).form(&form).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let tokens: serde_json::Value = response.json().await.unwrap();
    fake.assert_no_violations();
    let mut refresh = crate::http_client::refresh(&fake, tokens["refresh_token"].as_str().unwrap());
    refresh["scope"] = json!("read:me");
    assert_eq!(token_json(&fake, &refresh).await.0, 200);
    assert_eq!(fake.check_violations().unwrap_err().lines, ["POST /oauth/token: the field \"scope\" is unknown"]);
}

#[tokio::test]
async fn a_token_reaches_every_site_that_was_ever_granted() {
    let second = FakeSite::new("second-site", "second").listed_twice();
    let fake = Fake::builder().site(FakeSite::default()).site(second).start().await.unwrap();
    let first = fake.site().id;
    let grant = fake.create_grant(&Consent::default().to_sites([first.as_str()]));
    let ids = async || {
        let (_, sites) = get(&fake.resources_url(), &grant.access_token).await;
        let ids = sites.as_array().unwrap().iter().map(|site| site["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids().await, [first.as_str()]);
    let url = authorize_url(&fake, &parameters(&fake));
    let consent = Consent::default().to_sites(["second-site"]);
    let back = callback(&fake.approve_as(&url, &consent).await.unwrap());
    assert_eq!(token_json(&fake, &exchange(&fake, &back[0].1)).await.0, 200);
    assert_eq!(ids().await, [first.as_str(), "second-site", "second-site"]);
    // The consent of another account has no effect.
    assert!(fake.approve_as(&url, &Consent::of("another account")).await.is_ok());
    assert_eq!(ids().await.len(), 3);
}

#[test]
fn a_browser_error_does_not_print_its_source() {
    let error = BrowserError::Connection("connection refused".into());
    assert_eq!(error.to_string(), "the connection to the fake failed");
    assert_eq!(error.source().unwrap().to_string(), "connection refused");
}
