//! Who may call an operation of a site.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    gateway::{
        operation_spec::Operation,
        path::{Address, Kind},
    },
    wire::{
        error_responses::{no_operations, scope_does_not_match, site_not_found, unauthorized},
        request::Seen,
        response::Answer,
    },
    world::{registry::ApiToken, state::State},
};

/// The account whose credential opens this operation of this site, or how it is refused.
pub(crate) fn admit(state: &State, seen: &Seen, operation: &Operation, address: &Address) -> Result<String, Answer> {
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
        None => Err(site_not_found()),
        Some(site) if !site.has_operations => Err(no_operations()),
        Some(_) => Ok(account),
    }
}
