//! How long a rejection of a refresh token holds.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    error::{Error, ErrorKind, consent_reason::ConsentReason},
    grant::record::Rejection,
    session::state::now::Now,
};

/// The delay before the service is asked again, by the number of rejections. The service may reject
/// a valid token in an incident, and then consent is not needed.
const DELAYS: [TimeDelta; 4] = [TimeDelta::minutes(5), TimeDelta::minutes(30), TimeDelta::hours(2), TimeDelta::hours(12)];

fn delay(rejection: &Rejection) -> TimeDelta {
    let index = usize::try_from(rejection.count.saturating_sub(1)).unwrap_or(usize::MAX);
    DELAYS[index.min(DELAYS.len() - 1)]
}

/// When the service is asked again.
pub(crate) fn retry_at(rejection: &Rejection) -> DateTime<Utc> {
    rejection.at.checked_add_signed(delay(rejection)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Whether the service may be asked again.
///
/// Other processes learn the wall-clock time of a rejection from the store. The monotonic time ends
/// the hold-off too, so that a clock that was set back does not make it longer.
/// `since` is when this session learned of it, as monotonic time.
pub(crate) fn is_over(rejection: &Rejection, since: Duration, now: &Now) -> bool {
    let waited = now.monotonic.saturating_sub(since);
    now.wall >= retry_at(rejection) || waited >= delay(rejection).to_std().unwrap_or(Duration::MAX)
}

/// The error for callers.
pub(crate) fn error(rejection: &Rejection) -> Error {
    ErrorKind::Consent(ConsentReason::Rejected {
        code: rejection.code.clone(),
        description: rejection.description.clone(),
        retry_at: Some(retry_at(rejection)),
    })
    .into()
}
