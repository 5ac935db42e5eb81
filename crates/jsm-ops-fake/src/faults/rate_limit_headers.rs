//! Too many requests, in every form in which the service is known to say it.

use std::time::Duration;

use crate::{
    faults::clock::Clock,
    wire::{response::Answer, time},
};

/// A form of 429.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Throttle {
    /// Not a word on when to come back.
    Silent,
    /// `Retry-After` in seconds.
    Seconds,
    /// `Retry-After` as an HTTP date.
    HttpDate,
    /// `X-RateLimit-Reset` with seconds, for a burst.
    Reset,
    /// `X-RateLimit-Reset` without seconds.
    ResetInMinutes,
    /// The quota of the hour: `Retry-After`, the reason, and the structured headers.
    Quota,
    /// The structured headers alone, among two policies.
    Structured,
    /// The headers that announce limits which are not enforced yet.
    Beta,
    /// The limiter of the edge: its own headers, and no `Retry-After`.
    Edge,
    /// The limiter of what is behind the operations.
    Account,
}

impl Throttle {
    /// All forms.
    pub const ALL: [Self; 10] = [
        Self::Silent,
        Self::Seconds,
        Self::HttpDate,
        Self::Reset,
        Self::ResetInMinutes,
        Self::Quota,
        Self::Structured,
        Self::Beta,
        Self::Edge,
        Self::Account,
    ];

    /// The answer that asks to wait for so long, by this clock.
    pub fn answer(self, clock: &Clock, wait: Duration) -> Answer {
        let seconds = wait.as_secs().to_string();
        let reset = i64::try_from((clock.since_epoch() + wait).as_millis()).unwrap_or(i64::MAX);
        let with = |headers: &[(&str, &str)]| {
            headers.iter().fold(Answer::throttled(), |answer, (name, value)| answer.header(name, value))
        };
        let quota = r#""global-app-quota";q=65000;w=3600"#;
        let left = format!(r#""global-app-quota";r=0;t={seconds}"#);
        match self {
            Self::Silent => with(&[]),
            Self::Seconds => with(&[("Retry-After", &seconds)]),
            Self::HttpDate => with(&[("Retry-After", &time::http_date(reset))]),
            Self::Reset => with(&[
                ("X-RateLimit-Limit", "100"),
                ("X-RateLimit-Remaining", "0"),
                ("X-RateLimit-Reset", &time::text(reset)),
                ("RateLimit-Reason", "jira-burst-based"),
            ]),
            Self::ResetInMinutes => with(&[("X-RateLimit-Reset", &time::minutes(reset))]),
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
                ("X-Beta-RateLimit-Reset", &time::minutes(reset)),
            ]),
            Self::Edge => with(&[
                ("X-Failure-Category", "FAILURE CLIENT RATE LIMITED"),
                ("X-Ratelimit-Limit", "100"),
                ("X-Ratelimit-Remaining", "0"),
                ("X-Ratelimit-Reset", &time::text(reset)),
            ]),
            Self::Account => with(&[
                ("X-RateLimit-State", "THROTTLED"),
                ("X-RateLimit-Reason", "ACCOUNT"),
                ("X-RateLimit-Period-In-Sec", &seconds),
            ]),
        }
    }
}
