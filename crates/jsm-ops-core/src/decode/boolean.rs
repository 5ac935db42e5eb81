//! Booleans.

use std::fmt;

use serde::{
    Deserializer,
    de::{self, Visitor},
};

use super::optionality::Optionality;

/// Decodes a boolean, which may be written as the string `"true"` or `"false"` in any case. In an
/// optional field, `null` and an empty string mean no value.
///
/// # Errors
/// Any other value, and in a required field `null` or an empty string.
pub fn boolean<'de, D: Deserializer<'de>, S: Optionality<Value = bool>>(deserializer: D) -> Result<S, D::Error> {
    let field = match deserializer.deserialize_any(BooleanVisitor)? {
        Parsed::Value(value) => Some(S::of(value)),
        Parsed::Null => S::null(),
        Parsed::Empty => S::absent(),
    };
    field.ok_or_else(|| de::Error::custom("a boolean is missing"))
}

enum Parsed {
    Value(bool),
    Null,
    Empty,
}

struct BooleanVisitor;

impl Visitor<'_> for BooleanVisitor {
    type Value = Parsed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a boolean, or one as a string")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Parsed, E> {
        Ok(Parsed::Value(value))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Parsed, E> {
        match text {
            "" => Ok(Parsed::Empty),
            text if text.eq_ignore_ascii_case("true") => Ok(Parsed::Value(true)),
            text if text.eq_ignore_ascii_case("false") => Ok(Parsed::Value(false)),
            other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
        }
    }

    fn visit_unit<E: de::Error>(self) -> Result<Parsed, E> {
        Ok(Parsed::Null)
    }
}
