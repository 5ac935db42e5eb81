//! An Atlassian site.

use jsm_ops_core::{CloudId, Scopes};

/// A site that a grant reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    pub(crate) cloud_id: CloudId,
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) scopes: Scopes,
}

impl Site {
    /// The id that identifies the site in the URLs of calls.
    pub fn cloud_id(&self) -> &CloudId {
        &self.cloud_id
    }

    /// The display name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The URL, as in `https://example.atlassian.net`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The scopes that the service lists for the site.
    ///
    /// Atlassian does not document whether the scopes of operations are among them, so this crate
    /// does not depend on them.
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }
}
