//! The consent page: what the authorize URL must say, the page, and what the user's decision leads to.

use form_urlencoded::Serializer;

use crate::{
    wire::{request::Seen, response::Answer},
    world::{
        consent::{Asked, Code, DEFAULT_ACCOUNT},
        grants::NewGrant,
        registry::Site,
        state::State,
    },
};

/// Every parameter that may come.
const KNOWN: [&str; 9] = [
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

/// `GET /authorize`: the page, or a page that says what is wrong. A wrong request is never sent back to the app.
pub(crate) fn page(state: &mut State, seen: &Seen) -> Answer {
    match check(state, &seen.query_pairs()) {
        Ok(asked) => {
            let ticket = state.mint("ticket");
            let page = consent_page(&ticket, &asked, &state.sites);
            state.asked.insert(ticket, asked);
            Answer::html(200, page)
        }
        Err(wrong) => {
            state.complain(format!("GET /authorize: {wrong}"));
            Answer::html(400, format!("<html><body><h1>Something went wrong</h1><p>{}</p></body></html>", escape(&wrong)))
        }
    }
}

fn check(state: &State, pairs: &[(String, String)]) -> Result<Asked, String> {
    for (index, (name, _)) in pairs.iter().enumerate() {
        if !KNOWN.contains(&name.as_str()) {
            return Err(format!("nobody knows the parameter {name:?}"));
        }
        if pairs[..index].iter().any(|(earlier, _)| earlier == name) {
            return Err(format!("{name} is there twice"));
        }
    }
    let optional = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let required = |name: &str| optional(name).filter(|value| !value.is_empty()).ok_or(format!("{name} is missing"));
    for (name, expected) in [("audience", "api.atlassian.com"), ("response_type", "code"), ("prompt", "consent")] {
        let value = required(name)?;
        if value != expected {
            return Err(format!("{name} is {value:?}, not {expected:?}"));
        }
    }
    let client_id = required("client_id")?;
    let app = state.app(client_id).ok_or(format!("nobody knows the client_id {client_id:?}"))?;
    let redirect_uri = required("redirect_uri")?;
    if !app.redirect_uris.iter().any(|known| known == redirect_uri) {
        return Err(format!("the redirect_uri {redirect_uri:?} is not registered"));
    }
    let scopes: Vec<String> = required("scope")?.split(' ').map(str::to_owned).collect();
    let refused = scopes.iter().find(|scope| *scope != "offline_access" && !app.scopes.contains(scope));
    if let Some(scope) = refused {
        return Err(format!("the app has no scope {scope:?}"));
    }
    Ok(Asked {
        client_id: client_id.to_owned(),
        redirect_uri: redirect_uri.to_owned(),
        state: required("state")?.to_owned(),
        scopes,
        challenge: challenge(optional("code_challenge"), optional("code_challenge_method"))?,
    })
}

/// The challenge of PKCE: 32 bytes in base64url without padding, and only as S256.
fn challenge(challenge: Option<&str>, method: Option<&str>) -> Result<Option<String>, String> {
    let is_base64url = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    match (challenge, method) {
        (None, None) => Ok(None),
        (Some(challenge), Some("S256")) if challenge.len() == 43 && is_base64url(challenge) => {
            Ok(Some(challenge.to_owned()))
        }
        (Some(challenge), Some("S256")) => Err(format!("{challenge:?} is no S256 code_challenge")),
        (challenge, method) => Err(format!("code_challenge {challenge:?} with code_challenge_method {method:?}")),
    }
}

fn consent_page(ticket: &str, asked: &Asked, sites: &[Site]) -> String {
    let box_of = |site: &Site| {
        let (id, name, url) = (escape(&site.id), escape(&site.name), escape(&site.url));
        format!(r#"<p><label><input type="checkbox" name="site" value="{id}" checked> {name} ({url})</label></p>"#)
    };
    let scopes: String = asked.scopes.iter().map(|scope| format!("<li>{}</li>", escape(scope))).collect();
    let sites: String = sites.iter().map(box_of).collect();
    format!(
        r#"<!doctype html><html><head><title>Fake Atlassian</title></head><body>
<h1>{client} asks for access</h1>
<ul>{scopes}</ul>
<form method="post" action="/authorize/decision">
<input type="hidden" name="ticket" value="{ticket}">
<p><label>Account <input name="account" value="{account}"></label></p>
{sites}
<p><button name="decision" value="approve">Accept</button> <button name="decision" value="deny">Cancel</button></p>
</form></body></html>"#,
        client = escape(&asked.client_id),
        account = DEFAULT_ACCOUNT,
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// `POST /authorize/decision`: back to the app, with a code or with a refusal.
pub(crate) fn decide(state: &mut State, seen: &Seen) -> Answer {
    let fields = seen.fields().unwrap_or_default();
    let values = |name: &str| fields.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect();
    let value = |name: &str| Vec::into_iter(values(name)).next().unwrap_or_default();
    let Some(asked) = state.asked.remove(&value("ticket")) else {
        return Answer::html(400, "<html><body>This page was answered before.</body></html>");
    };
    let mut back = Serializer::new(String::new());
    if value("decision") == "approve" {
        let code = state.mint("code");
        back.append_pair("code", &code);
        let grant = NewGrant {
            account: value("account"),
            client_id: asked.client_id.clone(),
            scopes: asked.scopes.clone(),
            sites: values("site"),
        };
        state.codes.insert(code, Code { asked: asked.clone(), grant, issued: state.now() });
    } else {
        back.append_pair("error", "access_denied").append_pair("error_description", "User did not authorize the request");
    }
    back.append_pair("state", &asked.state);
    let joint = if asked.redirect_uri.contains('?') { '&' } else { '?' };
    Answer::redirect(&format!("{}{joint}{}", asked.redirect_uri, back.finish()))
}
