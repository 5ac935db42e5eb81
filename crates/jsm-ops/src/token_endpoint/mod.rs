//! Codes and refresh tokens for tokens.

pub(crate) mod attempts;
pub(crate) mod response;

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::{
    Client, StatusCode, Url,
    header::{ACCEPT, CONTENT_TYPE, HeaderMap, RETRY_AFTER},
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    error::{ConsentReason, Error, Kind},
    http_client::{self, BodyError},
    oauth::app::App,
    secret_string::SecretString,
    sign_in::pending::CheckedCode,
    text,
    token_endpoint::response::Tokens,
};

/// What errors call it.
const NAME: &str = "the token endpoint";

/// The token endpoint, as one app sees it. Every method is one request.
#[derive(Debug)]
pub(crate) struct TokenEndpoint {
    http: Client,
    url: Url,
    app: App,
    timeout: Duration,
}

/// The bodies, with exactly the fields that the service asks for, in the order of its documentation.
#[derive(Serialize)]
#[serde(tag = "grant_type", rename_all = "snake_case")]
enum Body<'a> {
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

impl TokenEndpoint {
    pub(crate) fn new(http: Client, url: Url, app: App, timeout: Duration) -> Self {
        Self { http, url, app, timeout }
    }

    /// Exchanges a code (RFC 6749, section 4.1.3).
    pub(crate) async fn exchange(&self, checked: &CheckedCode, now: DateTime<Utc>) -> Result<Tokens, Error> {
        let body = Body::AuthorizationCode {
            client_id: self.app.client_id(),
            client_secret: self.app.client_secret().expose(),
            code: checked.code.expose(),
            redirect_uri: self.app.redirect_uri(),
            code_verifier: checked.verifier.secret().expose(),
        };
        self.post(&body, &[&checked.code, checked.verifier.secret()], now).await
    }

    /// Uses a refresh token (RFC 6749, section 6).
    pub(crate) async fn refresh(&self, refresh: &SecretString, now: DateTime<Utc>) -> Result<Tokens, Error> {
        let body = Body::RefreshToken {
            client_id: self.app.client_id(),
            client_secret: self.app.client_secret().expose(),
            refresh_token: refresh.expose(),
        };
        self.post(&body, &[refresh], now).await
    }

    async fn post(&self, body: &Body<'_>, sent: &[&SecretString], now: DateTime<Utc>) -> Result<Tokens, Error> {
        // Texts have no way to fail; an empty body would be refused.
        let json = Zeroizing::new(serde_json::to_vec(body).unwrap_or_default());
        let request = self
            .http
            .post(self.url.clone())
            .timeout(self.timeout)
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .body(json.to_vec());
        let response = request.send().await.map_err(|error| unavailable("no answer", Some(error)))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let answer = http_client::body(response).await.map_err(|error| match error {
            BodyError::TooLong => unavailable("an answer of endless length", None),
            BodyError::Lost(error) => unavailable("an answer that broke off", Some(error)),
        })?;
        let mut secrets: Vec<&str> = sent.iter().map(|secret| secret.expose()).collect();
        secrets.push(self.app.client_secret().expose());
        read(status, retry_after(&headers, now), &Zeroizing::new(answer), &secrets)
    }
}

/// What an answer means. The `error` decides where there is one, because the statuses vary.
fn read(status: StatusCode, retry_after: Option<Duration>, body: &[u8], secrets: &[&str]) -> Result<Tokens, Error> {
    #[derive(Deserialize)]
    struct Refusal {
        error: String,
        #[serde(default)]
        error_description: Option<String>,
    }

    if status.is_redirection() {
        return Err(Kind::Redirect { endpoint: NAME }.into());
    }
    let unavailable = |reason: String| Error::from(Kind::Unavailable { endpoint: NAME, reason, retry_after, source: None });
    let refusal: Option<Refusal> = serde_json::from_slice(body).ok();
    match refusal {
        Some(refusal) => {
            let code = text::without(&refusal.error, secrets);
            let description = text::without(&refusal.error_description.unwrap_or_default(), secrets);
            Err(match code.as_str() {
                // Two spellings of a dead refresh token; the first is also a code that is spent or not for this redirect URI.
                "invalid_grant" | "unauthorized_client" => {
                    Kind::Consent(ConsentReason::Refused { code, description }).into()
                }
                // A wrong secret. New consent would not mend it.
                "access_denied" | "invalid_client" => Kind::Configuration { endpoint: NAME, code, description }.into(),
                "temporarily_unavailable" | "server_error" => unavailable(format!("{status}, error {code:?}")),
                _ if is_transient(status) => unavailable(format!("{status}, error {code:?}")),
                _ => Kind::Unexpected { endpoint: NAME, status, code, description }.into(),
            })
        }
        None if status.is_success() => Tokens::parse(body).map_err(|reason| unavailable(reason.to_owned())),
        // Without an error of OAuth it is not the authorization server that speaks but something before it.
        None => Err(unavailable(format!("{status} without an error of OAuth"))),
    }
}

fn is_transient(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::REQUEST_TIMEOUT
}

fn unavailable(reason: &str, source: Option<reqwest::Error>) -> Error {
    Kind::Unavailable { endpoint: NAME, reason: reason.to_owned(), retry_after: None, source }.into()
}

/// `Retry-After`, in seconds or as a date (RFC 9110, section 10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    Some((date.with_timezone(&Utc) - now).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, body: &str) -> Error {
        let status = StatusCode::from_u16(status).expect("a status");
        read(status, None, body.as_bytes(), &["s3cret"]).expect_err(body)
    }

    #[test]
    fn the_error_decides_and_not_the_status() {
        for status in [400, 401, 403, 500] {
            for code in ["invalid_grant", "unauthorized_client"] {
                let error = error(status, &format!(r#"{{"error":"{code}","error_description":"Unknown"}}"#));
                assert!(error.is_consent_needed() && !error.is_transient(), "{error}");
            }
            for code in ["access_denied", "invalid_client"] {
                let error = error(status, &format!(r#"{{"error":"{code}"}}"#));
                assert!(error.is_configuration() && !error.is_consent_needed(), "{error}");
            }
        }
    }

    #[test]
    fn what_is_no_answer_of_oauth_is_transient() {
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
                error.is_transient() && !error.is_consent_needed() && !error.is_configuration(),
                "{status} {body}: {error}"
            );
        }
    }

    #[test]
    fn other_errors_are_neither() {
        let error = error(400, r#"{"error":"invalid_request","error_description":"s3cret\nis bad"}"#);
        assert!(!error.is_transient() && !error.is_consent_needed() && !error.is_configuration());
        assert!(error.to_string().contains("[redacted] is bad") && !format!("{error:?}").contains("s3cret"), "{error}");
        assert!(self::error(302, "").is_configuration());
    }

    #[test]
    fn waits_are_read() {
        let wait = |text: &'static str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, reqwest::header::HeaderValue::from_static(text))]);
            retry_after(&headers, DateTime::UNIX_EPOCH).map(|wait| wait.as_secs())
        };
        assert_eq!(wait("120"), Some(120));
        assert_eq!(wait("Thu, 01 Jan 1970 00:01:00 GMT"), Some(60));
        assert_eq!(wait("Wed, 31 Dec 1969 00:01:00 GMT"), Some(0));
        assert_eq!((wait("soon"), wait("-1")), (None, None));
    }
}
