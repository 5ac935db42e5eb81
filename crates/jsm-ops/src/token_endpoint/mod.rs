//! The OAuth 2.0 token endpoint: exchanges codes and refresh tokens for tokens.

pub(crate) mod attempts;
mod request;
pub(crate) mod response;

use std::time::Duration;

use chrono::{DateTime, Utc};
use jsm_ops_core::{ReadBodyError, read_body};
use reqwest::{
    Client, StatusCode,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE},
};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{
    error::{Error, ErrorKind, consent_reason::ConsentReason},
    http_client::MAX_RESPONSE_BYTES,
    oauth::{app::App, endpoints::Endpoints, token_requests::ClientAuthentication},
    retry_delay::retry_after,
    secret_string::SecretString,
    sign_in::pending::CheckedCode,
    text,
    token_endpoint::{request::TokenRequest, response::Tokens},
};

/// The name in error messages.
const NAME: &str = "the token endpoint";

/// The token endpoint for one app. Every method sends one request.
#[derive(Debug)]
pub(crate) struct TokenEndpoint {
    http: Client,
    endpoints: Endpoints,
    app: App,
    timeout: Duration,
}

/// What a request sends. The same OAuth error means different things for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    Code,
    RefreshToken,
}

/// An OAuth error (RFC 6749, section 5.2).
#[derive(Deserialize)]
struct OAuthError {
    error: String,
    #[serde(default)]
    error_description: Option<String>,
}

impl TokenEndpoint {
    pub(crate) fn new(http: Client, endpoints: Endpoints, app: App, timeout: Duration) -> Self {
        Self { http, endpoints, app, timeout }
    }

    /// Exchanges a code (RFC 6749, section 4.1.3).
    pub(crate) async fn exchange(&self, checked: &CheckedCode, now: DateTime<Utc>) -> Result<Tokens, Error> {
        let request = self
            .request("authorization_code")
            .with("code", checked.code.expose())
            .with("redirect_uri", self.app.redirect_uri())
            .with("code_verifier", checked.verifier.secret().expose());
        self.post(Sent::Code, &request, &[&checked.code, checked.verifier.secret()], now).await
    }

    /// Uses a refresh token (RFC 6749, section 6).
    pub(crate) async fn refresh(&self, refresh: &SecretString, now: DateTime<Utc>) -> Result<Tokens, Error> {
        let request = self.request("refresh_token").with("refresh_token", refresh.expose());
        self.post(Sent::RefreshToken, &request, &[refresh], now).await
    }

    fn request<'a>(&'a self, grant_type: &'a str) -> TokenRequest<'a> {
        TokenRequest::new(grant_type, &self.app, self.endpoints.authentication)
    }

    async fn post(
        &self,
        sent: Sent,
        body: &TokenRequest<'_>,
        secrets: &[&SecretString],
        now: DateTime<Utc>,
    ) -> Result<Tokens, Error> {
        let format = self.endpoints.format;
        let mut request = self
            .http
            .post(self.endpoints.token.clone())
            .timeout(self.timeout)
            .header(CONTENT_TYPE, request::content_type(format))
            .header(ACCEPT, "application/json")
            .body(body.body(format));
        if self.endpoints.authentication == ClientAuthentication::Basic {
            let basic = request::basic(&self.app)
                .map_err(|_| Error::invalid("the client secret", "it does not fit into the header of HTTP Basic"))?;
            request = request.header(AUTHORIZATION, basic);
        }
        let response = request.send().await.map_err(|error| unavailable("no response", Some(error)))?;
        let (status, retry_after) = (response.status(), retry_after(response.headers(), now));
        let body = read_body(response, MAX_RESPONSE_BYTES).await.map_err(|error| match error {
            ReadBodyError::Incomplete(error) => unavailable("the response was cut off", Some(error)),
            _ => unavailable("the response is too large", None),
        })?;
        let secrets: Vec<SecretString> = secrets
            .iter()
            .copied()
            .chain([self.app.client_secret()])
            .flat_map(|secret| [secret.clone(), SecretString::new(request::encode(secret.expose()))])
            .chain([request::credentials(&self.app)])
            .collect();
        let secrets: Vec<&str> = secrets.iter().map(SecretString::expose).collect();
        parse(sent, status, retry_after, &Zeroizing::new(Vec::from(body)), &secrets)
    }
}

