//! The part of `api.atlassian.com` that leads to operations: who may come in, by which address, and where.

mod address;
mod alerts;
mod call;
mod check;
mod config;
mod interface;
mod notes;
mod ops;
mod page;
mod sample;
pub(crate) mod time;
mod writes;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use crate::{answer::Answer, record::Seen, route::Endpoint, state::State};
use address::{Address, Kind};
use call::{Call, refusal};
use check::Wrong;
use interface::Operation;

pub(crate) use interface::operations;
pub(crate) use ops::Ops;

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

/// The answer to a request to the gateway, and whether it was carried out.
pub(crate) fn answer(state: &mut State, seen: &Seen) -> (Answer, bool) {
    let found = Address::parse(&seen.path).and_then(|address| Some((interface::find(&seen.method, &address)?, address)));
    let Some((operation, address)) = found else { return (refusal(404, "Not found"), false) };
    let account = match admit(state, seen, operation, &address) {
        Ok(account) => account,
        Err(refusal) => return (refusal, false),
    };
    let now = i64::try_from(state.now().as_millis()).unwrap_or(i64::MAX);
    let call = Call::new(operation, &address, seen, now, account);
    if let Err(wrong) = check::check(&call, seen) {
        let (Wrong::Refused(why) | Wrong::Ignored(why)) = &wrong;
        if matches!(wrong, Wrong::Ignored(_)) {
            state.complain(format!("{}: {why}", operation.name));
        }
        return (refusal(400, why), false);
    }
    let own = state.answers.get(&seen.endpoint).or_else(|| state.answers.get(&Endpoint::Gateway)).cloned();
    let answer = own.unwrap_or_else(|| play(state.ops(&address.cloud_id), &call));
    let done = (200..300).contains(&answer.status);
    (answer, done)
}

/// The answer of the operation itself.
fn play(ops: &mut Ops, call: &Call) -> Answer {
    let parts = [alerts::answer, writes::answer, notes::answer, config::answer];
    let own = parts.iter().find_map(|part| part(ops, call));
    own.unwrap_or_else(|| sample::answer(call.operation))
}

/// The account whose credential opens this operation of this site, or how it is refused.
fn admit(state: &State, seen: &Seen, operation: &Operation, address: &Address) -> Result<String, Answer> {
    let (account, reaches_site) = match (address.kind, seen.header("authorization").split_once(' ')) {
        (Kind::Oauth, Some(("Bearer", token))) => {
            let bearer = state.grants.bearer(token, state.now()).ok_or_else(unauthorized)?;
            let scopes = operation.scopes.as_ref().ok_or_else(scope_does_not_match)?;
            if !scopes.iter().all(|scope| bearer.scopes.contains(scope)) {
                return Err(scope_does_not_match());
            }
            let reaches_site = state.grants.reaches(&bearer, &address.cloud_id);
            (bearer.account, reaches_site)
        }
        // Every bearer is told this at the address for API tokens, whatever its scopes.
        (Kind::Classic, Some(("Bearer", _))) => return Err(scope_does_not_match()),
        (Kind::Classic, Some(("Basic", credentials))) => {
            let ApiToken { email, token } = &state.api_token;
            if credentials != STANDARD.encode(format!("{email}:{token}")) {
                return Err(unauthorized());
            }
            (email.clone(), true)
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
        Some(_) => Ok(account),
    }
}

/// What a credential is told that is missing, unknown, expired or revoked.
pub(crate) fn unauthorized() -> Answer {
    Answer::json(401, &json!({ "code": 401, "message": "Unauthorized" }))
}

fn scope_does_not_match() -> Answer {
    Answer::json(401, &json!({ "code": 401, "message": "Unauthorized; scope does not match" }))
}
