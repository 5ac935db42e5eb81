//! What the browser comes back with.

use reqwest::Url;

use crate::{secret_string::SecretString, text};

/// Longest callback that is looked at. Codes are JWTs of one or two thousand characters.
const MAX_LENGTH: usize = 16 * 1024;

/// Why a callback is not the consent that a pending login waits for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallbackError {
    /// The person declined, or Atlassian did not ask them.
    #[error("access was declined{}", told(.description))]
    Declined {
        /// What the service says about it.
        description: String,
    },
    /// Another error in the callback.
    #[error("Atlassian came back with the error {code:?}{}", told(.description))]
    Refused {
        /// The `error` of the callback, as in `invalid_scope`.
        code: String,
        /// What the service says about it.
        description: String,
    },
    /// The state is missing or another one: this callback belongs to another login, or somebody made it up.
    #[error("the state is not the one of this login; begin the login again, and in one browser only")]
    StateMismatch,
    /// It came to another address than the login's redirect URI.
    #[error("the callback came to another address than the redirect URI {expected:?}")]
    OtherRedirectUri {
        /// The redirect URI of the login.
        expected: String,
    },
    /// The pending login was begun for another app or another redirect URI than the one that finishes it.
    #[error("the login was begun for the app {client_id:?} and the redirect URI {redirect_uri:?}, which is not this app")]
    OtherApp {
        /// The client id with which the login was begun.
        client_id: String,
        /// The redirect URI with which it was begun.
        redirect_uri: String,
    },
    /// The login was begun too long ago.
    #[error("the login was begun more than {minutes} minutes ago; begin it again")]
    Expired {
        /// How long a login may take.
        minutes: u64,
    },
    /// It is no callback: no code and no error, a parameter twice, or something else altogether.
    #[error("this is no callback of a login: {reason}")]
    Malformed {
        /// What is wrong with it.
        reason: &'static str,
    },
}

fn told(description: &str) -> String {
    if description.is_empty() { String::new() } else { format!(" ({description})") }
}

/// A callback, read but not yet believed.
#[derive(Debug)]
pub(crate) struct Callback {
    /// Where it came to, as far as the text says: nothing, a path, or an address.
    place: Place,
    code: Option<SecretString>,
    state: Option<SecretString>,
    error: Option<String>,
    description: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
enum Place {
    Unknown,
    Path(String),
    Address(String),
}

impl Callback {
    /// Reads an address, a path with a query (what a web server sees), or a query alone (what stays behind a proxy).
    pub(crate) fn parse(text: &str) -> Result<Self, CallbackError> {
        let malformed = |reason| CallbackError::Malformed { reason };
        if text.len() > MAX_LENGTH {
            return Err(malformed("it is too long"));
        }
        let anywhere = |reference: &str| Url::parse(&format!("http://localhost{reference}"));
        let (place, url) = if text.starts_with('/') {
            let url = anywhere(text).map_err(|_| malformed("its path cannot be read"))?;
            (Place::Path(url.path().to_owned()), url)
        } else if text.contains("://") && !text.starts_with('?') && Url::parse(text).is_ok() {
            let url = Url::parse(text).map_err(|_| malformed("its address cannot be read"))?;
            (Place::Address(address(&url)), url)
        } else {
            let query = text.strip_prefix('?').unwrap_or(text);
            (Place::Unknown, anywhere(&format!("/?{query}")).map_err(|_| malformed("its query cannot be read"))?)
        };
        let mut callback = Self { place, code: None, state: None, error: None, description: None };
        for (name, value) in url.query_pairs() {
            let twice = match &*name {
                "code" => callback.code.replace(SecretString::new(value)).is_some(),
                "state" => callback.state.replace(SecretString::new(value)).is_some(),
                "error" => callback.error.replace(value.into_owned()).is_some(),
                "error_description" => callback.description.replace(value.into_owned()).is_some(),
                _ => false,
            };
            if twice {
                return Err(malformed("a parameter is there twice"));
            }
        }
        Ok(callback)
    }

    /// Whether it came to the redirect URI, as far as can be told.
    pub(crate) fn came_to(&self, redirect: &Url) -> bool {
        match &self.place {
            Place::Unknown => true,
            Place::Path(path) => path == redirect.path(),
            Place::Address(there) => *there == address(redirect),
        }
    }

    pub(crate) fn has_state(&self, state: &SecretString) -> bool {
        self.state.as_ref().is_some_and(|other| other.matches(state.expose()))
    }

    /// The code, or what came instead of it. To be asked only after the state: anybody can make up an error.
    pub(crate) fn outcome(self) -> Result<SecretString, CallbackError> {
        let description = self.description.map(|text| text::printable(&text)).unwrap_or_default();
        match (self.error, self.code) {
            (Some(code), _) if code == "access_denied" => Err(CallbackError::Declined { description }),
            (Some(code), _) => Err(CallbackError::Refused { code: text::printable(&code), description }),
            (None, Some(code)) if !code.is_empty() => Ok(code),
            (None, _) => Err(CallbackError::Malformed { reason: "it has neither a code nor an error" }),
        }
    }
}

/// Scheme, host, port and path; the parameters of the redirect URI come back among those of the callback.
fn address(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(text: &str) -> Result<String, CallbackError> {
        Callback::parse(text)?.outcome().map(|code| code.expose().to_owned())
    }

    #[test]
    fn three_forms_are_read() {
        let redirect = Url::parse("https://ops.example/callback").expect("a URL");
        for text in [
            "https://ops.example/callback?code=a%2Bb&state=s",
            "/callback?state=s&code=a%2Bb",
            "?code=a%2Bb&state=s",
            "code=a%2Bb&state=s&next=https://x.example/",
        ] {
            let callback = Callback::parse(text).expect(text);
            assert!(callback.came_to(&redirect) && callback.has_state(&SecretString::new("s")), "{text}");
            assert_eq!(callback.outcome().expect(text).expose(), "a+b", "{text}");
        }
        for text in [
            "http://ops.example/callback?code=a",
            "https://ops.example/callback/?code=a",
            "https://evil.example/callback",
            "/",
        ] {
            assert!(!Callback::parse(text).expect(text).came_to(&redirect), "{text}");
        }
    }

    #[test]
    fn no_text_is_too_odd() {
        let text = "https://ops.example:8443/callback?code=a%2Bb&state=s#f";
        for place in 0..text.len() {
            let _ = outcome(&text[..place]);
            for other in ["%", "/", ":", "?", "[", "é", "\u{0}"] {
                let _ = outcome(&format!("{}{other}{}", &text[..place], &text[place + 1..]));
            }
        }
    }

    #[test]
    fn what_is_no_code_is_told() {
        let declined = CallbackError::Declined { description: "User did not authorize".to_owned() };
        assert_eq!(outcome("error=access_denied&error_description=User+did+not+authorize"), Err(declined));
        assert!(
            matches!(outcome("error=invalid_scope"), Err(CallbackError::Refused { code, .. }) if code == "invalid_scope")
        );
        for text in ["", "code=", "state=s", "code=a&code=b", "state=a&state=b&code=c", "/%zz", "🦀"] {
            assert!(matches!(outcome(text), Err(CallbackError::Malformed { .. })), "{text}");
        }
        assert!(outcome(&"a".repeat(20_000)).is_err());
    }
}
