//! Request fields that may be absent, `null`, or a value.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A request field that may be absent, `null`, or a value.
///
/// In an update these mean: do not change the field, clear it, set it. A field that is decoded and
/// sent again keeps its state.
///
/// Setters accept `impl Into<Nullable<T>>`, as in `.name("on call")`, `.tags(["db"])` and
/// `.end_date(Nullable::Null)`.
///
/// ```
/// # use jsm_ops_core::Nullable;
/// let name: Nullable<String> = "on call".into();
/// assert_eq!(name.as_ref().map(String::as_str), Some("on call"));
/// assert!(Nullable::<String>::default().is_absent());
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Nullable<T> {
    /// The field is not sent.
    #[default]
    Absent,
    /// The field is sent as `null`.
    Null,
    /// The field is sent with this value, which may be an empty list.
    Value(T),
}

impl<T> Nullable<T> {
    /// Whether the field is not sent.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether the field is sent as `null`.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// A reference to the value. `None` for an absent field and for `null`.
    pub const fn as_ref(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// A mutable reference to the value. `None` for an absent field and for `null`.
    pub const fn as_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// The value. `None` for an absent field and for `null`.
    pub fn into_option(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }
}

impl<T> Nullable<Vec<T>> {
    /// The elements. Empty for an absent field and for `null`.
    pub const fn as_slice(&self) -> &[T] {
        match self {
            Self::Value(list) => list.as_slice(),
            Self::Absent | Self::Null => &[],
        }
    }

    /// Iterates over the elements. Empty for an absent field and for `null`.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.as_slice().iter()
    }
}

impl<'a, T> IntoIterator for &'a Nullable<Vec<T>> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

/// `None` is an absent field. Use [`Nullable::Null`] to clear a field.
impl<T> From<Option<T>> for Nullable<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Self::Value)
    }
}

impl From<&str> for Nullable<String> {
    fn from(value: &str) -> Self {
        Self::Value(value.to_owned())
    }
}

impl<T, const N: usize> From<[T; N]> for Nullable<Vec<T>> {
    fn from(list: [T; N]) -> Self {
        Self::Value(list.into())
    }
}

impl<const N: usize> From<[&str; N]> for Nullable<Vec<String>> {
    fn from(list: [&str; N]) -> Self {
        Self::Value(list.map(str::to_owned).into())
    }
}

impl<T: Clone> From<&[T]> for Nullable<Vec<T>> {
    fn from(list: &[T]) -> Self {
        Self::Value(list.to_vec())
    }
}

/// Generated types skip absent fields with `skip_serializing_if`. Without it, an absent field is
/// written as `null`.
impl<T: Serialize> Serialize for Nullable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => value.serialize(serializer),
            Self::Absent | Self::Null => serializer.serialize_unit(),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(|value| value.map_or(Self::Null, Self::Value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Change {
        #[serde(default, skip_serializing_if = "Nullable::is_absent")]
        name: Nullable<String>,
        #[serde(default, skip_serializing_if = "Nullable::is_absent")]
        tags: Nullable<Vec<String>>,
        #[serde(default, skip_serializing_if = "Nullable::is_absent")]
        size: Nullable<i64>,
    }

    #[test]
    fn every_state_survives_a_round_trip() {
        for json in [r#"{}"#, r#"{"name":null}"#, r#"{"name":""}"#, r#"{"tags":[]}"#, r#"{"tags":null,"size":0}"#] {
            let change: Change = serde_json::from_str(json).expect(json);
            assert_eq!(serde_json::to_string(&change).expect(json), json);
        }
    }

    #[test]
    fn values_convert_from_plain_rust_values() {
        let change = Change { name: "a".into(), tags: ["x", "y"].into(), size: 3.into() };
        assert_eq!(serde_json::to_string(&change).expect("JSON"), r#"{"name":"a","tags":["x","y"],"size":3}"#);
        assert_eq!(Nullable::<i64>::from(None), Nullable::Absent);
        assert_eq!(Nullable::<Vec<String>>::Null.as_slice(), [""; 0]);
        assert_eq!(change.tags.iter().count(), 2);
    }
}
