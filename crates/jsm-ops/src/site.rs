//! A site that a grant reaches.

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
    /// The id that stands in the addresses of calls.
    pub fn cloud_id(&self) -> &CloudId {
        &self.cloud_id
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its address, as in `https://example.atlassian.net`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The scopes that the service lists for it. Whether scopes of operations are among them is documented nowhere, so nothing
    /// here depends on it.
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }
}
