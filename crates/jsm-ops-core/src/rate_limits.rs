//! Rate limits in the headers of a response.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use reqwest::header::HeaderMap;

use crate::retry_after::RetryAfter;

/// The rate limits that one response reports.
///
/// Every field may be missing. The gateway may respond with status 429 and no headers, and
/// successful responses have them only while a limit applies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimits {
    /// The time at which the response arrived, by the clock of the transport. Delays count from it.
    pub received_at: Option<DateTime<Utc>>,
    /// `Retry-After`: when the service allows the next attempt.
    pub retry_after: Option<RetryAfter>,
    /// `X-RateLimit-Limit`: the requests per window of the endpoint. Most windows are one second.
    pub limit: Option<u64>,
    /// `X-RateLimit-Remaining`: the requests left in the window.
    pub remaining: Option<u64>,
    /// `X-RateLimit-Reset`: the time at which the exceeded limit is reset.
    pub reset: Option<DateTime<Utc>>,
    /// `X-RateLimit-NearLimit`: less than 20 % of the requests are left.
    pub near_limit: bool,
    /// `RateLimit-Reason`: which limit the request exceeded, as in `jira-quota-global-based`.
    pub reason: Option<String>,
    /// `RateLimit-Policy` and `RateLimit`, merged by name, in the order of the headers.
    pub policies: Vec<RateLimitPolicy>,
    /// Limits that are announced but not enforced yet: the same headers with the prefix `Beta-`.
    pub announced: Option<Box<RateLimits>>,
}

/// A policy: a quota per window, and how much of it is left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimitPolicy {
    /// The name, as in `global-app-quota`.
    pub name: String,
    /// The quota per window (`q`).
    pub quota: Option<u64>,
    /// The length of a window (`w`, in seconds).
    pub window: Option<Duration>,
    /// How much of the quota is left (`r`).
    pub remaining: Option<u64>,
    /// The time from the response to the next window (`t`, in seconds).
    pub resets_in: Option<Duration>,
}

impl RateLimits {
    /// Reads the headers of a response and ignores values of an unknown form. `received_at` is the
    /// time at which the response arrived.
    pub fn read(headers: &HeaderMap, received_at: Option<DateTime<Utc>>) -> Self {
        let mut limits = Self { received_at, ..Self::default() };
        for (name, value) in headers {
            let name = name.as_str();
            // This runs for every response, and few headers are about limits.
            if !matches!(name.as_bytes().first(), Some(b'r' | b'x' | b'b')) {
                continue;
            }
            let Ok(text) = value.to_str() else { continue };
            if let Some(rest) = name.strip_prefix("beta-").or_else(|| name.strip_prefix("x-beta-")) {
                let mut announced = limits.announced.take().map_or_else(Self::default, |limits| *limits);
                announced.received_at = received_at;
                if announced.read_header(rest.strip_prefix("x-").unwrap_or(rest), text.trim()) {
                    limits.announced = Some(Box::new(announced));
                }
            } else {
                limits.read_header(name.strip_prefix("x-").unwrap_or(name), text.trim());
            }
        }
        limits
    }

    /// Reads one header, whose name has no prefix. `false` if it is not about limits.
    fn read_header(&mut self, name: &str, text: &str) -> bool {
        match name {
            "retry-after" => self.retry_after = RetryAfter::parse(text),
            "ratelimit-limit" => self.limit = text.parse().ok(),
            "ratelimit-remaining" => self.remaining = text.parse().ok(),
            "ratelimit-reset" => self.reset = date(text),
            "ratelimit-nearlimit" => self.near_limit = text.eq_ignore_ascii_case("true"),
            "ratelimit-reason" => self.reason = Some(text.to_owned()),
            "ratelimit-policy" | "ratelimit" => self.read_policies(text),
            _ => return false,
        }
        true
    }

    /// Reads a list of quoted names with parameters (RFC 9651, section 3.1), as in
    /// `"global-app-quota";q=65000;w=3600`.
    fn read_policies(&mut self, text: &str) {
        for item in split_unquoted(text, ',') {
            let mut parts = split_unquoted(item, ';').map(str::trim);
            let name = parts.next().unwrap_or_default().trim_matches('"');
            if name.is_empty() {
                continue;
            }
            let at = match self.policies.iter().position(|policy| policy.name == name) {
                Some(at) => at,
                None => {
                    self.policies.push(RateLimitPolicy { name: name.to_owned(), ..RateLimitPolicy::default() });
                    self.policies.len() - 1
                }
            };
            let Some(policy) = self.policies.get_mut(at) else { continue };
            for (key, value) in parts.filter_map(|part| part.split_once('=')) {
                let number: Option<u64> = value.trim().parse().ok();
                match key.trim() {
                    "q" => policy.quota = number,
                    "w" => policy.window = number.map(Duration::from_secs),
                    "r" => policy.remaining = number,
                    "t" => policy.resets_in = number.map(Duration::from_secs),
                    _ => {}
                }
            }
        }
    }

