//! A successful answer of the token endpoint.

use std::time::Duration;

use jsm_ops_core::Scopes;
use serde::Deserialize;
use serde_json::Value;

use crate::secret_string::SecretString;

/// What the service issued.
#[derive(Debug)]
pub(crate) struct Tokens {
    pub(crate) access: SecretString,
    /// Absent without `offline_access`, and in a refresh that does not rotate.
    pub(crate) refresh: Option<SecretString>,
    pub(crate) lifetime: Option<Duration>,
    pub(crate) scopes: Option<Scopes>,
}

/// The answer as it comes: nothing is taken for granted but the access token. `token_type` is not even looked at, because
/// Atlassian's own example has none.
#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    #[serde(default)]
    refresh_token: Option<String>,
    #[serde(default)]
    expires_in: Value,
    #[serde(default)]
    scope: Value,
}

impl Tokens {
    /// Reads an answer. What is wrong with one is told without repeating it.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, &'static str> {
        let answer: Answer =
            serde_json::from_slice(body).map_err(|_| "a successful answer that is cut off or no JSON object with tokens")?;
        let access = answer.access_token.filter(|token| !token.is_empty());
        let Some(access) = access.map(SecretString::new) else { return Err("a successful answer without an access token") };
        // A token that no header can carry is of no use, and better found here than at every call.
        if access.header("Bearer").is_err() {
            return Err("an access token with characters that no header can carry");
        }
        Ok(Self {
            access,
            refresh: answer.refresh_token.filter(|token| !token.is_empty()).map(SecretString::new),
            lifetime: seconds(&answer.expires_in),
            scopes: scopes(&answer.scope),
        })
    }
}

/// Seconds as a number, or as a text that holds one.
fn seconds(value: &Value) -> Option<Duration> {
    let seconds = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    seconds.filter(|seconds: &f64| *seconds >= 0.0).and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
}

/// Scopes as a text with spaces, or as a list. Nothing at all is unknown, not none.
fn scopes(value: &Value) -> Option<Scopes> {
    let scopes: Scopes = match value {
        Value::String(text) => Scopes::parse(text),
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    (!scopes.is_empty()).then_some(scopes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_as_they_come() {
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
    fn what_holds_no_token_is_told() {
        for body in
            ["", "{}", "[]", "<html>", r#"{"access_token":"a"#, r#"{"access_token":""}"#, r#"{"access_token":"a\nb"}"#]
        {
            assert!(Tokens::parse(body.as_bytes()).is_err(), "{body}");
        }
    }
}
