//! The user's consent, from the request for it to the authorization code.

use std::time::Duration;

use crate::world::grants::NewGrant;

/// The account that consents by default.
pub(crate) const DEFAULT_ACCOUNT: &str = "712020:operator";

/// The consent of an account to the access to its sites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The account id.
    pub account: String,
    /// The cloud ids of the sites. `None` means all sites.
    pub sites: Option<Vec<String>>,
}

impl Default for Consent {
    fn default() -> Self {
        Self { account: DEFAULT_ACCOUNT.to_owned(), sites: None }
    }
}

impl Consent {
    /// The consent of an account to all sites.
    pub fn of(account: &str) -> Self {
        Self { account: account.to_owned(), ..Self::default() }
    }

    /// Limits the consent to these sites, by cloud id.
    #[must_use]
    pub fn to_sites<'a>(mut self, sites: impl IntoIterator<Item = &'a str>) -> Self {
        self.sites = Some(sites.into_iter().map(str::to_owned).collect());
        self
    }
}

/// A valid authorization request, for which the consent page was shown.
#[derive(Debug, Clone)]
pub(crate) struct ConsentRequest {
    pub client_id: String,
    pub redirect_uri: String,
    pub state: String,
    pub scopes: Vec<String>,
    pub challenge: Option<String>,
}

/// An authorization code that was sent to the app.
#[derive(Debug, Clone)]
pub(crate) struct AuthorizationCode {
    pub request: ConsentRequest,
    pub grant: NewGrant,
    pub issued: Duration,
}
