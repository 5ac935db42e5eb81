//! The callback: the URL with which the browser returns.

use reqwest::Url;

use crate::{
    secret_string::SecretString,
    text::{self, Parenthesized},
};

/// The longest accepted callback. Codes are JWTs of one or two thousand characters.
const MAX_LENGTH: usize = 16 * 1024;

/// Why a callback does not complete a sign-in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallbackError {
    /// The user declined, or Atlassian did not ask them.
    #[error("access was declined{}", Parenthesized(.description))]
    Declined {
        /// The description that the service sent.
        description: String,
    },
    /// The callback has another OAuth error.
    #[error("Atlassian returned the error {code:?}{}", Parenthesized(.description))]
    OAuthError {
        /// The OAuth error code, as in `invalid_scope`.
        code: String,
        /// The description that the service sent with it.
        description: String,
    },
    /// The state is missing or different: the callback belongs to another sign-in, or it is forged.
    #[error("the state does not match this sign-in; begin the sign-in again and use one browser only")]
    StateMismatch,
    /// The callback arrived at another URL than the redirect URI.
    #[error("the callback arrived at another URL than the redirect URI {expected:?}")]
    OtherRedirectUri {
        /// The redirect URI of the sign-in.
        expected: String,
    },
    /// The sign-in began for another app or redirect URI than the one that finishes it.
    #[error("the sign-in began for the app {client_id:?} and the redirect URI {redirect_uri:?}, not for this app")]
    OtherApp {
        /// The client id with which the sign-in began.
        client_id: String,
        /// The redirect URI with which it began.
        redirect_uri: String,
    },
    /// The sign-in began too long ago.
    #[error("the sign-in began more than {minutes} minutes ago; begin it again")]
    Expired {
        /// How long a sign-in may take.
        minutes: u64,
    },
    /// The string is not a callback: it has neither code nor error, or a parameter twice.
    #[error("the callback is malformed: {reason}")]
    Malformed {
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// A parsed callback that is not checked yet.
#[derive(Debug)]
pub(crate) struct Callback {
    target: Target,
    code: Option<SecretString>,
    state: Option<SecretString>,
    error: Option<String>,
    description: Option<String>,
}

/// Where a callback arrived, as far as the string says.
#[derive(Debug, PartialEq, Eq)]
enum Target {
    Unknown,
    Path(String),
    /// Origin and path.
    Url(String),
}

impl Callback {
    /// Parses a URL, a path with a query (what a web server receives), or a query (what remains
    /// behind some proxies).
    pub(crate) fn parse(callback: &str) -> Result<Self, CallbackError> {
        let malformed = |reason| CallbackError::Malformed { reason };
        if callback.len() > MAX_LENGTH {
            return Err(malformed("it is too long"));
        }
        let on_any_host = |reference: &str| Url::parse(&format!("http://localhost{reference}"));
        let (target, url) = if callback.starts_with('/') {
            let url = on_any_host(callback).map_err(|_| malformed("its path is invalid"))?;
            (Target::Path(url.path().to_owned()), url)
        } else if callback.contains("://") && !callback.starts_with('?') && Url::parse(callback).is_ok() {
            let url = Url::parse(callback).map_err(|_| malformed("its URL is invalid"))?;
            (Target::Url(origin_and_path(&url)), url)
        } else {
            let query = callback.strip_prefix('?').unwrap_or(callback);
            (Target::Unknown, on_any_host(&format!("/?{query}")).map_err(|_| malformed("its query is invalid"))?)
        };
        let mut parsed = Self { target, code: None, state: None, error: None, description: None };
        for (name, value) in url.query_pairs() {
            let is_duplicate = match &*name {
                "code" => parsed.code.replace(SecretString::new(value)).is_some(),
                "state" => parsed.state.replace(SecretString::new(value)).is_some(),
                "error" => parsed.error.replace(value.into_owned()).is_some(),
                "error_description" => parsed.description.replace(value.into_owned()).is_some(),
                _ => false,
            };
            if is_duplicate {
                return Err(malformed("it has a parameter twice"));
            }
        }
        Ok(parsed)
    }

    /// Whether it arrived at the redirect URI, as far as the string says.
    pub(crate) fn arrived_at(&self, redirect: &Url) -> bool {
        match &self.target {
            Target::Unknown => true,
            Target::Path(path) => path == redirect.path(),
            Target::Url(url) => *url == origin_and_path(redirect),
        }
    }

    pub(crate) fn has_state(&self, state: &SecretString) -> bool {
        self.state.as_ref().is_some_and(|other| other.matches(state.expose()))
    }

    /// Returns the code or the error. Check the state first: errors are easy to forge.
    pub(crate) fn into_code(self) -> Result<SecretString, CallbackError> {
        let description = self.description.map(|text| text::printable(&text)).unwrap_or_default();
        match (self.error, self.code) {
            (Some(code), _) if code == "access_denied" => Err(CallbackError::Declined { description }),
            (Some(code), _) => Err(CallbackError::OAuthError { code: text::printable(&code), description }),
            (None, Some(code)) if !code.is_empty() => Ok(code),
            (None, _) => Err(CallbackError::Malformed { reason: "it has neither a code nor an error" }),
        }
    }
}

/// Scheme, host, port and path. The query is not compared: the callback adds parameters to it.
fn origin_and_path(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(callback: &str) -> Result<String, CallbackError> {
        Callback::parse(callback)?.into_code().map(|code| code.expose().to_owned())
    }

    #[test]
    fn urls_paths_and_queries_are_parsed() {
        let redirect = Url::parse("https://ops.example/callback").expect("a URL");
        for text in [
            "https://ops.example/callback?code=a%2Bb&state=s",
            "/callback?state=s&code=a%2Bb",
            "?code=a%2Bb&state=s",
            "code=a%2Bb&state=s&next=https://x.example/",
        ] {
            let callback = Callback::parse(text).expect(text);
            assert!(callback.arrived_at(&redirect) && callback.has_state(&SecretString::new("s")), "{text}");
            assert_eq!(callback.into_code().expect(text).expose(), "a+b", "{text}");
        }
        for text in [
            "http://ops.example/callback?code=a",
            "https://ops.example/callback/?code=a",
            "https://evil.example/callback",
            "/",
        ] {
            assert!(!Callback::parse(text).expect(text).arrived_at(&redirect), "{text}");
        }
    }

    #[test]
    fn damaged_callbacks_do_not_panic() {
        let text = "https://ops.example:8443/callback?code=a%2Bb&state=s#f";
        for place in 0..text.len() {
            let _ = code(&text[..place]);
            for other in ["%", "/", ":", "?", "[", "é", "\u{0}"] {
                let _ = code(&format!("{}{other}{}", &text[..place], &text[place + 1..]));
            }
        }
    }

    #[test]
    fn callbacks_without_a_code_are_errors() {
        let declined = CallbackError::Declined { description: "User did not authorize".to_owned() };
        assert_eq!(code("error=access_denied&error_description=User+did+not+authorize"), Err(declined));
        assert!(
            matches!(code("error=invalid_scope"), Err(CallbackError::OAuthError { code, .. }) if code == "invalid_scope")
        );
        for text in ["", "code=", "state=s", "code=a&code=b", "state=a&state=b&code=c", "/%zz", "🦀"] {
            assert!(matches!(code(text), Err(CallbackError::Malformed { .. })), "{text}");
        }
        assert!(code(&"a".repeat(20_000)).is_err());
    }
}
