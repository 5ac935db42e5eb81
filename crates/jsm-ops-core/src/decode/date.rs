//! Dates.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, de};

use super::optionality::Optionality;

/// Decodes a date of RFC 3339. The offset may lack its colon (`+0300`), as older services write it.
/// In an optional field, `null` and an empty string mean no date.
///
/// # Errors
/// A string in another form, and in a required field `null` or an empty string.
pub fn date<'de, D: Deserializer<'de>, S: Optionality<Value = DateTime<Utc>>>(deserializer: D) -> Result<S, D::Error> {
    let missing = || de::Error::custom("a date is missing");
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return S::null().ok_or_else(missing) };
    if text.is_empty() {
        return S::absent().ok_or_else(missing);
    }
    let parsed = DateTime::parse_from_rfc3339(&text).or_else(|_| DateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f%z"));
    match parsed {
        Ok(date) => Ok(S::of(date.with_timezone(&Utc))),
        Err(error) => Err(de::Error::custom(format_args!("invalid date {text:?}: {error}"))),
    }
}
