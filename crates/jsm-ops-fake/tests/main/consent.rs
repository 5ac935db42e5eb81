//! From the authorize URL to the first tokens.

use jsm_ops_fake::{BrowserError, Consent, Endpoint, Fake, Site};
use serde_json::json;

use crate::plain::{authorize_url, callback, client, code, exchange, get, parameters, token_json};

#[tokio::test]
async fn the_whole_way() {
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
async fn a_refusal_goes_back_too() {
    let fake = Fake::start().await.unwrap();
    let back = callback(&fake.deny(&authorize_url(&fake, &parameters(&fake))).await.unwrap());
    let names: Vec<_> = back.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["error", "error_description", "state"]);
    assert_eq!(back[0].1, "access_denied");
    // Only this fake's pages are opened.
    let error = fake.approve("https://auth.atlassian.com/authorize?a=b").await.unwrap_err();
    assert!(matches!(error, BrowserError::NotThisFake(_)), "{error}");
}

#[tokio::test]
async fn every_parameter_is_checked() {
    let fake = Fake::start().await.unwrap();
    let good = parameters(&fake);
    let mut wrong = Vec::new();
    for index in 0..good.len() {
        let mut missing = good.clone();
        missing.remove(index);
        wrong.push(missing);
        // The state may be anything but nothing.
        if good[index].0 != "state" {
            let mut other = good.clone();
            other[index].1.push('x');
            wrong.push(other);
        }
    }
    let mut stranger = good.clone();
    stranger.push(("nonce", "1".to_owned()));
    let mut twice = good.clone();
    twice.push(good[0].clone());
    wrong.extend([stranger, twice]);
    for parameters in &wrong {
        let error = fake.approve(&authorize_url(&fake, parameters)).await.unwrap_err();
        assert!(matches!(error, BrowserError::NoConsentPage { status: 400, .. }), "{parameters:?}: {error}");
    }
    assert_eq!(fake.nothing_unexpected().unwrap_err().lines.len(), wrong.len());
    // Without PKCE at all it goes.
    assert!(fake.approve(&authorize_url(&fake, &good[..7])).await.is_ok());
}

#[tokio::test]
async fn a_code_is_good_once_for_one_app_one_uri_and_one_verifier() {
    let fake = Fake::start().await.unwrap();
    let good = exchange(&fake, &code(&fake).await);
    let refusals = [
        ("redirect_uri", json!("http://127.0.0.1:8765/callback/"), 403, "invalid_grant"),
        ("code_verifier", json!("another"), 403, "invalid_grant"),
        ("code_verifier", json!(null), 400, "invalid_request"),
        ("code", json!("another"), 403, "invalid_grant"),
        ("client_secret", json!("another"), 401, "access_denied"),
        ("client_id", json!("another"), 401, "access_denied"),
        ("grant_type", json!("password"), 400, "unsupported_grant_type"),
    ];
    for (name, value, status, error) in refusals {
        let mut body = good.clone();
        body[name] = value;
        let (seen, answer) = token_json(&fake, &body).await;
        assert_eq!((seen, answer["error"].as_str()), (status, Some(error)), "{name}");
    }
    let mut no_secret = good.clone();
    no_secret.as_object_mut().unwrap().shift_remove("client_secret");
    let expected = json!({ "error": "access_denied", "error_description": "Unauthorized" });
    assert_eq!(token_json(&fake, &no_secret).await, (401, expected));
    assert_eq!(token_json(&fake, &good).await.0, 200);
    let expected = json!({ "error": "invalid_grant", "error_description": "Invalid authorization code" });
    assert_eq!(token_json(&fake, &good).await, (403, expected));
    // It expires, too.
    let late = exchange(&fake, &code(&fake).await);
    fake.clock().advance(std::time::Duration::from_secs(300));
    assert_eq!(token_json(&fake, &late).await.0, 403);
    fake.assert_nothing_unexpected();
}

#[tokio::test]
async fn forms_are_taken_and_strangers_in_them_are_reported() {
    let fake = Fake::start().await.unwrap();
    let body = exchange(&fake, &code(&fake).await);
    let form: Vec<_> = body.as_object().unwrap().iter().map(|(name, value)| (name, value.as_str().unwrap())).collect();
    let answer = client().post(fake.token_url()).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let tokens: serde_json::Value = answer.json().await.unwrap();
    fake.assert_nothing_unexpected();
    let mut refresh = crate::plain::refresh(&fake, tokens["refresh_token"].as_str().unwrap());
    refresh["scope"] = json!("read:me");
    assert_eq!(token_json(&fake, &refresh).await.0, 200);
    assert_eq!(fake.nothing_unexpected().unwrap_err().lines, ["POST /oauth/token: the field \"scope\" is unknown"]);
}

#[tokio::test]
async fn a_token_reaches_every_site_that_was_ever_granted() {
    let second = Site::new("second-site", "second").listed_twice();
    let fake = Fake::builder().site(Site::default()).site(second).start().await.unwrap();
    let first = fake.site().id;
    let grant = fake.grant(&Consent::default().to_sites([first.as_str()]));
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
    // Another account's consent changes nothing.
    assert!(fake.approve_as(&url, &Consent::of("somebody else")).await.is_ok());
    assert_eq!(ids().await.len(), 3);
}
