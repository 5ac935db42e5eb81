//! Enums of strings with room for unknown values.

/// An enum of strings that keeps unknown values in a variant `Unknown`.
///
/// Generated enums implement it. The macro `open_enum!` implements conversions and serde from it.
pub trait OpenEnum {
    /// The string in requests and responses.
    fn value(&self) -> &str;

    /// The variant of a string. An unlisted string becomes `Unknown`.
    fn of(value: &str) -> Self;
}

/// Implements conversions from and to strings, and serde, for an [`OpenEnum`].
///
/// Every value survives a round trip. `From<&str>` never returns `Unknown` for a listed value,
/// because `Unknown` with its string is not equal to its variant.
#[macro_export]
#[doc(hidden)]
macro_rules! open_enum {
    ($name:ident) => {
        impl $name {
            /// The string in requests and responses.
            pub fn as_str(&self) -> &str {
                $crate::OpenEnum::value(self)
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(value: &str) -> Self {
                $crate::OpenEnum::of(value)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
                ::std::result::Result::Ok(value.into())
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::QueryValue for $name {
            fn for_each_value(&self, add: &mut dyn FnMut(::std::string::String)) {
                add(self.as_str().to_owned());
            }
        }

        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                let value = <::std::borrow::Cow<'de, str> as $crate::serde::Deserialize>::deserialize(deserializer)?;
                ::std::result::Result::Ok(Self::from(&*value))
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::OpenEnum;

    #[derive(Clone, Debug, PartialEq)]
    enum Priority {
        P1,
        Later,
        Unknown(String),
    }

    impl OpenEnum for Priority {
        fn value(&self) -> &str {
            match self {
                Self::P1 => "P1",
                Self::Later => "some-day",
                Self::Unknown(value) => value,
            }
        }

        fn of(value: &str) -> Self {
            match value {
                "P1" => Self::P1,
                "some-day" => Self::Later,
                other => Self::Unknown(other.to_owned()),
            }
        }
    }

    crate::open_enum!(Priority);

    #[test]
    fn every_value_survives_a_round_trip() {
        for json in [r#""P1""#, r#""some-day""#, r#""P9""#, r#""""#, r#""a\nb""#] {
            let value: Priority = serde_json::from_str(json).expect(json);
            assert_eq!(serde_json::to_string(&value).expect(json), json);
        }
    }

    #[test]
    fn listed_values_are_variants_and_others_are_unknown() {
        assert_eq!(Priority::from("some-day"), Priority::Later);
        assert_eq!("P9".parse(), Ok(Priority::Unknown("P9".to_owned())));
        assert_eq!(Priority::Later.to_string(), "some-day");
    }
}
