//! The OAuth 2.0 token endpoint: exchanges codes and refresh tokens for tokens.

pub(crate) mod attempts;
pub(crate) mod response;

use std::time::Duration;

use chrono::{DateTime, Utc};
use jsm_ops_core::{ReadBodyError, read_body};
use reqwest::{
    Client, StatusCode, Url,
    header::{ACCEPT, CONTENT_TYPE},
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    error::{Error, ErrorKind, consent_reason::ConsentReason},
    http_client::MAX_RESPONSE_BYTES,
    oauth::app::App,
    retry_delay::retry_after,
    secret_string::SecretString,
    sign_in::pending::CheckedCode,
    text,
    token_endpoint::response::Tokens,
};

/// The name in error messages.
const NAME: &str = "the token endpoint";

/// The token endpoint for one app. Every method sends one request.
#[derive(Debug)]
pub(crate) struct TokenEndpoint {
    http: Client,
    url: Url,
    app: App,
    timeout: Duration,
}

/// The request bodies, with exactly the documented fields in the documented order.
#[derive(Serialize)]
#[serde(tag = "grant_type", rename_all = "snake_case")]
enum TokenRequest<'a> {
    AuthorizationCode {
        client_id: &'a str,
        client_secret: &'a str,
        code: &'a str,
        redirect_uri: &'a str,
        code_verifier: &'a str,
    },
    RefreshToken {
        client_id: &'a str,
        client_secret: &'a str,
        refresh_token: &'a str,
    },
}

/// An OAuth error (RFC 6749, section 5.2).
#[derive(Deserialize)]
struct OAuthError {
    error: String,
    #[serde(default)]
    error_description: Option<String>,
}

impl TokenEndpoint {
    pub(crate) fn new(http: Client, url: Url, app: App, timeout: Duration) -> Self {
        Self { http, url, app, timeout }
    }

    /// Exchanges a code (RFC 6749, section 4.1.3).
    pub(crate) async fn exchange(&self, checked: &CheckedCode, now: DateTime<Utc>) -> Result<Tokens, Error> {
        let request = TokenRequest::AuthorizationCode {
            client_id: self.app.client_id(),
            client_secret: self.app.client_secret().expose(),
            code: checked.code.expose(),
            redirect_uri: self.app.redirect_uri(),
            code_verifier: checked.verifier.secret().expose(),
        };
        self.post(&request, &[&checked.code, checked.verifier.secret()], now).await
    }

    /// Uses a refresh token (RFC 6749, section 6).
    pub(crate) async fn refresh(&self, refresh: &SecretString, now: DateTime<Utc>) -> Result<Tokens, Error> {
        let request = TokenRequest::RefreshToken {
            client_id: self.app.client_id(),
            client_secret: self.app.client_secret().expose(),
            refresh_token: refresh.expose(),
        };
        self.post(&request, &[refresh], now).await
    }

    async fn post(&self, body: &TokenRequest<'_>, sent: &[&SecretString], now: DateTime<Utc>) -> Result<Tokens, Error> {
        // Strings always serialize; the service would reject an empty body.
        let json = Zeroizing::new(serde_json::to_vec(body).unwrap_or_default());
        let request = self
            .http
            .post(self.url.clone())
            .timeout(self.timeout)
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .body(json.to_vec());
        let response = request.send().await.map_err(|error| unavailable("no response", Some(error)))?;
        let (status, retry_after) = (response.status(), retry_after(response.headers(), now));
        let body = read_body(response, MAX_RESPONSE_BYTES).await.map_err(|error| match error {
            ReadBodyError::Incomplete(error) => unavailable("the response was cut off", Some(error)),
            _ => unavailable("the response is too large", None),
        })?;
        let mut secrets: Vec<&str> = sent.iter().map(|secret| secret.expose()).collect();
        secrets.push(self.app.client_secret().expose());
        parse(status, retry_after, &Zeroizing::new(Vec::from(body)), &secrets)
    }
}

/// Interprets a response. An OAuth error decides if there is one, because the statuses vary.
fn parse(status: StatusCode, retry_after: Option<Duration>, body: &[u8], secrets: &[&str]) -> Result<Tokens, Error> {
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
                // Both mean a dead refresh token. The first also means a code that is spent or
                // belongs to another redirect URI.
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

fn is_transient(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::REQUEST_TIMEOUT
}

fn unavailable(reason: &str, source: Option<reqwest::Error>) -> Error {
    ErrorKind::Unavailable { endpoint: NAME, reason: reason.to_owned(), retry_after: None, source }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, body: &str) -> Error {
        let status = StatusCode::from_u16(status).expect("a status");
        parse(status, None, body.as_bytes(), &["s3cret"]).expect_err(body)
    }

    #[test]
    fn the_oauth_error_decides_and_not_the_status() {
        for status in [400, 401, 403, 500] {
            for code in ["invalid_grant", "unauthorized_client"] {
                let error = error(status, &format!(r#"{{"error":"{code}","error_description":"Unknown"}}"#));
                assert!(error.is_consent_needed() && !error.is_transient(), "{error}");
            }
            for code in ["access_denied", "invalid_client"] {
                let error = error(status, &format!(r#"{{"error":"{code}"}}"#));
                assert!(error.is_misconfigured() && !error.is_consent_needed(), "{error}");
            }
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
