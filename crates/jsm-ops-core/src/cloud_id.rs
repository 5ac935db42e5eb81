//! The id of an Atlassian cloud site.

use std::{fmt, str::FromStr};

/// The longest valid cloud id. Atlassian's are UUIDs of 36 characters.
const MAX_LENGTH: usize = 64;

/// The id of an Atlassian cloud site.
///
/// It is the `id` of a site in the response to
/// `GET https://api.atlassian.com/oauth/token/accessible-resources`
/// (<https://developer.atlassian.com/cloud/oauth/getting-started/making-calls-to-api/>). Today it
/// is a UUID. The check also allows other letters, digits and hyphens, but nothing that changes the
/// path of a URL.
///
/// ```
/// # use jsm_ops_core::CloudId;
/// let cloud_id = CloudId::new("11111111-2222-3333-4444-555555555555")?;
/// assert!(CloudId::new("../admin").is_err());
/// # Ok::<(), jsm_ops_core::InvalidCloudId>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CloudId(String);

/// Why a string is not a valid [`CloudId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid cloud id: {reason}; expected 1 to 64 letters, digits and hyphens, as in 11111111-2222-3333-4444-555555555555"
)]
pub struct InvalidCloudId {
    reason: &'static str,
}

impl CloudId {
    /// Parses a cloud id.
    ///
    /// # Errors
    /// Anything but 1 to 64 ASCII letters, digits and hyphens.
    pub fn new(id: impl Into<String>) -> Result<Self, InvalidCloudId> {
        let id = id.into();
        let reason = match id.as_str() {
            "" => "it is empty",
            id if id.len() > MAX_LENGTH => "it is too long",
            id if !id.bytes().all(|byte| byte == b'-' || byte.is_ascii_alphanumeric()) => {
                "it has a character that is not a letter, digit or hyphen"
            }
            _ => return Ok(Self(id)),
        };
        Err(InvalidCloudId { reason })
    }

    /// The id as a string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CloudId {
    type Err = InvalidCloudId;

    fn from_str(id: &str) -> Result<Self, Self::Err> {
        Self::new(id)
    }
}

impl fmt::Display for CloudId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for CloudId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_a_cloud_id() {
        let id = "1a2b3c4d-1111-2222-3333-444455556666";
        assert_eq!(CloudId::new(id).map(|id| id.to_string()), Ok(id.to_owned()));
    }

    #[test]
    fn ids_that_would_change_a_url_are_invalid() {
        for id in ["", ".", "..", "a/b", "a?b", "a#b", "a%2fb", " a", "a\n", "é", "{cloudId}", &"a".repeat(65)] {
            assert!(CloudId::new(id).is_err(), "{id:?}");
        }
    }
}
