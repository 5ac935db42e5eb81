//! From a request to the endpoint that it is for.

use crate::{
    gateway::{document, path::Address},
    wire::{endpoint::Endpoint, request::Seen},
};

/// What a request is for.
pub(crate) fn endpoint_of(seen: &Seen) -> Endpoint {
    match (seen.method.as_str(), seen.path.as_str()) {
        ("GET", "/authorize") => Endpoint::Authorize,
        ("POST", "/authorize/decision") => Endpoint::Decision,
        ("POST", "/oauth/token") => match seen.field("grant_type").as_deref() {
            Some("authorization_code") => Endpoint::Exchange,
            Some("refresh_token") => Endpoint::Refresh,
            _ => Endpoint::Token,
        },
        ("GET", "/oauth/token/accessible-resources") => Endpoint::Resources,
        (_, path) if path.starts_with("/ex/jira/") || path.starts_with("/jsm/ops/") => operation_endpoint(seen),
        _ => Endpoint::Unknown,
    }
}

/// Which operation a request to the gateway is for.
fn operation_endpoint(seen: &Seen) -> Endpoint {
    let operation = Address::parse(&seen.path).and_then(|address| document::find(&seen.method, &address));
    operation.map_or(Endpoint::Unknown, |operation| Endpoint::Operation(operation.name.clone()))
}
