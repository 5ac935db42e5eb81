//! The error responses of the service.

use serde_json::json;

use crate::wire::response::Answer;

/// What a credential is told that is missing, unknown, expired or revoked.
pub(crate) fn unauthorized() -> Answer {
    Answer::json(401, &json!({ "code": 401, "message": "Unauthorized" }))
}

pub(crate) fn scope_does_not_match() -> Answer {
    Answer::json(401, &json!({ "code": 401, "message": "Unauthorized; scope does not match" }))
}

/// A site that the credential does not reach. No source says how the service refuses it.
pub(crate) fn site_not_found() -> Answer {
    Answer::json(404, &json!({ "code": 404, "message": "Not Found" }))
}

/// A site without operations.
pub(crate) fn no_operations() -> Answer {
    Answer::json(403, &json!({ "code": 40301, "message": "Account does not have access to Opsgenie.", "took": 0.062 }))
}

/// A refusal of the token endpoint.
pub(crate) fn oauth_error(status: u16, error: &str, description: &str) -> Answer {
    Answer::json(status, &json!({ "error": error, "error_description": description }))
}

/// A refusal in the form that is documented.
pub(crate) fn refusal(status: u16, title: &str) -> Answer {
    Answer::json(status, &json!({ "errors": [{ "title": title, "code": status.to_string() }] }))
}

/// A refusal in the form that what is behind the operations on alerts has: its codes have five digits.
pub(crate) fn alert_refusal(status: u16, message: &str) -> Answer {
    let code = i64::from(status) * 100;
    Answer::json(status, &json!({ "code": code, "message": message, "took": 0.004, "requestId": "fake-request" }))
}
