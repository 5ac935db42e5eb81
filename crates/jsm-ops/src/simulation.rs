//! The state of sessions, for the simulator of this workspace. It is not part of the public API.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

pub use crate::{
    error::Error,
    grant::Grant,
    session::state::{
        freshness::RefreshTiming,
        held::{Held, Unsaved},
        machine::{Machine, TokenAction},
        now::Now,
        outbox::{Note, Outbox},
        refresh::{RefreshAction, RefreshEvent, RefreshId},
    },
    store::error::StoreError,
};
use crate::{
    error::ErrorKind, error::consent_reason::ConsentReason, grant::generation::Generation, secret_string::SecretString,
    token_endpoint::response::Tokens,
};

/// How the token endpoint fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointFailure {
    /// No response, or one that is cut off.
    Unavailable,
    /// Too many requests, for this long.
    RateLimited(Duration),
    /// The refresh token is rejected.
    Rejected,
    /// The client secret is wrong.
    Misconfigured,
}

/// The error of a failed request to the token endpoint.
pub fn endpoint_error(failure: EndpointFailure) -> Error {
    let endpoint = "the token endpoint";
    let unavailable =
        |retry_after| ErrorKind::Unavailable { endpoint, reason: "simulated".to_owned(), retry_after, source: None };
    match failure {
        EndpointFailure::Unavailable => unavailable(None),
        EndpointFailure::RateLimited(delay) => unavailable(Some(delay)),
        EndpointFailure::Rejected => {
            let (code, description) = ("invalid_grant".to_owned(), String::new());
            ErrorKind::Consent(ConsentReason::Rejected { code, description, retry_at: None })
        }
        EndpointFailure::Misconfigured => {
            let (code, description) = ("access_denied".to_owned(), String::new());
            ErrorKind::Configuration { endpoint, code, description }
        }
    }
    .into()
}

/// The error of a refresh whose task was dropped or was over its time.
pub fn interrupted() -> Error {
    ErrorKind::Interrupted.into()
}

/// Whether a refresh was interrupted, so that its callers ask again.
pub fn is_interrupted(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Interrupted)
}

/// The error of a store call that did not end in time.
pub fn unresponsive() -> StoreError {
    StoreError::unresponsive("use", Duration::from_secs(15))
}

/// A grant from a consent.
pub fn consented_grant(generation_id: u64, refresh_token: &str, lifetime: Duration, now: DateTime<Utc>) -> Grant {
    Grant::from_tokens(Generation::from_parts(1, generation_id), tokens(refresh_token, lifetime), now)
}

/// The grant after a refresh. The real one draws its generation from the operating system.
pub fn refreshed_grant(
    grant: &Grant,
    generation_id: u64,
    refresh_token: &str,
    lifetime: Duration,
    now: DateTime<Utc>,
) -> Grant {
    let generation = Generation::from_parts(grant.generation().number() + 1, generation_id);
    grant.refreshed_as(generation, tokens(refresh_token, lifetime), now)
}

/// The refresh token of a grant.
pub fn refresh_token(grant: &Grant) -> Option<&str> {
    grant.refresh_token().map(SecretString::expose)
}

/// When sessions refresh, as with the default settings.
pub fn timing(jitter: f64) -> RefreshTiming {
    RefreshTiming { margin: TimeDelta::minutes(5), jitter }
}

fn tokens(refresh_token: &str, lifetime: Duration) -> Tokens {
    Tokens {
        access: SecretString::new(""),
        refresh: Some(SecretString::new(refresh_token)),
        lifetime: Some(lifetime),
        scopes: None,
    }
}
