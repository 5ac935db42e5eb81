//! Decoding of what the service really sends: of whole answers, and for `#[serde(deserialize_with)]` on fields of generated types.
//!
//! Empty strings stand for "none", `null` for an absent list, `1.0` for a whole number; all were seen on the live service.

use chrono::{DateTime, Utc};
use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, Visitor},
};

use crate::{Error, Nullable, Operation, Response};

/// Decodes the body of a success.
///
/// # Errors
/// An empty body, and one that does not fit the type; the error has the place in the body.
pub fn response<T: DeserializeOwned>(operation: &'static Operation, response: &Response) -> Result<T, Error> {
    read(&response.body).or_else(|_| {
        if response.body.iter().all(u8::is_ascii_whitespace) {
            return Err(Error::empty_response(operation, response));
        }
        // Keeping track of the place costs time, so it is done for answers that are known to be wrong.
        let mut reader = serde_json::Deserializer::from_slice(&response.body);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let path = error.path().to_string();
            Error::decode(operation, response, path, error.into_inner())
        })?;
        reader.end().map_err(|error| Error::decode(operation, response, ".".to_owned(), error))?;
        Ok(value)
    })
}

/// Reads JSON. To look once whether all of it is text is a quarter faster than to look at every string; what is not may still be
/// JSON, if the strings in question are ignored.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    match std::str::from_utf8(body) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(body),
    }
}

/// A list or map that may be `null`, which is an empty one.
///
/// # Errors
/// A value that is neither `null` nor of the type.
pub fn null_as_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// What a field is decoded into: a plain value where it is required, an [`Option`], or a [`Nullable`].
pub trait Optionality: Sized {
    /// The plain value.
    type Value;

    /// With a value.
    fn of(value: Self::Value) -> Self;

    /// With `null`; `None` where a value is required.
    fn null() -> Option<Self>;

    /// Without a value; `None` where one is required.
    fn absent() -> Option<Self>;
}

impl<T> Optionality for Option<T> {
    type Value = T;

    fn of(value: T) -> Self {
        Some(value)
    }

    fn null() -> Option<Self> {
        Some(None)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T> Optionality for Nullable<T> {
    type Value = T;

    fn of(value: T) -> Self {
        Self::Value(value)
    }

    fn null() -> Option<Self> {
        Some(Self::Null)
    }

    fn absent() -> Option<Self> {
        Some(Self::Absent)
    }
}

macro_rules! required {
    ($($kind:ty),*) => {$(
        impl Optionality for $kind {
            type Value = Self;

            fn of(value: Self) -> Self {
                value
            }

            fn null() -> Option<Self> {
                None
            }

            fn absent() -> Option<Self> {
                None
            }
        }
    )*};
}

required!(DateTime<Utc>, bool, i32, i64);

/// A date; where it is optional, `null` and an empty string are none.
///
/// # Errors
/// A text that is no date in a form of RFC 3339 or, as older services write it, with an offset without a colon (`+0300`).
pub fn date<'de, D: Deserializer<'de>, S: Optionality<Value = DateTime<Utc>>>(deserializer: D) -> Result<S, D::Error> {
    let missing = || de::Error::custom("a date is missing");
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return S::null().ok_or_else(missing) };
    if text.is_empty() {
        return S::absent().ok_or_else(missing);
    }
    let parsed = DateTime::parse_from_rfc3339(&text).or_else(|_| DateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f%z"));
    match parsed {
        Ok(date) => Ok(S::of(date.with_timezone(&Utc))),
        Err(error) => Err(de::Error::custom(format_args!("{text:?} is no date: {error}"))),
    }
}

/// A boolean that may be written as the string `"true"` or `"false"`; where it is optional, `null` and an empty string are none.
///
/// # Errors
/// Any other value.
pub fn boolean<'de, D: Deserializer<'de>, S: Optionality<Value = bool>>(deserializer: D) -> Result<S, D::Error> {
    struct BooleanOrText;

    impl Visitor<'_> for BooleanOrText {
        /// A value, or whether its place holds `null`.
        type Value = Result<bool, IsNull>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a boolean, or one as a string")
        }

        fn visit_bool<E: de::Error>(self, value: bool) -> Result<Self::Value, E> {
            Ok(Ok(value))
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            match text {
                "" => Ok(Err(IsNull(false))),
                text if text.eq_ignore_ascii_case("true") => Ok(Ok(true)),
                text if text.eq_ignore_ascii_case("false") => Ok(Ok(false)),
                other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
            }
        }

        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(Err(IsNull(true)))
        }
    }

    match deserializer.deserialize_any(BooleanOrText)? {
        Ok(value) => Ok(S::of(value)),
        Err(IsNull(null)) => {
            if null { S::null() } else { S::absent() }.ok_or_else(|| de::Error::custom("a boolean is missing"))
        }
    }
}

/// Whether there is no value because of `null`, and not because of an empty text.
struct IsNull(bool);

