//! Signing in: from the authorization URL to a checked code.

pub(crate) mod authorization_url;
pub(crate) mod callback;
pub(crate) mod loopback;
pub(crate) mod pending;
pub(crate) mod pkce;

use std::fmt;

use reqwest::Url;

use crate::sign_in::pending::PendingSignIn;

/// A sign-in that has just begun.
#[non_exhaustive]
pub struct SignIn {
    /// The URL to open in the browser. There the user consents.
    pub url: Url,
    /// The value to keep until the browser comes back.
    pub pending: PendingSignIn,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The query contains the state.
        let mut url = self.url.clone();
        url.set_query(None);
        f.debug_struct("SignIn").field("url", &url.as_str()).field("pending", &self.pending).finish()
    }
}
