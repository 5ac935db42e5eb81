//! An access token of a session.

use jsm_ops_core::Scopes;
use reqwest::header::{HeaderValue, InvalidHeaderValue};

use crate::{
    grant::{Grant, generation::Generation},
    secret_string::SecretString,
};

/// An access token with its generation.
#[derive(Debug, Clone)]
pub struct AccessToken {
    pub(super) grant: Grant,
}

impl AccessToken {
    /// The token, for an `Authorization: Bearer` header to the gateway only.
    pub fn secret(&self) -> &SecretString {
        self.grant.access_token()
    }

    /// The token as a header. It is built once.
    pub(crate) fn bearer(&self) -> Result<HeaderValue, InvalidHeaderValue> {
        self.grant.bearer()
    }

    /// The generation, for [`Session::invalidate`](crate::Session::invalidate).
    pub fn generation(&self) -> Generation {
        self.grant.generation()
    }

    /// The scopes of the token, if the service listed them.
    pub fn scopes(&self) -> Option<&Scopes> {
        self.grant.scopes()
    }
}
