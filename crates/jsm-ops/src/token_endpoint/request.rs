//! Requests to the token endpoint: their body and the authentication of the app.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use percent_encoding::utf8_percent_encode;
use reqwest::header::{HeaderValue, InvalidHeaderValue};
use serde::{Serialize, Serializer, ser::SerializeMap as _};
use zeroize::Zeroizing;

use crate::{
    oauth::{
        app::App,
        token_requests::{ClientAuthentication, TokenRequestFormat},
    },
    secret_string::SecretString,
    text::ENCODED,
};

/// The parameters of a request, in the documented order.
pub(super) struct TokenRequest<'a>(Vec<(&'static str, &'a str)>);

impl<'a> TokenRequest<'a> {
    /// Starts with the parameters that all requests have.
    pub(super) fn new(grant_type: &'a str, app: &'a App, authentication: ClientAuthentication) -> Self {
        let mut parameters = vec![("grant_type", grant_type)];
        if authentication == ClientAuthentication::RequestBody {
            parameters.push(("client_id", app.client_id()));
            parameters.push(("client_secret", app.client_secret().expose()));
        }
        Self(parameters)
    }

    pub(super) fn with(mut self, name: &'static str, value: &'a str) -> Self {
        self.0.push((name, value));
        self
    }

    /// The body. Its memory is overwritten when the HTTP client has dropped it.
    pub(super) fn body(&self, format: TokenRequestFormat) -> Bytes {
        let body = match format {
            // Strings always serialize; the service would reject an empty body.
            TokenRequestFormat::Json => serde_json::to_string(self).unwrap_or_default(),
            TokenRequestFormat::Form => {
                let pairs = self.0.iter().map(|(name, value)| format!("{name}={}", encode(value)));
                pairs.collect::<Vec<_>>().join("&")
            }
        };
        Bytes::from_owner(Zeroizing::new(body.into_bytes()))
    }
}

impl Serialize for TokenRequest<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// The media type of a format.
pub(super) fn content_type(format: TokenRequestFormat) -> &'static str {
    match format {
        TokenRequestFormat::Json => "application/json",
        TokenRequestFormat::Form => "application/x-www-form-urlencoded",
    }
}

/// The header of HTTP Basic. Id and secret are encoded before they are joined, so that a colon in
/// the id does not end it (RFC 6749, section 2.3.1).
pub(super) fn basic(app: &App) -> Result<HeaderValue, InvalidHeaderValue> {
    credentials(app).header("Basic")
}

/// What follows `Basic`. Error messages must not repeat it either.
pub(super) fn credentials(app: &App) -> SecretString {
    let pair = Zeroizing::new(format!("{}:{}", encode(app.client_id()), encode(app.client_secret().expose())));
    SecretString::new(STANDARD.encode(pair.as_bytes()))
}

/// Percent-encodes everything but the unreserved characters. A space is `%20`: servers decode it
/// like `+`, and those that decode a URI decode nothing else.
pub(super) fn encode(value: &str) -> String {
    utf8_percent_encode(value, ENCODED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_add_parameters_or_end_the_id() {
        let app = App::new("my:app", "p%s+ ü&", "https://ops.example/callback").expect("an app");
        let request =
            |authentication| TokenRequest::new("refresh_token", &app, authentication).with("refresh_token", "r&a=b");
        assert_eq!(
            request(ClientAuthentication::RequestBody).body(TokenRequestFormat::Form),
            "grant_type=refresh_token&client_id=my%3Aapp&client_secret=p%25s%2B%20%C3%BC%26&refresh_token=r%26a%3Db"
        );
        assert_eq!(
            request(ClientAuthentication::Basic).body(TokenRequestFormat::Json),
            r#"{"grant_type":"refresh_token","refresh_token":"r&a=b"}"#
        );
        let header = basic(&app).expect("a header");
        assert!(header.is_sensitive());
        let encoded = header.to_str().expect("text").strip_prefix("Basic ").expect("a scheme");
        assert_eq!(STANDARD.decode(encoded).expect("base64"), b"my%3Aapp:p%25s%2B%20%C3%BC%26");
    }
}
