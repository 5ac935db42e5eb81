//! Times as the service writes and reads them. All are in milliseconds since 1970-01-01T00:00:00Z.

use chrono::{DateTime, SecondsFormat, Utc};

/// Formats a time as `2027-01-01T00:00:00.000Z`.
pub(crate) fn rfc3339(ms: i64) -> String {
    from_ms(ms).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Formats a time as `2027-01-01T00:00Z`, as some rate limit headers do.
pub(crate) fn to_the_minute(ms: i64) -> String {
    from_ms(ms).format("%Y-%m-%dT%H:%MZ").to_string()
}

/// Formats a time as an HTTP date: `Fri, 01 Jan 2027 00:00:00 GMT`.
pub(crate) fn http_date(ms: i64) -> String {
    from_ms(ms).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Parses an RFC 3339 time with any UTC offset.
pub(crate) fn parse_rfc3339(string: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(string).ok().map(|time| time.timestamp_millis())
}

fn from_ms(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}
