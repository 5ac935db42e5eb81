//! The sign-in: from the authorization URL to a checked code.

pub(crate) mod authorization_url;
pub(crate) mod callback;
pub(crate) mod loopback;
pub(crate) mod pending;
pub(crate) mod pkce;

use std::fmt;

use reqwest::Url;

use crate::sign_in::pending::PendingLogin;

/// A login that was just begun.
#[non_exhaustive]
pub struct Login {
    /// Where to send the browser.
    pub url: Url,
    /// What to keep until it comes back.
    pub pending: PendingLogin,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The query of the address holds the state.
        let mut url = self.url.clone();
        url.set_query(None);
        f.debug_struct("Login").field("url", &url.as_str()).field("pending", &self.pending).finish()
    }
}
