//! The part of `api.atlassian.com` that leads to operations: who may come in, by which address, and where.

mod address;
mod interface;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use crate::{answer::Answer, record::Seen, route::Endpoint, state::State};
use address::{Address, Kind};
use interface::Operation;

/// An API token of an account, as HTTP Basic sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// The account's address.
    pub email: String,
    /// The token.
    pub token: String,
}

impl Default for ApiToken {
    fn default() -> Self {
        Self { email: "operator@example.com".to_owned(), token: "fake-api-token".to_owned() }
    }
}

/// Which operation a request to the gateway is for.
pub(crate) fn endpoint(seen: &Seen) -> Endpoint {
    let operation = Address::parse(&seen.path).and_then(|address| interface::find(&seen.method, &address));
    operation.map_or(Endpoint::Unknown, |operation| Endpoint::Operation(operation.name.clone()))
}

/// The answer to a request to the gateway, and whether it was let in.
pub(crate) fn answer(state: &mut State, seen: &Seen) -> (Answer, bool) {
    let found = Address::parse(&seen.path).and_then(|address| Some((interface::find(&seen.method, &address)?, address)));
    let Some((operation, address)) = found else {
        return (Answer::json(404, &json!({ "code": 404, "message": "Not Found" })), false);
    };
    if let Err(refusal) = admit(state, seen, operation, &address) {
        return (refusal, false);
    }
    let own = state.answers.get(&seen.endpoint).or_else(|| state.answers.get(&Endpoint::Gateway));
    (own.cloned().unwrap_or_else(|| Answer::json(200, &json!({ "values": [] }))), true)
}

/// Whether the credential of a request opens this operation of this site.
fn admit(state: &State, seen: &Seen, operation: &Operation, address: &Address) -> Result<(), Answer> {
    let reaches_site = match (address.kind, seen.header("authorization").split_once(' ')) {
        (Kind::Oauth, Some(("Bearer", token))) => {
            let bearer = state.grants.bearer(token, state.now()).ok_or_else(unauthorized)?;
            let scopes = operation.scopes.as_ref().ok_or_else(scope_does_not_match)?;
            if !scopes.iter().all(|scope| bearer.scopes.contains(scope)) {
                return Err(scope_does_not_match());
            }
            state.grants.reaches(&bearer, &address.cloud_id)
        }
        // Every bearer is told this at the address for API tokens, whatever its scopes.
        (Kind::Classic, Some(("Bearer", _))) => return Err(scope_does_not_match()),
        (Kind::Classic, Some(("Basic", credentials))) => {
            let ApiToken { email, token } = &state.api_token;
            if credentials != STANDARD.encode(format!("{email}:{token}")) {
                return Err(unauthorized());
            }
            true
        }
        _ => return Err(unauthorized()),
    };
    let site = state.sites.iter().find(|site| reaches_site && site.id == address.cloud_id);
    match site {
        // No source says how a site is refused that the credential does not reach.
        None => Err(Answer::json(404, &json!({ "code": 404, "message": "Not Found" }))),
        Some(site) if !site.has_operations => {
            let body = json!({ "code": 40301, "message": "Account does not have access to Opsgenie.", "took": 0.062 });
            Err(Answer::json(403, &body))
        }
        Some(_) => Ok(()),
    }
}

/// What a credential is told that is missing, unknown, expired or revoked.
pub(crate) fn unauthorized() -> Answer {
    Answer::json(401, &json!({ "code": 401, "message": "Unauthorized" }))
}

fn scope_does_not_match() -> Answer {
    Answer::json(401, &json!({ "code": 401, "message": "Unauthorized; scope does not match" }))
}
