//! How long a response asks to wait.

use std::time::Duration;

use chrono::{DateTime, Utc};
use jsm_ops_core::RetryAfter;
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// Reads `Retry-After` as a delay from `now`. A date in the past is a delay of zero.
pub(crate) fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    match RetryAfter::parse(headers.get(RETRY_AFTER)?.to_str().ok()?)? {
        RetryAfter::Delay(delay) => Some(delay),
        RetryAfter::At(date) => Some((date - now).to_std().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn seconds_and_dates_are_delays() {
        let delay = |value: &'static str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(value))]);
            retry_after(&headers, DateTime::UNIX_EPOCH).map(|delay| delay.as_secs())
        };
        assert_eq!(delay("120"), Some(120));
        assert_eq!(delay("Thu, 01 Jan 1970 00:01:00 GMT"), Some(60));
        assert_eq!(delay("Wed, 31 Dec 1969 00:01:00 GMT"), Some(0));
        assert_eq!((delay("soon"), delay("-1")), (None, None));
    }
}