/// A whole number that may be written with a fraction of zero, as in `1.0`; where it is optional, `null` is none.
///
/// # Errors
/// A fraction that is not zero, a number that is too large for the type, and any other value.
pub fn integer<'de, D, S>(deserializer: D) -> Result<S, D::Error>
where
    D: Deserializer<'de>,
    S: Optionality,
    S::Value: TryFrom<i64>,
{
    struct Whole;

    impl Visitor<'_> for Whole {
        type Value = Option<i64>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a whole number")
        }

        fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
            Ok(Some(value))
        }

        fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
            i64::try_from(value).map(Some).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(value), &self))
        }

        #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
        fn visit_f64<E: de::Error>(self, value: f64) -> Result<Self::Value, E> {
            // Conversions of floats saturate; what comes back the same is what was meant.
            let whole = value as i64;
            if whole as f64 == value { Ok(Some(whole)) } else { Err(E::invalid_value(de::Unexpected::Float(value), &self)) }
        }

        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }

    match deserializer.deserialize_any(Whole)? {
        Some(value) => {
            let fitting = S::Value::try_from(value);
            fitting.map(S::of).map_err(|_| de::Error::invalid_value(de::Unexpected::Signed(value), &Whole))
        }
        None => S::null().ok_or_else(|| de::Error::custom("a number is missing")),
    }
}

#[cfg(test)]
mod tests {
    use reqwest::{StatusCode, header::HeaderMap};

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Sample {
        #[serde(default, deserialize_with = "null_as_default")]
        list: Vec<u8>,
        #[serde(default, deserialize_with = "date")]
        date: Option<DateTime<Utc>>,
        #[serde(default, deserialize_with = "boolean")]
        flag: Option<bool>,
        #[serde(default, deserialize_with = "integer")]
        number: Option<i32>,
        #[serde(default, deserialize_with = "date")]
        sent: Nullable<DateTime<Utc>>,
    }

    #[derive(Debug, Deserialize)]
    struct Required {
        #[serde(deserialize_with = "date")]
        date: DateTime<Utc>,
        #[serde(deserialize_with = "integer")]
        number: i64,
    }

    fn decode(json: &str) -> Result<Sample, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn what_stands_for_none_is_none() {
        let none = |sent| Sample { list: Vec::new(), date: None, flag: None, number: None, sent };
        let nulls = r#"{"list":null,"date":null,"flag":null,"number":null,"sent":null}"#;
        assert_eq!(decode(nulls).expect(nulls), none(Nullable::Null));
        for json in [r#"{"date":"","flag":"","sent":""}"#, "{}"] {
            assert_eq!(decode(json).expect(json), none(Nullable::Absent), "{json}");
        }
    }

    #[test]
    fn dates_come_in_several_renderings() {
        let instant = |json: &str| decode(json).expect(json).date.expect(json).to_rfc3339();
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

    #[test]
    fn whole_numbers_may_be_written_as_fractions() {
        for (json, number) in [("3", 3), ("3.0", 3), ("-2e2", -200), ("0.0", 0)] {
            assert_eq!(decode(&format!(r#"{{"number":{json}}}"#)).expect(json).number, Some(number));
        }
        for json in ["0.5", "1e30", "2147483648", "18446744073709551615", "\"3\"", "true"] {
            assert!(decode(&format!(r#"{{"number":{json}}}"#)).is_err(), "{json}");
        }
    }

    #[test]
    fn what_is_required_may_not_be_missing() {
        let required: Required = serde_json::from_str(r#"{"date":"2025-06-13T12:00:49Z","number":2.0}"#).expect("both");
        assert_eq!((required.number, required.date.timestamp()), (2, 1_749_816_049));
        for json in [r#"{"date":"","number":1}"#, r#"{"date":"2025-06-13T12:00:49Z","number":null}"#] {
            let error = serde_json::from_str::<Required>(json).expect_err(json).to_string();
            assert!(error.contains("missing"), "{error}");
        }
    }

    #[test]
    fn an_answer_that_does_not_fit_says_where() {
        static GET: Operation = Operation::new("get", "a().get", "GET", "/v1/a");
        let of = |body: &str| {
            let received = Response::new(StatusCode::OK, HeaderMap::new(), body.to_owned().into());
            response::<Vec<Sample>>(&GET, &received)
        };
        assert_eq!(of(r#"[{"list":[1]}]"#).expect("fits").len(), 1);
        let error = of(r#"[{},{"list":[1,"x"]}]"#).expect_err("a text");
        assert!(error.is_decode());
        assert_eq!((error.json_path(), error.status()), (Some("[1].list[1]"), Some(StatusCode::OK)));
        assert!(
            error.to_string().starts_with("`get` (GET /v1/a): the response does not fit its type at `[1].list[1]`"),
            "{error}"
        );
        for (body, words) in
            [("", "empty"), (" \n", "empty"), ("[] x", "trailing"), ("<html>", "expected value"), ("[{", "EOF")]
        {
            let error = of(body).expect_err(body).to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
