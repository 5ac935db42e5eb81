//! The secret strings of this crate.

use std::fmt;

use bytes::Bytes;
use jsm_ops_core::Secret;
use reqwest::header::{HeaderValue, InvalidHeaderValue};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// A secret: a client secret, a token, an authorization code, a PKCE verifier.
///
/// It is a [`Secret`] with what credentials need on top. [`matches`](Self::matches) compares in
/// constant time, and it has no `Serialize`, so that no derive writes it by accident. Its `Debug`
/// prints `Secret(…)`; it has no `Display`.
///
/// Its own memory is overwritten on drop. So are the request bodies and the headers that this crate
/// builds from it. Copies elsewhere are not: in the buffers of the HTTP client, of TLS and of the
/// kernel, in the JSON of responses and of stores, and in memory that was swapped out. The access
/// token of a grant in use is in memory twice, as a string and as a header.
#[derive(Clone)]
pub struct SecretString(Secret<Zeroizing<String>>);

impl SecretString {
    /// Wraps a string.
    pub fn new(value: impl Into<String>) -> Self {
        Self(Secret::new(Zeroizing::new(value.into())))
    }

    /// Returns the string itself. Put it into a request or into encrypted storage, never into a
    /// log.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// Whether the string is empty.
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }

    /// Compares in constant time. The lengths are not hidden.
    pub fn matches(&self, other: &str) -> bool {
        self.expose().as_bytes().ct_eq(other.as_bytes()).into()
    }

    /// Builds the header `<scheme> <secret>`, marked as sensitive: HTTP libraries neither print nor
    /// index it. Its memory is overwritten when its last clone is dropped.
    pub(crate) fn header(&self, scheme: &str) -> Result<HeaderValue, InvalidHeaderValue> {
        let value = Zeroizing::new(format!("{scheme} {}", self.expose()).into_bytes());
        let mut header = HeaderValue::from_maybe_shared(Bytes::from_owner(value))?;
        header.set_sensitive(true);
        Ok(header)
    }
}

impl fmt::Debug for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<String> for SecretString {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

impl From<&str> for SecretString {
    fn from(value: &str) -> Self {
        Self::new(value)
    }
}

/// `#[serde(with)]` functions for the few fields that are written with their secret. These are the
/// grant in a store and the pending sign-in in the session of a web server.
pub(crate) mod exposed {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::secret_string::SecretString;

    pub(crate) fn serialize<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.expose())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
        String::deserialize(deserializer).map(SecretString::new)
    }

    /// The same for an optional secret.
    pub(crate) mod optional {
        use serde::{Deserialize as _, Deserializer, Serializer};

        use crate::secret_string::SecretString;

        pub(crate) fn serialize<S: Serializer>(secret: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
            match secret {
                Some(secret) => serializer.serialize_some(secret.expose()),
                None => serializer.serialize_none(),
            }
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
            Option::<String>::deserialize(deserializer).map(|value| value.map(SecretString::new))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_and_headers_hide_the_secret() {
        let secret = SecretString::new("hunter2");
        assert_eq!(format!("{secret:?} {secret:#?}"), "Secret(…) Secret(…)");
        let header = secret.header("Bearer").expect("a header");
        assert!(header.is_sensitive());
        assert!(!format!("{header:?}").contains("hunter2"));
        assert_eq!(header.as_bytes(), b"Bearer hunter2");
    }

    #[test]
    fn matches_compares_the_whole_string() {
        let secret = SecretString::new("state");
        assert!(secret.matches("state"));
        for other in ["", "stat", "state2", "State"] {
            assert!(!secret.matches(other), "{other}");
        }
    }
}
