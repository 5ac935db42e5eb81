//! From a request to its endpoint.

use crate::{
    gateway::{document, gateway_path::GatewayPath},
    wire::{endpoint::Endpoint, request::RecordedRequest},
};

/// Returns the endpoint of a request.
pub(crate) fn endpoint_of(request: &RecordedRequest) -> Endpoint {
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/authorize") => Endpoint::Authorize,
        ("POST", "/authorize/decision") => Endpoint::Decision,
        ("POST", "/oauth/token") => match request.field("grant_type").as_deref() {
            Some("authorization_code") => Endpoint::Exchange,
            Some("refresh_token") => Endpoint::Refresh,
            _ => Endpoint::Token,
        },
        ("GET", "/oauth/token/accessible-resources") => Endpoint::Resources,
        (_, path) if path.starts_with("/ex/jira/") || path.starts_with("/jsm/ops/") => operation_endpoint(request),
        _ => Endpoint::Unknown,
    }
}

fn operation_endpoint(request: &RecordedRequest) -> Endpoint {
    let operation = GatewayPath::parse(&request.path).and_then(|path| document::find(&request.method, &path));
    operation.map_or(Endpoint::Unknown, |operation| Endpoint::Operation(operation.name.clone()))
}
