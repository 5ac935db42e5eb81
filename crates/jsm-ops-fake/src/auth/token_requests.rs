//! The token endpoint.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{
    wire::{error_responses::oauth_error, request::RecordedRequest, response::FakeResponse},
    world::{consent::AuthorizationCode, fake_state::FakeState, grants::NewTokens},
};

/// How long an authorization code is valid. Not documented: the fake uses a common lifetime.
const CODE_LIFETIME: Duration = Duration::from_secs(5 * 60);

/// The fields of a request with an authorization code.
const EXCHANGE: [&str; 6] = ["grant_type", "client_id", "client_secret", "code", "redirect_uri", "code_verifier"];

/// The fields of a request with a refresh token.
const REFRESH: [&str; 4] = ["grant_type", "client_id", "client_secret", "refresh_token"];

/// The fields of a token request.
struct TokenFields(Vec<(String, String)>);

impl TokenFields {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn require(&self, name: &str) -> Result<&str, FakeResponse> {
        let missing = || oauth_error(400, "invalid_request", &format!("Missing required parameter: {name}"));
        self.get(name).filter(|value| !value.is_empty()).ok_or_else(missing)
    }
}

/// Handles a token request. The flag says whether tokens were issued.
pub(crate) fn respond(state: &mut FakeState, request: &RecordedRequest) -> (FakeResponse, bool) {
    match issue(state, request) {
        Ok(tokens) => (token_response(state, &tokens), true),
        Err(error) => (error, false),
    }
}

fn issue(state: &mut FakeState, request: &RecordedRequest) -> Result<NewTokens, FakeResponse> {
    let unreadable = || oauth_error(400, "invalid_request", "The body is neither a form nor a JSON object of strings");
    let fields = TokenFields(request.fields().ok_or_else(unreadable)?);
    match fields.require("grant_type")? {
        "authorization_code" => {
            check_fields(state, &fields, &EXCHANGE);
            authenticate(state, &fields)?;
            exchange(state, &fields)
        }
        "refresh_token" => {
            check_fields(state, &fields, &REFRESH);
            authenticate(state, &fields)?;
            refresh(state, &fields)
        }
        _ => Err(oauth_error(400, "unsupported_grant_type", "Unsupported grant type")),
    }
}

/// Reports unknown and repeated fields. The service may ignore them, so the request goes on.
fn check_fields(state: &mut FakeState, fields: &TokenFields, known: &[&str]) {
    for (index, (name, _)) in fields.0.iter().enumerate() {
        let repeated = fields.0[..index].iter().any(|(earlier, _)| earlier == name);
        if repeated || !known.contains(&name.as_str()) {
            let problem = if repeated { "repeated" } else { "unknown" };
            state.report_violation(format!("POST /oauth/token: the field {name:?} is {problem}"));
        }
    }
}

/// Checks the client secret. It is required with PKCE too.
fn authenticate(state: &FakeState, fields: &TokenFields) -> Result<(), FakeResponse> {
    let client_id = fields.require("client_id")?;
    let secret = state.app(client_id).map(|app| app.client_secret.as_str());
    if secret.is_some() && secret == fields.get("client_secret") {
        return Ok(());
    }
    Err(oauth_error(401, "access_denied", "Unauthorized"))
}

fn exchange(state: &mut FakeState, fields: &TokenFields) -> Result<NewTokens, FakeResponse> {
    let (code, redirect_uri) = (fields.require("code")?, fields.require("redirect_uri")?);
    let now = state.now();
    if state.grants.is_refresh_valid(code, now) {
        return Err(oauth_error(400, "invalid_request", "The code is a refresh token, not an authorization code"));
    }
    let is_valid = |known: &AuthorizationCode| {
        let same_client = Some(known.request.client_id.as_str()) == fields.get("client_id");
        let verified = match &known.request.challenge {
            None => fields.get("code_verifier").is_none(),
            Some(challenge) => fields.get("code_verifier").is_some_and(|verifier| *challenge == s256(verifier)),
        };
        same_client && verified && known.request.redirect_uri == redirect_uri && now < known.issued + CODE_LIFETIME
    };
    let invalid = || oauth_error(403, "invalid_grant", "Invalid authorization code");
    if !state.codes.get(code).is_some_and(is_valid) {
        return Err(invalid());
    }
    let known = state.codes.remove(code).ok_or_else(invalid)?;
    Ok(state.create_grant(known.grant))
}

fn s256(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

fn refresh(state: &mut FakeState, fields: &TokenFields) -> Result<NewTokens, FakeResponse> {
    let (token, client_id) = (fields.require("refresh_token")?, fields.require("client_id")?);
    let tokens = state.refresh(token, client_id);
    let (error, description) = state.rejected_grant.oauth_error();
    tokens.ok_or_else(|| oauth_error(403, error, description))
}

fn token_response(state: &FakeState, tokens: &NewTokens) -> FakeResponse {
    let mut body = json!({
        "access_token": tokens.access,
        "expires_in": state.grants.access_lifetime.as_secs(),
        "scope": tokens.scopes.join(" "),
    });
    if let Some(refresh) = &tokens.refresh {
        body["refresh_token"] = json!(refresh);
    }
    if let Some(token_type) = &state.token_type {
        body["token_type"] = json!(token_type);
    }
    FakeResponse::json(200, &body).header("cache-control", "no-store")
}
