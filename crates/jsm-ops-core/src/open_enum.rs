//! Enums that stay open for values that the document does not know.

/// Defines an enum of strings that keeps values it does not know.
///
/// Every value survives decoding and encoding: one that is not listed becomes `Unknown` and is written as it came. Listed and
/// unknown values compare and hash as different, so `From<&str>` is the way to make one; it never gives an `Unknown` for a
/// listed value.
#[macro_export]
#[doc(hidden)]
macro_rules! open_enum {
    ($(#[$attribute:meta])* pub enum $name:ident { $($variant:ident = $value:literal,)* }) => {
        $(#[$attribute])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = concat!("`", $value, "`")] $variant,)*
            /// A value that this version does not know, as the service sent it.
            Unknown(::std::string::String),
        }

        impl $name {
            /// The value as it stands in requests and answers.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)*
                    Self::Unknown(value) => value,
                }
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(value: &str) -> Self {
                match value {
                    $($value => Self::$variant,)*
                    other => Self::Unknown(::std::borrow::ToOwned::to_owned(other)),
                }
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
    open_enum! {
        /// How urgent something is.
        pub enum Priority { P1 = "P1", Later = "some-day", }
    }

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