    /// Whether the response reports no limits.
    pub fn is_empty(&self) -> bool {
        let Self { received_at: _, retry_after, limit, remaining, reset, near_limit, reason, policies, announced } = self;
        let has_number = limit.is_some() || remaining.is_some() || reset.is_some() || retry_after.is_some();
        !has_number && !near_limit && reason.is_none() && policies.is_empty() && announced.is_none()
    }

    /// The time of the next attempt, or `None` if the response has none. The sources are, in this
    /// order, `Retry-After`, `X-RateLimit-Reset`, the next window of a policy without quota left,
    /// and the same from announced limits.
    pub fn retry_at(&self) -> Option<DateTime<Utc>> {
        self.retry_at_from(self.received_at)
    }

    /// The time from `now` until [`retry_at`](Self::retry_at). Zero if that has passed.
    pub fn wait(&self, now: DateTime<Utc>) -> Option<Duration> {
        let at = self.retry_at_from(Some(self.received_at.unwrap_or(now)))?;
        Some((at - now).to_std().unwrap_or_default())
    }

    fn retry_at_from(&self, received_at: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        let after = |delay: Duration| received_at.map(|start| add(start, delay));
        let requested = match self.retry_after {
            Some(RetryAfter::At(at)) => Some(at),
            Some(RetryAfter::Delay(delay)) => after(delay),
            None => None,
        };
        requested
            .or(self.reset)
            .or_else(|| self.longest_reset().and_then(after))
            .or_else(|| self.announced.as_ref().and_then(|announced| announced.retry_at_from(received_at)))
    }

    /// The longest time until the next window of a policy without quota left. Policies that do not
    /// report what is left count only if there is no other.
    fn longest_reset(&self) -> Option<Duration> {
        let longest = |of: Option<u64>| {
            let policies = self.policies.iter().filter(move |policy| policy.remaining == of);
            policies.filter_map(|policy| policy.resets_in).max()
        };
        longest(Some(0)).or_else(|| longest(None))
    }
}

/// Parses a date of ISO 8601 as the service writes it. Seconds and zone may be missing; the zone is
/// then UTC. A number is invalid: it could be seconds, milliseconds or a delay.
fn date(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(date) = DateTime::parse_from_rfc3339(text) {
        return Some(date.with_timezone(&Utc));
    }
    if let Ok(date) = DateTime::parse_from_str(&text.replace('Z', "+00:00"), "%Y-%m-%dT%H:%M%:z") {
        return Some(date.with_timezone(&Utc));
    }
    let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
    forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()).map(|date| date.and_utc())
}

