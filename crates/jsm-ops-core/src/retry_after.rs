//! The header `Retry-After`.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};

/// When the service allows the next attempt (`Retry-After`, RFC 9110, section 10.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// After this time, which counts from the response. The header has it in seconds.
    Delay(Duration),
    /// At this time.
    At(DateTime<Utc>),
}

impl RetryAfter {
    /// Parses the value of the header: seconds, or a date in one of the three forms of HTTP
    /// (RFC 9110, section 5.6.7). `None` for any other value.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use jsm_ops_core::RetryAfter;
    /// assert_eq!(RetryAfter::parse("120"), Some(RetryAfter::Delay(Duration::from_secs(120))));
    /// assert_eq!(RetryAfter::parse("soon"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Self::Delay(Duration::from_secs(seconds)));
        }
        if let Ok(date) = DateTime::parse_from_rfc2822(text) {
            return Some(Self::At(date.with_timezone(&Utc)));
        }
        let obsolete = ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];
        let date = obsolete.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())?;
        Some(Self::At(date.and_utc()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_every_form_of_a_date_are_parsed() {
        assert_eq!(RetryAfter::parse(" 300 "), Some(RetryAfter::Delay(Duration::from_secs(300))));
        let date = DateTime::parse_from_rfc3339("2026-03-26T12:05:00Z").expect("a date").with_timezone(&Utc);
        for value in ["Thu, 26 Mar 2026 12:05:00 GMT", "Thursday, 26-Mar-26 12:05:00 GMT", "Thu Mar 26 12:05:00 2026"] {
            assert_eq!(RetryAfter::parse(value), Some(RetryAfter::At(date)), "{value}");
        }
    }

    #[test]
    fn other_values_are_none() {
        for value in ["-1", "soon", "1.5", "", "99999999999999999999999"] {
            assert_eq!(RetryAfter::parse(value), None, "{value}");
        }
    }
}
