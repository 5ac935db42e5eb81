//! Values that are not printed.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A value that is not printed, such as an API key, or a map that may have one.
///
/// `Debug` prints `Secret(…)`. Serde reads and writes the value itself. Every read of it is a call
/// of [`expose`](Self::expose), which a reviewer can search for. The memory is not zeroed.
///
/// ```
/// # use jsm_ops_core::Secret;
/// let key = Secret::<String>::from("k-123");
/// assert_eq!(format!("{key:?}"), "Secret(…)");
/// assert_eq!(key.expose(), "k-123");
/// ```
//
// `secrecy::SecretBox` does not fit. Its values must implement `Zeroize`; maps of JSON do not. Its
// `Serialize` needs a marker trait, which cannot be implemented here for foreign types. It has
// neither `PartialEq` nor `Default`; generated types derive both.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// A reference to the value.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value itself, which is printable again.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl From<&str> for Secret<String> {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl<T: Serialize> Serialize for Secret<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The message of serde quotes the value.
        T::deserialize(deserializer).map(Self).map_err(|_| D::Error::custom("a secret does not match its type"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_sent_but_not_printed() {
        let secret: Secret<String> = serde_json::from_str(r#""k-123""#).expect("a secret");
        assert_eq!(secret.expose(), "k-123");
        assert_eq!(serde_json::to_string(&secret).expect("JSON"), r#""k-123""#);
        assert_eq!(format!("{secret:?} {secret:#?}"), "Secret(…) Secret(…)");
        let error = serde_json::from_str::<Secret<bool>>(r#""k-123""#).expect_err("another type");
        assert!(!error.to_string().contains("k-123"), "{error}");
    }
}
