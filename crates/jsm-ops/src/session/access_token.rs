//! An access token with the grant that it belongs to.

use jsm_ops_core::Scopes;
use reqwest::header::{HeaderValue, InvalidHeaderValue};

use crate::{
    grant::{Grant, generation::Generation},
    secret_string::SecretString,
};

/// An access token to be used now. It says of which pair it is, so that [`Session::invalidate`] concerns no other.
#[derive(Debug, Clone)]
pub struct AccessToken {
    pub(super) grant: Grant,
}

impl AccessToken {
    /// The token, for an `Authorization: Bearer` header to the gateway and nowhere else.
    pub fn secret(&self) -> &SecretString {
        self.grant.access_token()
    }

    /// The header with the token, which is made once.
    pub(crate) fn bearer(&self) -> Result<HeaderValue, InvalidHeaderValue> {
        self.grant.bearer()
    }

    /// Which pair it is of.
    pub fn generation(&self) -> Generation {
        self.grant.generation()
    }

    /// The scopes that it has, where the service told.
    pub fn scopes(&self) -> Option<&Scopes> {
        self.grant.scopes()
    }
}
