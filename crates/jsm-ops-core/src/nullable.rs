//! Fields of what is sent, which may be absent, `null`, or have a value.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A field that the caller may leave out, send as `null`, or give a value.
///
/// In a change of something that exists, the three say different things: leave it as it is, clear it, set it. What is read and
/// sent back says what it said before.
///
/// Values come in with `into()`, which setters call: `.name("on call")`, `.tags(["db"])`, `.end_date(Nullable::Null)`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Nullable<T> {
    /// It is not sent.
    #[default]
    Absent,
    /// It is sent as `null`.
    Null,
    /// It is sent with this value, an empty list included.
    Value(T),
}

impl<T> Nullable<T> {
    /// Whether it is not sent.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether it is `null`.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The value, where there is one.
    pub const fn as_ref(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// The value to be changed, where there is one.
    pub const fn as_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// The value, where there is one.
    pub fn into_option(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }
}

impl<T> Nullable<Vec<T>> {
    /// The elements; none where there is no list.
    pub const fn as_slice(&self) -> &[T] {
        match self {
            Self::Value(list) => list.as_slice(),
            Self::Absent | Self::Null => &[],
        }
    }

    /// Goes through the elements.
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

/// `None` is absent; what is to be cleared is [`Nullable::Null`].
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

/// An absent field is skipped by `skip_serializing_if`; where it is not, `null` is the nearest that JSON has.
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
    fn what_was_said_is_what_is_sent() {
        for json in [r#"{}"#, r#"{"name":null}"#, r#"{"name":""}"#, r#"{"tags":[]}"#, r#"{"tags":null,"size":0}"#] {
            let change: Change = serde_json::from_str(json).expect(json);
            assert_eq!(serde_json::to_string(&change).expect(json), json);
        }
    }

    #[test]
    fn values_come_in_as_they_are_written() {
        let change = Change { name: "a".into(), tags: ["x", "y"].into(), size: 3.into() };
        assert_eq!(serde_json::to_string(&change).expect("JSON"), r#"{"name":"a","tags":["x","y"],"size":3}"#);
        assert_eq!(Nullable::<i64>::from(None), Nullable::Absent);
        assert_eq!(Nullable::<Vec<String>>::Null.as_slice(), [""; 0]);
        assert_eq!(change.tags.iter().count(), 2);
    }
}
