//! The forms of 429 that the service is known to send.

use std::time::Duration;

use crate::{
    faults::fake_clock::FakeClock,
    wire::{response::FakeResponse, timestamp},
};

/// A form of 429: the headers that say when to retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RateLimitHeaders {
    /// No header says when to retry.
    Absent,
    /// `Retry-After` in seconds.
    Seconds,
    /// `Retry-After` as an HTTP date.
    HttpDate,
    /// `X-RateLimit-Reset` to the millisecond, for a burst limit.
    Reset,
    /// `X-RateLimit-Reset` to the minute.
    ResetToMinute,
    /// An hourly quota: `Retry-After`, `RateLimit-Reason`, and the structured headers.
    Quota,
    /// Only the structured headers `RateLimit-Policy` and `RateLimit`, with two policies.
    Structured,
    /// The `Beta-` headers of limits that are announced but not enforced.
    Beta,
    /// The headers of the edge limiter, which sends no `Retry-After`.
    Edge,
    /// The headers of the limiter behind the operations.
    Account,
}

impl RateLimitHeaders {
    /// All forms.
    pub const ALL: [Self; 10] = [
        Self::Absent,
        Self::Seconds,
        Self::HttpDate,
        Self::Reset,
        Self::ResetToMinute,
        Self::Quota,
        Self::Structured,
        Self::Beta,
        Self::Edge,
        Self::Account,
    ];

    /// Returns the 429 that asks the client to wait, by this clock.
    pub fn response(self, clock: &FakeClock, wait: Duration) -> FakeResponse {
        let seconds = wait.as_secs().to_string();
        let reset = i64::try_from((clock.since_epoch() + wait).as_millis()).unwrap_or(i64::MAX);
        let with = |headers: &[(&str, &str)]| {
            headers.iter().fold(FakeResponse::rate_limited(), |response, (name, value)| response.header(name, value))
        };
        let quota = r#""global-app-quota";q=65000;w=3600"#;
        let left = format!(r#""global-app-quota";r=0;t={seconds}"#);
        match self {
            Self::Absent => with(&[]),
            Self::Seconds => with(&[("Retry-After", &seconds)]),
            Self::HttpDate => with(&[("Retry-After", &timestamp::http_date(reset))]),
            Self::Reset => with(&[
                ("X-RateLimit-Limit", "100"),
                ("X-RateLimit-Remaining", "0"),
                ("X-RateLimit-Reset", &timestamp::rfc3339(reset)),
                ("RateLimit-Reason", "jira-burst-based"),
            ]),
            Self::ResetToMinute => with(&[("X-RateLimit-Reset", &timestamp::to_the_minute(reset))]),
            Self::Quota => with(&[
                ("Retry-After", &seconds),
                ("RateLimit-Reason", "jira-quota-global-based"),
                ("RateLimit-Policy", quota),
                ("RateLimit", &left),
            ]),
            Self::Structured => with(&[
                ("RateLimit-Policy", &format!(r#""burst";q=100;w=1, {quota}"#)),
                ("RateLimit", &format!(r#""burst";r=40, {left}"#)),
            ]),
            Self::Beta => with(&[
                ("Beta-Retry-After", &seconds),
                ("Beta-RateLimit-Policy", quota),
                ("Beta-RateLimit", &left),
                ("X-Beta-RateLimit-Reset", &timestamp::to_the_minute(reset)),
            ]),
            Self::Edge => with(&[
                ("X-Failure-Category", "FAILURE CLIENT RATE LIMITED"),
                ("X-Ratelimit-Limit", "100"),
                ("X-Ratelimit-Remaining", "0"),
                ("X-Ratelimit-Reset", &timestamp::rfc3339(reset)),
            ]),
            Self::Account => with(&[
                ("X-RateLimit-State", "THROTTLED"),
                ("X-RateLimit-Reason", "ACCOUNT"),
                ("X-RateLimit-Period-In-Sec", &seconds),
            ]),
        }
    }
}
