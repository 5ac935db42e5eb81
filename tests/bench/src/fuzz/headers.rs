//! Damaged headers about rate limits and retries.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use jsm_ops::{
    core::{RateLimits, RetryAfter},
    reqwest::header::{HeaderMap, HeaderName, HeaderValue},
};

use super::case::Case;
use crate::garbage::Garbage as _;

/// Headers with values of the service.
const HEADERS: [(&str, &[&str]); 18] = [
    ("retry-after", RETRY),
    ("beta-retry-after", RETRY),
    ("x-ratelimit-limit", NUMBERS),
    ("x-ratelimit-remaining", NUMBERS),
    ("x-ratelimit-reset", DATES),
    ("x-ratelimit-nearlimit", &["true", "false", "TRUE", ""]),
    ("x-beta-ratelimit-limit", NUMBERS),
    ("x-beta-ratelimit-remaining", NUMBERS),
    ("x-beta-ratelimit-reset", DATES),
    ("ratelimit-reason", REASONS),
    ("x-ratelimit-reason", REASONS),
    ("ratelimit-policy", POLICIES),
    ("ratelimit", LIMITS),
    ("beta-ratelimit-policy", POLICIES),
    ("beta-ratelimit", LIMITS),
    ("x-ratelimit-period-in-sec", NUMBERS),
    ("x-ratelimit-state", &["THROTTLED", "OK"]),
    ("date", RETRY),
];
const RETRY: &[&str] = &[
    "7",
    "0",
    "-1",
    "1.5",
    "18446744073709551615",
    "18446744073709551616",
    "9223372036854775807",
    "Fri, 31 Dec 1999 23:59:59 GMT",
    "Fri, 01 Jan 2027 00:01:30 GMT",
    "Fri, 31 Dec 9999 23:59:60 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT",
];
const NUMBERS: &[&str] = &["100", "0", "65000", "-3", "1e9", "18446744073709551615", "99999999999999999999"];
const DATES: &[&str] = &[
    "2027-01-01T00:01:30.000Z",
    "2026-03-26T16:00Z",
    "2026-03-26T16:00:00+03:00",
    "2026-03-26T16:00:00+0300",
    "+262142-12-31T23:59:59Z",
    "-262143-01-01T00:00:00Z",
    "0000-00-00T00:00Z",
    "1798761600",
];
const REASONS: &[&str] = &["jira-quota-global-based", "jira-burst-based", "ACCOUNT", "jira-per-issue-on-write", ""];
const POLICIES: &[&str] = &[
    r#""global-app-quota";q=65000;w=3600"#,
    r#""burst";q=100;w=1, "global-app-quota";q=65000;w=3600"#,
    r#""a,b;c\"d";q=1;w=18446744073709551615"#,
    "burst;q=;w",
    r#""unended;q=1"#,
];
const LIMITS: &[&str] = &[
    r#""global-app-quota";r=11000;t=600"#,
    r#""burst";r=40, "global-app-quota";r=0;t=600"#,
    r#""x";t=18446744073709551615"#,
    ";;;,,,===",
    r#""r";r=-1;t=-1"#,
];

/// Adds some of the headers.
pub(super) fn add(headers: &mut HeaderMap, rng: &mut Rng) {
    for _ in 0..rng.below(5) {
        let (name, values) = HEADERS[rng.below(HEADERS.len())];
        let value = values[rng.below(values.len())];
        let value = match rng.below(4) {
            0 => value.to_owned(),
            1 => rng.text(30),
            // Long enough to show a parser of quadratic time.
            2 if rng.one_in(200) => rng.damage(value).repeat(2_000),
            _ => rng.damage(value),
        };
        // Invalid bytes in a header cannot arrive over the wire.
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            headers.append(HeaderName::from_static(name), value);
        }
    }
}

pub(super) fn case(rng: &mut Rng) -> Case {
    let mut headers = HeaderMap::new();
    add(&mut headers, rng);
    let received = [DateTime::<Utc>::MIN_UTC, DateTime::UNIX_EPOCH, Utc::now(), DateTime::<Utc>::MAX_UTC];
    let received = received.get(rng.below(received.len() + 1)).copied();
    let limits = RateLimits::read(&headers, received);
    let announced = limits.announced.as_deref();
    for limits in announced.into_iter().chain([&limits]) {
        for now in [DateTime::<Utc>::MIN_UTC, DateTime::UNIX_EPOCH, Utc::now(), DateTime::<Utc>::MAX_UTC] {
            let (at, wait) = (limits.retry_at(), limits.wait(now));
            // Both agree: the wait ends at that time.
            if let (Some(at), Some(wait), Some(_)) = (at, wait, limits.received_at) {
                let left = (at - now).to_std().unwrap_or_default();
                if wait.abs_diff(left) > Duration::from_secs(1) {
                    return Err(format!("{headers:?}: a wait of {wait:?} at {now}, but a retry at {at}"));
                }
            }
        }
        let _ = (limits.is_empty(), format!("{limits:?}"), limits.clone() == **Box::new(limits));
    }
    let text = headers.get("retry-after").and_then(|value| value.to_str().ok());
    match text.and_then(RetryAfter::parse) {
        Some(RetryAfter::At(at)) => {
            let _ = at.checked_add_signed(TimeDelta::days(1));
            Ok(true)
        }
        Some(RetryAfter::Delay(_)) => Ok(true),
        _ => Ok(!limits.is_empty()),
    }
}
