//! Text that is never printed.

use std::fmt;

use reqwest::header::{HeaderValue, InvalidHeaderValue};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// A secret: a client secret, a token, an authorization code, a verifier.
///
/// It has no `Display`, its `Debug` says that it is redacted, and its memory is overwritten when it is dropped. What needs the
/// text asks for it by name, [`SecretString::expose`], so that every such place can be found.
#[derive(Clone)]
pub struct SecretString(Zeroizing<String>);

impl SecretString {
    /// Takes a text as a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself. It belongs into a request or an encrypted place, never into a log.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Compares without telling by its duration where the texts differ. Their lengths are not hidden.
    pub fn matches(&self, other: &str) -> bool {
        self.0.as_bytes().ct_eq(other.as_bytes()).into()
    }

    /// A header `<scheme> <text>` that HTTP libraries know to be a secret: they neither print nor index it.
    pub(crate) fn header(&self, scheme: &str) -> Result<HeaderValue, InvalidHeaderValue> {
        let text = Zeroizing::new(format!("{scheme} {}", self.expose()));
        let mut value = HeaderValue::from_str(&text)?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl fmt::Debug for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl From<String> for SecretString {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for SecretString {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// For `#[serde(with)]` on the few fields that are written into a store or a session of a web server, secret and all.
///
/// [`SecretString`] itself has no `Serialize`, so that no derive writes one by accident.
pub(crate) mod exposed {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::SecretString;

    pub(crate) fn serialize<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.expose())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
        String::deserialize(deserializer).map(SecretString::new)
    }

    /// The same for a secret that may be absent.
    pub(crate) mod optional {
        use super::{Deserialize as _, Deserializer, SecretString, Serializer};

        pub(crate) fn serialize<S: Serializer>(secret: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
            match secret {
                Some(secret) => serializer.serialize_some(secret.expose()),
                None => serializer.serialize_none(),
            }
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
            Option::<String>::deserialize(deserializer).map(|text| text.map(SecretString::new))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_prints_it() {
        let secret = SecretString::new("hunter2");
        assert_eq!(format!("{secret:?} {secret:#?}"), "[redacted] [redacted]");
        let header = secret.header("Bearer").expect("a header");
        assert!(header.is_sensitive());
        assert!(!format!("{header:?}").contains("hunter2"));
        assert_eq!(header.as_bytes(), b"Bearer hunter2");
    }

    #[test]
    fn comparison_is_of_the_whole_text() {
        let secret = SecretString::new("state");
        assert!(secret.matches("state"));
        for other in ["", "stat", "state2", "State"] {
            assert!(!secret.matches(other), "{other}");
        }
    }
}
