//! The id of an Atlassian site.

use std::{fmt, str::FromStr};

/// Longest cloud id that is taken. Atlassian's are UUIDs of 36 characters.
const MAX_LENGTH: usize = 64;

/// The id of an Atlassian cloud site, checked to be one segment of a path.
///
/// It comes from `GET https://api.atlassian.com/oauth/token/accessible-resources`, where it is the `id` of a site
/// (<https://developer.atlassian.com/cloud/oauth/getting-started/making-calls-to-api/>), and is a UUID today. The check is
/// looser than that, letters, digits and hyphens, so that another kind of id would do, but nothing that changes an address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CloudId(String);

/// A text that is no [`CloudId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a cloud id: {reason}; expected 1 to 64 letters, digits and hyphens, as in 11111111-2222-3333-4444-555555555555"
)]
pub struct InvalidCloudId {
    reason: &'static str,
}

impl CloudId {
    /// Checks a cloud id.
    ///
    /// # Errors
    /// Anything but 1 to 64 ASCII letters, digits and hyphens.
    pub fn new(id: impl Into<String>) -> Result<Self, InvalidCloudId> {
        let id = id.into();
        let reason = match id.as_str() {
            "" => "it is empty",
            id if id.len() > MAX_LENGTH => "it is too long",
            id if !id.bytes().all(|byte| byte == b'-' || byte.is_ascii_alphanumeric()) => "it has other characters",
            _ => return Ok(Self(id)),
        };
        Err(InvalidCloudId { reason })
    }

    /// The id as text.
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
    fn what_would_change_an_address_is_none() {
        for id in ["", ".", "..", "a/b", "a?b", "a#b", "a%2fb", " a", "a\n", "é", "{cloudId}", &"a".repeat(65)] {
            assert!(CloudId::new(id).is_err(), "{id:?}");
        }
    }
}
