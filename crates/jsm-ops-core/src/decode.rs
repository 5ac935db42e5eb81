//! Decoding of what the service really sends, for `#[serde(deserialize_with)]` on the fields of generated types.
//!
//! Empty strings stand for "none" and `null` for an absent list; both were seen on the live service.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, de};

/// A list or map that may be `null`, which is an empty one.
///
/// # Errors
/// A value that is neither `null` nor of the type.
pub fn null_as_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// An optional date, absent where it is `null` or an empty string.
///
/// # Errors
/// A text that is no date in a form of RFC 3339 or, as older services write it, with an offset without a colon (`+0300`).
pub fn optional_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty()) else { return Ok(None) };
    let parsed = DateTime::parse_from_rfc3339(&text).or_else(|_| DateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f%z"));
    match parsed {
        Ok(date) => Ok(Some(date.with_timezone(&Utc))),
        Err(error) => Err(de::Error::custom(format_args!("{text:?} is no date: {error}"))),
    }
}

/// An optional boolean that may be written as the string `"true"` or `"false"`; an empty string is an absent one.
///
/// # Errors
/// Any other value.
pub fn optional_boolean<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum BooleanOrText {
        Boolean(bool),
        Text(String),
    }
    match Option::deserialize(deserializer)? {
        None => Ok(None),
        Some(BooleanOrText::Boolean(value)) => Ok(Some(value)),
        Some(BooleanOrText::Text(text)) => match text.as_str() {
            "" => Ok(None),
            text if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            text if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            other => Err(de::Error::custom(format_args!("{other:?} is no boolean"))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Sample {
        #[serde(default, deserialize_with = "null_as_default")]
        list: Vec<u8>,
        #[serde(default, deserialize_with = "optional_date")]
        date: Option<DateTime<Utc>>,
        #[serde(default, deserialize_with = "optional_boolean")]
        flag: Option<bool>,
    }

    fn decode(json: &str) -> Result<Sample, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn absent_null_and_empty_are_the_same() {
        let absent = Sample { list: Vec::new(), date: None, flag: None };
        for json in ["{}", r#"{"list":null,"date":null,"flag":null}"#, r#"{"list":[],"date":"","flag":""}"#] {
            assert_eq!(decode(json).expect(json), absent, "{json}");
        }
    }

    #[test]
    fn dates_of_any_offset_are_instants() {
        let instant = |json: &str| decode(json).expect(json).date.expect("a date").to_rfc3339();
        for date in [
            "2025-06-13T12:00:49.789Z",
            "2025-06-13T15:00:49.789+03:00",
            "2025-06-13T15:00:49.789+0300",
            "2025-06-13t12:00:49.789z",
        ] {
            assert_eq!(instant(&format!(r#"{{"date":"{date}"}}"#)), "2025-06-13T12:00:49.789+00:00", "{date}");
        }
        assert!(decode(r#"{"date":"yesterday"}"#).expect_err("no date").to_string().contains("yesterday"));
    }

    #[test]
    fn booleans_may_be_text() {
        for (json, flag) in [("true", true), ("\"true\"", true), ("\"False\"", false), ("false", false)] {
            assert_eq!(decode(&format!(r#"{{"flag":{json}}}"#)).expect(json).flag, Some(flag));
        }
        assert!(decode(r#"{"flag":"yes"}"#).is_err());
        assert!(decode(r#"{"flag":1}"#).is_err());
    }
}
