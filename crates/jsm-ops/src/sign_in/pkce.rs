//! Proof Key for Code Exchange (RFC 7636).
//!
//! Atlassian takes a challenge at `/authorize` but wants the client secret at the token endpoint all the same; the proof goes
//! along beside the secret and protects the code where the callback is read by others.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    error::Error,
    secret_string::{SecretString, exposed},
    secure_random,
};

/// The only method that is worth having.
pub(crate) const METHOD: &str = "S256";

/// The verifier, which stays here until the code is exchanged.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Verifier(#[serde(with = "exposed")] SecretString);

impl Verifier {
    pub(crate) fn random() -> Result<Self, Error> {
        secure_random::token().map(|text| Self(SecretString::new(text)))
    }

    /// What the authorization request shows of it (section 4.2).
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