/// Interprets a response. An OAuth error decides if there is one, because the statuses vary.
fn parse(
    sent: Sent,
    status: StatusCode,
    retry_after: Option<Duration>,
    body: &[u8],
    secrets: &[&str],
) -> Result<Tokens, Error> {
    if status.is_redirection() {
        return Err(ErrorKind::Redirect { endpoint: NAME }.into());
    }
    let unavailable =
        |reason: String| Error::from(ErrorKind::Unavailable { endpoint: NAME, reason, retry_after, source: None });
    match serde_json::from_slice::<OAuthError>(body).ok() {
        Some(OAuthError { error, error_description }) => {
            let code = text::redact(&error, secrets);
            let description = text::redact(&error_description.unwrap_or_default(), secrets);
            Err(match code.as_str() {
                // A code that expired, was used, or belongs to another redirect URI. The user has
                // just consented, so consent is not what is missing.
                "invalid_grant" | "unauthorized_client" if sent == Sent::Code => {
                    ErrorKind::CodeRejected { status, code, description }.into()
                }
                // The service also spells it differently, with a description that names the code.
                _ if sent == Sent::Code && is_about_the_code(status, &description) => {
                    ErrorKind::CodeRejected { status, code, description }.into()
                }
                // Both mean a dead refresh token.
                "invalid_grant" | "unauthorized_client" => {
                    ErrorKind::Consent(ConsentReason::Rejected { code, description, retry_at: None }).into()
                }
                // A wrong client secret. New consent does not correct it.
                "access_denied" | "invalid_client" => ErrorKind::Configuration { endpoint: NAME, code, description }.into(),
                "temporarily_unavailable" | "server_error" => unavailable(format!("status {status}, error {code:?}")),
                _ if is_transient(status) => unavailable(format!("status {status}, error {code:?}")),
                _ => ErrorKind::Unexpected { endpoint: NAME, status, code, description }.into(),
            })
        }
        None if status.is_success() => Tokens::parse(body).map_err(|reason| unavailable(reason.to_owned())),
        // Not the authorization server responded, but a proxy or gateway in front of it.
        None => Err(unavailable(format!("status {status} without an OAuth error"))),
    }
}

/// Whether a 403 is about the code: the same status with `access_denied` is about the secret.
fn is_about_the_code(status: StatusCode, description: &str) -> bool {
    status == StatusCode::FORBIDDEN && description.to_ascii_lowercase().contains("authorization code")
}

fn is_transient(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::REQUEST_TIMEOUT
}

fn unavailable(reason: &str, source: Option<reqwest::Error>) -> Error {
    ErrorKind::Unavailable { endpoint: NAME, reason: reason.to_owned(), retry_after: None, source }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejected(sent: Sent, status: u16, body: &str) -> Error {
        let status = StatusCode::from_u16(status).expect("a status");
        parse(sent, status, None, body.as_bytes(), &["s3cret"]).expect_err(body)
    }

    fn error(status: u16, body: &str) -> Error {
        rejected(Sent::RefreshToken, status, body)
    }

    #[test]
    fn the_oauth_error_decides_and_not_the_status() {
        for status in [400, 401, 403, 500] {
            for code in ["invalid_grant", "unauthorized_client"] {
                let body = format!(r#"{{"error":"{code}","error_description":"Unknown"}}"#);
                let error = error(status, &body);
                assert!(error.is_consent_needed() && !error.is_code_rejected() && !error.is_transient(), "{error}");
                let error = rejected(Sent::Code, status, &body);
                assert!(error.is_code_rejected() && !error.is_consent_needed() && !error.is_transient(), "{error}");
            }
            for code in ["access_denied", "invalid_client"] {
                for sent in [Sent::Code, Sent::RefreshToken] {
                    let error = rejected(sent, status, &format!(r#"{{"error":"{code}"}}"#));
                    assert!(error.is_misconfigured() && !error.is_consent_needed(), "{error}");
                }
            }
        }
    }

    #[test]
    fn a_rejected_code_is_recognized_in_every_spelling() {
        for code in ["access_denied", "invalid_request", "forbidden"] {
            let body = format!(r#"{{"error":"{code}","error_description":"Invalid authorization code"}}"#);
            let error = rejected(Sent::Code, 403, &body);
            assert!(error.is_code_rejected() && error.to_string().contains("Invalid authorization code"), "{error}");
            assert!(!self::error(403, &body).is_code_rejected());
        }
    }

    #[test]
    fn a_response_without_an_oauth_error_is_transient() {
        for (status, body) in [
            (502, "<html>"),
            (403, "<html>"),
            (429, ""),
            (429, r#"{"error":"too_many_requests"}"#),
            (503, r#"{"error":"what"}"#),
            (400, r#"{"error":"temporarily_unavailable"}"#),
            (200, r#"{"access_tok"#),
            (200, "{}"),
            (204, ""),
            (404, r#"{"code":404,"message":"no"}"#),
        ] {
            let error = error(status, body);
            assert!(
                error.is_transient() && !error.is_consent_needed() && !error.is_misconfigured(),
                "{status} {body}: {error}"
            );
        }
    }

    #[test]
    fn other_oauth_errors_are_neither_transient_nor_final() {
        let error = error(400, r#"{"error":"invalid_request","error_description":"s3cret\nis bad"}"#);
        assert!(!error.is_transient() && !error.is_consent_needed() && !error.is_misconfigured());
        assert!(error.to_string().contains("[redacted] is bad") && !format!("{error:?}").contains("s3cret"), "{error}");
        assert!(self::error(302, "").is_misconfigured());
    }
}
