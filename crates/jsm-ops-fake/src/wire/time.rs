//! Times as the service writes and reads them.

use chrono::{DateTime, SecondsFormat, Utc};

/// Milliseconds since 1970 as `2027-01-01T00:00:00.000Z`.
pub(crate) fn text(ms: i64) -> String {
    let time: DateTime<Utc> = DateTime::from_timestamp_millis(ms).unwrap_or_default();
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Milliseconds since 1970 without the seconds, as rate limits write it: `2027-01-01T00:00Z`.
pub(crate) fn minutes(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms).unwrap_or_default().format("%Y-%m-%dT%H:%MZ").to_string()
}

/// Milliseconds since 1970 as an HTTP date.
pub(crate) fn http_date(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms).unwrap_or_default().format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Milliseconds since 1970 of an RFC 3339 time, in any of its renderings.
pub(crate) fn parse(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp_millis())
}
