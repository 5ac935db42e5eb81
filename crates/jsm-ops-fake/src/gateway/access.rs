//! Access to an operation of a site.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    gateway::{
        gateway_path::{ExpectedCredential, GatewayPath},
        operation_spec::OperationSpec,
    },
    wire::{
        error_responses::{operations_unavailable, scope_mismatch, site_not_found, unauthorized},
        request::RecordedRequest,
        response::FakeResponse,
    },
    world::{fake_state::FakeState, registry::FakeApiToken},
};

/// Checks the credential of a request. Returns its account, or the error response.
pub(crate) fn authorize(
    state: &FakeState,
    request: &RecordedRequest,
    operation: &OperationSpec,
    path: &GatewayPath,
) -> Result<String, FakeResponse> {
    let (account, reaches_site) = match (path.credential, request.header("authorization").split_once(' ')) {
        (ExpectedCredential::AccessToken, Some(("Bearer", token))) => {
            let principal = state.grants.principal(token, state.now()).ok_or_else(unauthorized)?;
            let scopes = operation.scopes.as_ref().ok_or_else(scope_mismatch)?;
            if !scopes.iter().all(|scope| principal.scopes.contains(scope)) {
                return Err(scope_mismatch());
            }
            let reaches_site = state.grants.reaches(&principal, &path.cloud_id);
            (principal.account, reaches_site)
        }
        // The HTTP Basic base URL sends this response to every access token, whatever its scopes.
        (ExpectedCredential::ApiToken, Some(("Bearer", _))) => return Err(scope_mismatch()),
        (ExpectedCredential::ApiToken, Some(("Basic", credentials))) => {
            let FakeApiToken { email, token } = &state.api_token;
            if credentials != STANDARD.encode(format!("{email}:{token}")) {
                return Err(unauthorized());
            }
            (email.clone(), true)
        }
        _ => return Err(unauthorized()),
    };
    let site = state.sites.iter().find(|site| reaches_site && site.id == path.cloud_id);
    match site {
        None => Err(site_not_found()),
        Some(site) if !site.has_operations => Err(operations_unavailable()),
        Some(_) => Ok(account),
    }
}
