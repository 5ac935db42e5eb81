//! A successful response of the token endpoint.

use std::time::Duration;

use jsm_ops_core::Scopes;
use serde::Deserialize;
use serde_json::Value;

use crate::secret_string::SecretString;

/// The tokens that the service issued.
#[derive(Debug)]
pub(crate) struct Tokens {
    pub(crate) access: SecretString,
    /// `None` without `offline_access`, and after a refresh that does not rotate.
    pub(crate) refresh: Option<SecretString>,
    pub(crate) lifetime: Option<Duration>,
    pub(crate) scopes: Option<Scopes>,
}

/// The response as received. Only the access token is required. `token_type` is not read, because
/// Atlassian's own example has none.
#[derive(Deserialize)]
struct TokenResponse {
    access_token: Option<String>,
    #[serde(default)]
    refresh_token: Option<String>,
    #[serde(default)]
    expires_in: Value,
    #[serde(default)]
    scope: Value,
}

impl Tokens {
    /// Parses a response. The reason of a failure does not repeat the response.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, &'static str> {
        let response: TokenResponse =
            serde_json::from_slice(body).map_err(|_| "the successful response is not a complete JSON object with tokens")?;
        let access = response.access_token.filter(|token| !token.is_empty());
        let Some(access) = access.map(SecretString::new) else {
            return Err("the successful response has no access token");
        };
        // Found here, such a token fails one refresh instead of every call.
        if access.header("Bearer").is_err() {
            return Err("the access token has characters that are invalid in a header");
        }
        Ok(Self {
            access,
            refresh: response.refresh_token.filter(|token| !token.is_empty()).map(SecretString::new),
            lifetime: seconds(&response.expires_in),
            scopes: scopes(&response.scope),
        })
    }
}

/// Seconds as a number or as a string with a number.
fn seconds(value: &Value) -> Option<Duration> {
    let seconds = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(string) => string.trim().parse().ok(),
        _ => None,
    };
    seconds.filter(|seconds: &f64| *seconds >= 0.0).and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
}

/// Scopes as a string with spaces or as a list. An empty value means unknown, not an empty set.
fn scopes(value: &Value) -> Option<Scopes> {
    let scopes: Scopes = match value {
        Value::String(string) => Scopes::parse(string),
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    (!scopes.is_empty()).then_some(scopes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_are_read_tolerantly() {
        let documented = br#"{"access_token":"a","expires_in":3600,"scope":"x y","refresh_token":"r"}"#;
        let tokens = Tokens::parse(documented).expect("tokens");
        assert_eq!(tokens.refresh.expect("a refresh token").expose(), "r");
        assert_eq!((tokens.lifetime, tokens.scopes.map(|s| s.len())), (Some(Duration::from_secs(3600)), Some(2)));
        for (body, lifetime) in [
            (r#"{"access_token":"a","token_type":"bearer","expires_in":"60","refresh_token":null}"#, Some(60)),
            (r#"{"access_token":"a","expires_in":59.9,"scope":["x"],"new":1}"#, Some(59)),
            (r#"{"access_token":"a","expires_in":-1,"scope":""}"#, None),
            (r#"{"access_token":"a","expires_in":1e300,"refresh_token":""}"#, None),
        ] {
            let tokens = Tokens::parse(body.as_bytes()).expect(body);
            assert_eq!(tokens.lifetime.map(|lifetime| lifetime.as_secs()), lifetime, "{body}");
            assert!(tokens.refresh.is_none(), "{body}");
        }
    }

    #[test]
    fn responses_without_a_token_are_errors() {
        for body in
            ["", "{}", "[]", "<html>", r#"{"access_token":"a"#, r#"{"access_token":""}"#, r#"{"access_token":"a\nb"}"#]
        {
            assert!(Tokens::parse(body.as_bytes()).is_err(), "{body}");
        }
    }
}
