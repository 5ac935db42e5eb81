//! Consents: who gives them, the request for one, and the code that stands for it.

use std::time::Duration;

use crate::world::grants::NewGrant;

/// The account that consents where nothing else is said.
pub(crate) const DEFAULT_ACCOUNT: &str = "712020:operator";

/// Who consents, and to which sites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The account.
    pub account: String,
    /// The cloud ids of the sites; `None` for all.
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

    /// The same consent to these sites only, by cloud id.
    #[must_use]
    pub fn to_sites<'a>(mut self, sites: impl IntoIterator<Item = &'a str>) -> Self {
        self.sites = Some(sites.into_iter().map(str::to_owned).collect());
        self
    }
}

/// A consent that a page was shown for.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub client_id: String,
    pub redirect_uri: String,
    pub state: String,
    pub scopes: Vec<String>,
    pub challenge: Option<String>,
}

/// An authorization code that was handed out.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub asked: Asked,
    pub grant: NewGrant,
    pub issued: Duration,
}
