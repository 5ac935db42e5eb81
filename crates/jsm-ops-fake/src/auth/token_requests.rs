//! The token endpoint.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{
    wire::{error_responses::oauth_error, request::Seen, response::Answer},
    world::{consent::Code, grants::Issued, state::State},
};

/// How long an authorization code is good. No page says; the fake takes what is usual.
const CODE_LIFETIME: Duration = Duration::from_secs(5 * 60);

/// What comes with a code, and what comes with a refresh token.
const EXCHANGE: [&str; 6] = ["grant_type", "client_id", "client_secret", "code", "redirect_uri", "code_verifier"];
const REFRESH: [&str; 4] = ["grant_type", "client_id", "client_secret", "refresh_token"];

/// The fields of the body.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn require(&self, name: &str) -> Result<&str, Answer> {
        let missing = || oauth_error(400, "invalid_request", &format!("Missing required parameter: {name}"));
        self.get(name).filter(|value| !value.is_empty()).ok_or_else(missing)
    }
}

/// The answer to a request, and whether tokens were issued.
pub(crate) fn answer(state: &mut State, seen: &Seen) -> (Answer, bool) {
    match issue(state, seen) {
        Ok(issued) => (success(state, &issued), true),
        Err(refusal) => (refusal, false),
    }
}

fn issue(state: &mut State, seen: &Seen) -> Result<Issued, Answer> {
    let unreadable = || oauth_error(400, "invalid_request", "The body is neither a form nor a JSON object of strings");
    let fields = Fields(seen.fields().ok_or_else(unreadable)?);
    match fields.require("grant_type")? {
        "authorization_code" => {
            look_for_strangers(state, &fields, &EXCHANGE);
            authenticate(state, &fields)?;
            exchange(state, &fields)
        }
        "refresh_token" => {
            look_for_strangers(state, &fields, &REFRESH);
            authenticate(state, &fields)?;
            refresh(state, &fields)
        }
        _ => Err(oauth_error(400, "unsupported_grant_type", "Unsupported grant type")),
    }
}

/// The service may well ignore what it does not know; a client that sends it is wrong all the same.
fn look_for_strangers(state: &mut State, fields: &Fields, known: &[&str]) {
    for (index, (name, _)) in fields.0.iter().enumerate() {
        let repeated = fields.0[..index].iter().any(|(earlier, _)| earlier == name);
        if repeated || !known.contains(&name.as_str()) {
            let how = if repeated { "repeated" } else { "unknown" };
            state.complain(format!("POST /oauth/token: the field {name:?} is {how}"));
        }
    }
}

/// The secret is required, with PKCE too, and its absence is told like a wrong one.
fn authenticate(state: &State, fields: &Fields) -> Result<(), Answer> {
    let client_id = fields.require("client_id")?;
    let secret = state.app(client_id).map(|app| app.client_secret.as_str());
    if secret.is_some() && secret == fields.get("client_secret") {
        return Ok(());
    }
    Err(oauth_error(401, "access_denied", "Unauthorized"))
}

fn exchange(state: &mut State, fields: &Fields) -> Result<Issued, Answer> {
    let (code, redirect_uri) = (fields.require("code")?, fields.require("redirect_uri")?);
    let now = state.now();
    if state.grants.refresh_is_good(code, now) {
        return Err(oauth_error(400, "invalid_request", "A refresh token is no authorization code"));
    }
    let good = |known: &Code| {
        let same_client = Some(known.asked.client_id.as_str()) == fields.get("client_id");
        let verified = match &known.asked.challenge {
            None => fields.get("code_verifier").is_none(),
            Some(challenge) => fields.get("code_verifier").is_some_and(|verifier| *challenge == s256(verifier)),
        };
        same_client && verified && known.asked.redirect_uri == redirect_uri && now < known.issued + CODE_LIFETIME
    };
    if !state.codes.get(code).is_some_and(good) {
        return Err(oauth_error(403, "invalid_grant", "Invalid authorization code"));
    }
    let known = state.codes.remove(code).ok_or_else(|| oauth_error(403, "invalid_grant", "Invalid authorization code"))?;
    Ok(state.grant(known.grant))
}

fn s256(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

fn refresh(state: &mut State, fields: &Fields) -> Result<Issued, Answer> {
    let (token, client_id) = (fields.require("refresh_token")?, fields.require("client_id")?);
    let issued = state.refresh(token, client_id);
    let (error, description) = state.dead_grant.words();
    issued.ok_or_else(|| oauth_error(403, error, description))
}

fn success(state: &State, issued: &Issued) -> Answer {
    let mut body = json!({
        "access_token": issued.access,
        "expires_in": state.grants.access_lifetime.as_secs(),
        "scope": issued.scopes.join(" "),
    });
    if let Some(refresh) = &issued.refresh {
        body["refresh_token"] = json!(refresh);
    }
    if let Some(token_type) = &state.token_type {
        body["token_type"] = json!(token_type);
    }
    Answer::json(200, &body).header("cache-control", "no-store")
}
