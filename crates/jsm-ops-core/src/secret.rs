//! Values that must not be seen in a log.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A value that is not printed: an API key, or a map that may hold one.
///
/// It is sent and received as what it holds. Reading it takes a call of [`expose`](Self::expose), which a reviewer can look for.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Keeps a value from being printed.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value, taken out.
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
        // serde's message would quote what it found.
        T::deserialize(deserializer).map(Self).map_err(|_| D::Error::custom("a secret is not of its type"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_sent_and_never_printed() {
        let secret: Secret<String> = serde_json::from_str(r#""k-123""#).expect("a secret");
        assert_eq!(secret.expose(), "k-123");
        assert_eq!(serde_json::to_string(&secret).expect("JSON"), r#""k-123""#);
        assert_eq!(format!("{secret:?} {secret:#?}"), "Secret(…) Secret(…)");
        let error = serde_json::from_str::<Secret<bool>>(r#""k-123""#).expect_err("another type");
        assert!(!error.to_string().contains("k-123"), "{error}");
    }
}
