//! A plain HTTP client, and valid requests.

use jsm_ops_fake::Fake;
use reqwest::{Client, Response, redirect};
use serde_json::{Value, json};

/// A client that does not follow redirects.
pub fn client() -> Client {
    // With TLS enabled by another workspace member, the client needs a crypto provider. A second
    // install returns an error, which is harmless.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().redirect(redirect::Policy::none()).build().unwrap()
}

/// The parameters of a valid authorization URL.
pub fn parameters(fake: &Fake) -> Vec<(&'static str, String)> {
    let app = fake.app();
    vec![
        ("audience", "api.atlassian.com".to_owned()),
        ("client_id", app.client_id),
        ("scope", "read:ops-alert:jira-service-management offline_access".to_owned()),
        ("redirect_uri", app.redirect_uris[0].clone()),
        ("state", "a state".to_owned()),
        ("response_type", "code".to_owned()),
        ("prompt", "consent".to_owned()),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned()),
        ("code_challenge_method", "S256".to_owned()),
    ]
}

/// The verifier of the challenge in [`parameters`]. Both are the example of RFC 7636.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// An authorization URL.
pub fn authorize_url(fake: &Fake, parameters: &[(&str, String)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("{}?{query}", fake.authorize_url())
}

/// The query parameters of a callback URL.
pub fn callback(url: &str) -> Vec<(String, String)> {
    let query = url.split_once('?').unwrap().1;
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// The code of an approval.
pub async fn code(fake: &Fake) -> String {
    let url = fake.approve(&authorize_url(fake, &parameters(fake))).await.unwrap();
    callback(&url).into_iter().find(|(name, _)| name == "code").unwrap().1
}

/// The body of a request with an authorization code.
pub fn exchange(fake: &Fake, code: &str) -> Value {
    let app = fake.app();
    json!({
        "grant_type": "authorization_code",
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "code": code,
        "redirect_uri": app.redirect_uris[0],
        "code_verifier": VERIFIER,
    })
}

/// The body of a request with a refresh token.
pub fn refresh(fake: &Fake, token: &str) -> Value {
    let app = fake.app();
    json!({
        "grant_type": "refresh_token",
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "refresh_token": token,
    })
}

/// Sends JSON to the token endpoint.
pub async fn token(fake: &Fake, body: &Value) -> Response {
    client().post(fake.token_url()).json(body).send().await.unwrap()
}

/// Sends JSON to the token endpoint. Returns status and body.
pub async fn token_json(fake: &Fake, body: &Value) -> (u16, Value) {
    let response = token(fake, body).await;
    (response.status().as_u16(), response.json().await.unwrap())
}

/// Refreshes. Returns the new access token and the new refresh token.
pub async fn refreshed(fake: &Fake, old: &str) -> (String, String) {
    let (status, body) = token_json(fake, &refresh(fake, old)).await;
    assert_eq!(status, 200, "{body}");
    let string = |name: &str| body[name].as_str().unwrap().to_owned();
    (string("access_token"), string("refresh_token"))
}

/// Sends a GET with an access token. Returns status and body.
pub async fn get(url: &str, access_token: &str) -> (u16, Value) {
    let response = client().get(url).bearer_auth(access_token).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap_or_default())
}
