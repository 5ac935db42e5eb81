//! Proof Key for Code Exchange (RFC 7636).
//!
//! Atlassian accepts a challenge at `/authorize` and still requires the client secret at the token
//! endpoint. The verifier is sent together with the secret. It protects the code if others can read
//! the callback.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    error::Error,
    secret_string::{SecretString, exposed},
    secure_random,
};

/// The challenge method. The other one of the RFC, `plain`, protects nothing here.
pub(crate) const METHOD: &str = "S256";

/// The verifier. It stays on this machine until the code is exchanged.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Verifier(#[serde(with = "exposed")] SecretString);

impl Verifier {
    pub(crate) fn random() -> Result<Self, Error> {
        secure_random::token().map(|verifier| Self(SecretString::new(verifier)))
    }

    /// The challenge for the authorization request (section 4.2).
    pub(crate) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.expose()))
    }

    pub(crate) fn secret(&self) -> &SecretString {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_appendix_b() {
        let verifier = Verifier(SecretString::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert_eq!(verifier.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
