//! Why consent is needed.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};

use crate::text::Parenthesized;

/// Why the user has to consent again.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConsentReason {
    /// The store has no grant under this key: the user never signed in, or signed out.
    NoGrant,
    /// The service rejected the refresh token. It expired, the password was changed, consent was
    /// withdrawn, or an older token of the grant was used again.
    Rejected {
        /// The OAuth error code, as in `invalid_grant`.
        code: String,
        /// The description that the service sent with it.
        description: String,
        /// When this crate sends the refresh token again. The service may have rejected it in
        /// error, so the first delay is minutes and later ones are hours.
        retry_at: Option<DateTime<Utc>>,
    },
    /// The access token expired and the grant has no refresh token, because the sign-in did not ask
    /// for `offline_access`.
    NoRefreshToken,
}

impl fmt::Display for ConsentReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoGrant => f.write_str("the store has no grant under this key"),
            Self::Rejected { code, description, retry_at } => {
                write!(f, "Atlassian rejected the refresh token: {code}{}", Parenthesized(description))?;
                match retry_at {
                    Some(at) => write!(f, "; it is sent again after {}", at.to_rfc3339_opts(SecondsFormat::Secs, true)),
                    None => Ok(()),
                }
            }
            Self::NoRefreshToken => {
                f.write_str("the access token expired, and without offline_access the grant has no refresh token")
            }
        }
    }
}
