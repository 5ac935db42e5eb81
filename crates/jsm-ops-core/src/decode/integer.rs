//! Whole numbers.

use std::fmt;

use serde::{
    Deserializer,
    de::{self, Visitor},
};

use super::optionality::Optionality;

/// Decodes a whole number, which may be written with a fraction of zero, as in `1.0`. In an
/// optional field, `null` means no number.
///
/// # Errors
/// A fraction other than zero, a number outside the range of the type, any other value, and in a
/// required field `null`.
pub fn integer<'de, D, S>(deserializer: D) -> Result<S, D::Error>
where
    D: Deserializer<'de>,
    S: Optionality,
    S::Value: TryFrom<i64>,
{
    let Some(value) = deserializer.deserialize_any(IntegerVisitor)? else {
        return S::null().ok_or_else(|| de::Error::custom("a number is missing"));
    };
    let converted = S::Value::try_from(value);
    converted.map(S::of).map_err(|_| de::Error::invalid_value(de::Unexpected::Signed(value), &IntegerVisitor))
}

struct IntegerVisitor;

impl Visitor<'_> for IntegerVisitor {
    type Value = Option<i64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Option<i64>, E> {
        Ok(Some(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Option<i64>, E> {
        i64::try_from(value).map(Some).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(value), &self))
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Option<i64>, E> {
        // The cast saturates, so only a whole number in range survives the round trip.
        let whole = value as i64;
        if whole as f64 == value { Ok(Some(whole)) } else { Err(E::invalid_value(de::Unexpected::Float(value), &self)) }
    }

    fn visit_unit<E: de::Error>(self) -> Result<Option<i64>, E> {
        Ok(None)
    }
}
