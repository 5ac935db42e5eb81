//! The consent page: the check of the authorization request, the page, and the user's decision.

use form_urlencoded::Serializer;

use crate::{
    wire::{request::RecordedRequest, response::FakeResponse},
    world::{
        consent::{AuthorizationCode, ConsentRequest, DEFAULT_ACCOUNT},
        fake_state::FakeState,
        grants::NewGrant,
        registry::FakeSite,
    },
};

/// The known parameters of an authorization request.
const PARAMETERS: [&str; 9] = [
    "audience",
    "client_id",
    "scope",
    "redirect_uri",
    "state",
    "response_type",
    "prompt",
    "code_challenge",
    "code_challenge_method",
];

/// Handles `GET /authorize`. An invalid request gets an error page, and is never redirected.
pub(crate) fn show(state: &mut FakeState, request: &RecordedRequest) -> FakeResponse {
    match parse(state, &request.query_pairs()) {
        Ok(consent_request) => {
            let ticket = state.create_token("ticket");
            let page = consent_page(&ticket, &consent_request, &state.sites);
            state.consent_requests.insert(ticket, consent_request);
            FakeResponse::html(200, page)
        }
        Err(problem) => {
            state.report_violation(format!("GET /authorize: {problem}"));
            let page = format!("<html><body><h1>Something went wrong</h1><p>{}</p></body></html>", escape(&problem));
            FakeResponse::html(400, page)
        }
    }
}

fn parse(state: &FakeState, pairs: &[(String, String)]) -> Result<ConsentRequest, String> {
    for (index, (name, _)) in pairs.iter().enumerate() {
        if !PARAMETERS.contains(&name.as_str()) {
            return Err(format!("unknown parameter {name:?}"));
        }
        if pairs[..index].iter().any(|(earlier, _)| earlier == name) {
            return Err(format!("the parameter {name} is repeated"));
        }
    }
    let optional = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let required =
        |name: &str| optional(name).filter(|value| !value.is_empty()).ok_or(format!("the parameter {name} is missing"));
    for (name, expected) in [("audience", "api.atlassian.com"), ("response_type", "code"), ("prompt", "consent")] {
        let value = required(name)?;
        if value != expected {
            return Err(format!("{name} must be {expected:?}, not {value:?}"));
        }
    }
    let client_id = required("client_id")?;
    let app = state.app(client_id).ok_or(format!("unknown client_id {client_id:?}"))?;
    let redirect_uri = required("redirect_uri")?;
    if !app.redirect_uris.iter().any(|known| known == redirect_uri) {
        return Err(format!("the redirect_uri {redirect_uri:?} is not registered"));
    }
    let scopes: Vec<String> = required("scope")?.split(' ').map(str::to_owned).collect();
    let unregistered = scopes.iter().find(|scope| *scope != "offline_access" && !app.scopes.contains(scope));
    if let Some(scope) = unregistered {
        return Err(format!("the scope {scope:?} is not registered for the app"));
    }
    Ok(ConsentRequest {
        client_id: client_id.to_owned(),
        redirect_uri: redirect_uri.to_owned(),
        state: required("state")?.to_owned(),
        scopes,
        challenge: challenge(optional("code_challenge"), optional("code_challenge_method"))?,
    })
}

/// Checks the PKCE challenge: S256, and 32 bytes in base64url without padding.
fn challenge(challenge: Option<&str>, method: Option<&str>) -> Result<Option<String>, String> {
    let is_base64url = |value: &str| value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    match (challenge, method) {
        (None, None) => Ok(None),
        (Some(challenge), Some("S256")) if challenge.len() == 43 && is_base64url(challenge) => {
            Ok(Some(challenge.to_owned()))
        }
        (Some(challenge), Some("S256")) => Err(format!("code_challenge {challenge:?} is not a valid S256 challenge")),
        (challenge, method) => {
            Err(format!("unsupported code_challenge {challenge:?} with code_challenge_method {method:?}"))
        }
    }
}

fn consent_page(ticket: &str, request: &ConsentRequest, sites: &[FakeSite]) -> String {
    let checkbox = |site: &FakeSite| {
        let (id, name, url) = (escape(&site.id), escape(&site.name), escape(&site.url));
        format!(r#"<p><label><input type="checkbox" name="site" value="{id}" checked> {name} ({url})</label></p>"#)
    };
    let scopes: String = request.scopes.iter().map(|scope| format!("<li>{}</li>", escape(scope))).collect();
    let sites: String = sites.iter().map(checkbox).collect();
    format!(
        r#"<!doctype html><html><head><title>Fake Atlassian</title></head><body>
<h1>{client} asks for access</h1>
<ul>{scopes}</ul>
<form method="post" action="/authorize/decision">
<input type="hidden" name="ticket" value="{ticket}">
<p><label>Account <input name="account" value="{DEFAULT_ACCOUNT}"></label></p>
{sites}
<p><button name="decision" value="approve">Accept</button> <button name="decision" value="deny">Cancel</button></p>
</form></body></html>"#,
        client = escape(&request.client_id),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Handles `POST /authorize/decision`: redirects to the app with a code or with an OAuth error.
pub(crate) fn decide(state: &mut FakeState, request: &RecordedRequest) -> FakeResponse {
    let fields = request.fields().unwrap_or_default();
    let values = |name: &str| fields.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect();
    let value = |name: &str| Vec::into_iter(values(name)).next().unwrap_or_default();
    let Some(consent_request) = state.consent_requests.remove(&value("ticket")) else {
        return FakeResponse::html(400, "<html><body>This page was used before.</body></html>");
    };
    let mut query = Serializer::new(String::new());
    let separator = if consent_request.redirect_uri.contains('?') { '&' } else { '?' };
    let callback = format!("{}{separator}", consent_request.redirect_uri);
    let csrf_state = consent_request.state.clone();
    if value("decision") == "approve" {
        let code = state.create_token("code");
        query.append_pair("code", &code);
        let grant = NewGrant {
            account: value("account"),
            client_id: consent_request.client_id.clone(),
            scopes: consent_request.scopes.clone(),
            sites: values("site"),
        };
        let issued = state.now();
        state.codes.insert(code, AuthorizationCode { request: consent_request, grant, issued });
    } else {
        query.append_pair("error", "access_denied").append_pair("error_description", "User did not authorize the request");
    }
    query.append_pair("state", &csrf_state);
    FakeResponse::redirect(&format!("{callback}{}", query.finish()))
}
