//! The error responses of the service. Each part of the service has its own error body.

use serde_json::json;

use crate::wire::response::FakeResponse;

/// The response to a credential that is missing, unknown, expired or revoked.
pub(crate) fn unauthorized() -> FakeResponse {
    FakeResponse::json(401, &json!({ "code": 401, "message": "Unauthorized" }))
}

/// The response to an access token that lacks a scope of the operation.
pub(crate) fn scope_mismatch() -> FakeResponse {
    FakeResponse::json(401, &json!({ "code": 401, "message": "Unauthorized; scope does not match" }))
}

/// The response for a site that the credential does not reach. Not documented; the fake uses 404.
pub(crate) fn site_not_found() -> FakeResponse {
    FakeResponse::json(404, &json!({ "code": 404, "message": "Not Found" }))
}

/// The response for a site without operations.
pub(crate) fn operations_unavailable() -> FakeResponse {
    let body = json!({ "code": 40301, "message": "Account does not have access to Opsgenie.", "took": 0.062 });
    FakeResponse::json(403, &body)
}

/// An OAuth error of the token endpoint.
pub(crate) fn oauth_error(status: u16, error: &str, description: &str) -> FakeResponse {
    FakeResponse::json(status, &json!({ "error": error, "error_description": description }))
}

/// An error of an operation, in the documented form.
pub(crate) fn operation_error(status: u16, title: &str) -> FakeResponse {
    FakeResponse::json(status, &json!({ "errors": [{ "title": title, "code": status.to_string() }] }))
}

/// An error of an operation on alerts. The codes of this backend have five digits.
pub(crate) fn alert_error(status: u16, message: &str) -> FakeResponse {
    let code = i64::from(status) * 100;
    let body = json!({ "code": code, "message": message, "took": 0.004, "requestId": "fake-request" });
    FakeResponse::json(status, &body)
}
