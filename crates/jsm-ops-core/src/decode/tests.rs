//! Every decoder on the fields of one type.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{boolean::boolean, date::date, integer::integer, null_as_default::null_as_default};
use crate::nullable::Nullable;

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
fn null_and_empty_strings_mean_no_value() {
    let none = |sent| Sample { list: Vec::new(), date: None, flag: None, number: None, sent };
    let nulls = r#"{"list":null,"date":null,"flag":null,"number":null,"sent":null}"#;
    assert_eq!(decode(nulls).expect(nulls), none(Nullable::Null));
    for json in [r#"{"date":"","flag":"","sent":""}"#, "{}"] {
        assert_eq!(decode(json).expect(json), none(Nullable::Absent), "{json}");
    }
}

#[test]
fn dates_have_several_forms() {
    let instant = |json: &str| decode(json).expect(json).date.expect(json).to_rfc3339();
    for date in [
        "2025-06-13T12:00:49.789Z",
        "2025-06-13T15:00:49.789+03:00",
        "2025-06-13T15:00:49.789+0300",
        "2025-06-13t12:00:49.789z",
    ] {
        assert_eq!(instant(&format!(r#"{{"date":"{date}"}}"#)), "2025-06-13T12:00:49.789+00:00", "{date}");
    }
    let error = decode(r#"{"date":"yesterday"}"#).expect_err("an invalid date").to_string();
    assert!(error.starts_with(r#"invalid date "yesterday": "#), "{error}");
}

#[test]
fn booleans_may_be_strings() {
    for (json, flag) in [("true", true), ("\"true\"", true), ("\"False\"", false), ("false", false)] {
        assert_eq!(decode(&format!(r#"{{"flag":{json}}}"#)).expect(json).flag, Some(flag));
    }
    assert!(decode(r#"{"flag":"yes"}"#).is_err());
    assert!(decode(r#"{"flag":1}"#).is_err());
}

#[test]
fn whole_numbers_may_have_a_fraction_of_zero() {
    for (json, number) in [("3", 3), ("3.0", 3), ("-2e2", -200), ("0.0", 0)] {
        assert_eq!(decode(&format!(r#"{{"number":{json}}}"#)).expect(json).number, Some(number));
    }
    for json in ["0.5", "1e30", "2147483648", "18446744073709551615", "\"3\"", "true"] {
        assert!(decode(&format!(r#"{{"number":{json}}}"#)).is_err(), "{json}");
    }
}

#[test]
fn required_fields_must_have_a_value() {
    let required: Required = serde_json::from_str(r#"{"date":"2025-06-13T12:00:49Z","number":2.0}"#).expect("both");
    assert_eq!((required.number, required.date.timestamp()), (2, 1_749_816_049));
    for json in [r#"{"date":"","number":1}"#, r#"{"date":"2025-06-13T12:00:49Z","number":null}"#] {
        let error = serde_json::from_str::<Required>(json).expect_err(json).to_string();
        assert!(error.contains("missing"), "{error}");
    }
}