/// Adds a delay to a time. The result is at most the latest time that `DateTime` has.
fn add(start: DateTime<Utc>, delay: Duration) -> DateTime<Utc> {
    let delay = TimeDelta::from_std(delay).ok();
    delay.and_then(|delay| start.checked_add_signed(delay)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Splits at a character outside of quotes.
fn split_unquoted(text: &str, at: char) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    text.split(move |character| {
        is_quoted ^= character == '"';
        character == at && !is_quoted
    })
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn read(headers: &[(&'static str, &'static str)]) -> RateLimits {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name.parse::<HeaderName>().expect("a name"), HeaderValue::from_static(value));
        }
        RateLimits::read(&map, Some(noon()))
    }

    fn noon() -> DateTime<Utc> {
        date("2026-03-26T12:00:00Z").expect("a date")
    }

    fn seconds(limits: &RateLimits) -> Option<u64> {
        limits.wait(noon()).map(|wait| wait.as_secs())
    }

    #[test]
    fn every_form_of_a_delay_is_read() {
        let reset = |value| seconds(&read(&[("X-RateLimit-Reset", value)]));
        for value in [
            "2026-03-26T12:05Z",
            "2026-03-26T12:05",
            "2026-03-26T12:05:00Z",
            "2026-03-26T12:05:00.000Z",
            "2026-03-26T12:05:00",
            "2026-03-26T14:05+02:00",
            "2026-03-26T14:05:00+02:00",
        ] {
            assert_eq!(reset(value), Some(300), "{value}");
        }
        assert_eq!(reset("2026-03-26T11:00Z"), Some(0), "the reset has passed");
        for value in ["", "300", "1774526700", "soon", "2026-13-26T12:05Z", "T", "Z"] {
            assert_eq!(reset(value), None, "{value}");
        }
        for (name, value) in [
            ("Retry-After", "300"),
            ("Retry-After", "Thu, 26 Mar 2026 12:05:00 GMT"),
            ("Retry-After", "Thursday, 26-Mar-26 12:05:00 GMT"),
            ("Retry-After", "Thu Mar 26 12:05:00 2026"),
            ("Beta-Retry-After", "300"),
            ("X-Beta-Ratelimit-Reset", "2026-03-26T12:05Z"),
            ("RateLimit", r#""global-app-quota";r=0;t=300"#),
            ("RateLimit", r#""global-app-quota";t=300"#),
            ("RateLimit", r#""burst";r=40;t=900, "a,b;c";r=0;t=300"#),
            ("Beta-RateLimit", r#""global-app-quota";r=0;t=300"#),
        ] {
            assert_eq!(seconds(&read(&[(name, value)])), Some(300), "{name}: {value}");
        }
    }

    #[test]
    fn enforced_limits_take_precedence_over_announced_ones() {
        let all = [
            ("Beta-Retry-After", "9"),
            ("RateLimit", r#""q";r=0;t=3"#),
            ("X-RateLimit-Reset", "2026-03-26T12:00:02Z"),
            ("Retry-After", "1"),
        ];
        for (left, expected) in [(4, 1), (3, 2), (2, 3), (1, 9)] {
            assert_eq!(seconds(&read(&all[..left])), Some(expected), "{left}");
        }
        assert_eq!(read(&all[..1]).retry_after, None);
    }

    #[test]
    fn policies_are_merged_by_name_over_all_headers() {
        let limits = read(&[
            ("RateLimit-Policy", r#""burst";q=100;w=1, "global-app-quota";q=65000;w=3600"#),
            ("RateLimit", r#""global-app-quota";r=11000;t=600"#),
            ("RateLimit", r#""burst""#),
            ("X-RateLimit-NearLimit", "true"),
            ("X-RateLimit-Limit", "100"),
            ("X-RateLimit-Remaining", "19"),
            ("RateLimit-Reason", "jira-burst-based"),
        ]);
        let names: Vec<_> = limits.policies.iter().map(|policy| policy.name.as_str()).collect();
        assert_eq!(names, ["burst", "global-app-quota"]);
        let quota = &limits.policies[1];
        assert_eq!((quota.quota, quota.remaining), (Some(65000), Some(11000)));
        assert_eq!((quota.window, quota.resets_in), (Some(Duration::from_secs(3600)), Some(Duration::from_secs(600))));
        assert_eq!((limits.limit, limits.remaining, limits.near_limit), (Some(100), Some(19), true));
        assert_eq!(limits.reason.as_deref(), Some("jira-burst-based"));
        assert_eq!(limits.retry_at(), None, "each policy has quota left");
        assert!(!limits.is_empty() && read(&[("date", "x"), ("x-request-id", "r"), ("beta-test", "1")]).is_empty());
    }

    #[test]
    fn extreme_values_do_not_panic() {
        for value in [
            "18446744073709551615",
            "-1",
            "99999999999999999999999",
            "\"",
            "\"\"",
            ";;;",
            ",,,",
            "\";,\"",
            "a;t=18446744073709551615",
            "+262142-12-31T23:59:59Z",
            "é",
        ] {
            for name in ["retry-after", "ratelimit", "ratelimit-policy", "x-ratelimit-reset", "x-beta-ratelimit-reset"] {
                let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) else { continue };
                let headers = HeaderMap::from_iter([(name.parse::<HeaderName>().expect("a name"), value)]);
                for at in [None, Some(DateTime::<Utc>::MIN_UTC), Some(DateTime::<Utc>::MAX_UTC), Some(noon())] {
                    let limits = RateLimits::read(&headers, at);
                    let _ =
                        (limits.retry_at(), limits.wait(DateTime::<Utc>::MIN_UTC), limits.wait(DateTime::<Utc>::MAX_UTC));
                }
            }
        }
    }
}
