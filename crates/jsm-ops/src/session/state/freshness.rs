//! Whether a grant needs a refresh.

use chrono::{DateTime, TimeDelta, Utc};

use crate::grant::Grant;

/// An access token is treated as expired this long before its expiry, so that it does not expire on
/// its way.
const EXPIRY_SKEW: TimeDelta = TimeDelta::seconds(10);

/// Whether a grant needs a refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// The access token is valid.
    Fresh,
    /// The access token is valid and expires soon.
    ExpiresSoon,
    /// The access token must not be used.
    Expired,
}

/// When sessions refresh.
#[derive(Debug, Clone, Copy)]
pub struct RefreshTiming {
    /// How long before its expiry an access token is refreshed.
    pub margin: TimeDelta,
    /// How much earlier than others this session refreshes, from 0 to 1. It spreads the processes.
    pub jitter: f64,
}

/// Compares the expiry of an access token with the time of day.
pub(crate) fn freshness(grant: &Grant, now: DateTime<Utc>, timing: RefreshTiming) -> Freshness {
    let lifetime = grant.access_lifetime();
    let expires_at = grant.access_expires_at();
    if now >= before(expires_at, EXPIRY_SKEW.min(lifetime / 10)) {
        return Freshness::Expired;
    }
    // A token that lives for a minute is not refreshed minutes before its expiry.
    let margin = timing.margin.min(lifetime / 4);
    let jitter = TimeDelta::milliseconds((margin.num_milliseconds() as f64 * 0.2 * timing.jitter) as i64);
    if now >= before(expires_at, margin + jitter) { Freshness::ExpiresSoon } else { Freshness::Fresh }
}

/// Subtracts from a time. A store may hold any date, so this saturates.
fn before(time: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    time.checked_sub_signed(by).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_a_store_do_not_panic() {
        let dates = [DateTime::<Utc>::MIN_UTC, DateTime::UNIX_EPOCH, DateTime::<Utc>::MAX_UTC];
        for expires in dates {
            for refreshed in dates {
                let json = format!(
                    r#"{{"generation":"1-1","access_token":"a","access_expires_at":"{}","refresh_token":"r",
                        "consented_at":"{}","refreshed_at":"{}"}}"#,
                    expires.to_rfc3339(),
                    refreshed.to_rfc3339(),
                    refreshed.to_rfc3339(),
                );
                let grant = Grant::from_json(&json).expect("a grant");
                let _ = grant.consent_needed_at();
                for now in dates {
                    let timing = RefreshTiming { margin: TimeDelta::minutes(5), jitter: 0.5 };
                    let _ = freshness(&grant, now, timing);
                }
            }
        }
    }
}
