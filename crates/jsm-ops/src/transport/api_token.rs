//! API tokens for HTTP Basic authentication.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::header::HeaderValue;
use zeroize::Zeroizing;

use crate::{error::Error, secret_string::SecretString};

/// The e-mail address of an Atlassian account with one of its API tokens, for HTTP Basic
/// authentication.
///
/// Calls go to the HTTP Basic base URL. This is the only credential for operations on attachments,
/// which accept no 3LO token. Atlassian asks vendors not to collect the API tokens of their
/// customers; use it for your own site.
#[derive(Debug, Clone)]
pub struct ApiToken {
    email: String,
    token: SecretString,
}

impl ApiToken {
    /// Combines the e-mail address of the account with its token.
    ///
    /// # Errors
    /// The address has no `@`, or it has a colon, which would end it. The token is empty.
    pub fn new(email: impl Into<String>, token: impl Into<SecretString>) -> Result<Self, Error> {
        let (email, token) = (email.into(), token.into());
        if !email.contains('@') || email.contains([':', '\r', '\n']) {
            return Err(Error::invalid("the e-mail address", format!("{email:?}; use the address of the account")));
        }
        if token.expose().trim().is_empty() {
            return Err(Error::invalid("the API token", "it is empty; create one in the settings of the account"));
        }
        Ok(Self { email, token })
    }

    /// The header (RFC 7617, section 2).
    pub(crate) fn header(&self) -> Result<HeaderValue, Error> {
        let credentials = Zeroizing::new(format!("{}:{}", self.email, self.token.expose()));
        let encoded = SecretString::new(STANDARD.encode(credentials.as_bytes()));
        encoded.header("Basic").map_err(|_| Error::invalid("the API token", "it does not fit into a header"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_that_of_the_rfc() {
        let token = ApiToken::new("Aladdin@example.com", "open sesame").expect("a token");
        let header = token.header().expect("a header");
        assert_eq!(header.as_bytes(), b"Basic QWxhZGRpbkBleGFtcGxlLmNvbTpvcGVuIHNlc2FtZQ==");
        assert!(header.is_sensitive() && !format!("{token:?} {header:?}").contains("sesame"));
        for (email, token) in [("ada", "t"), ("a@b:c", "t"), ("a@b", " ")] {
            assert!(ApiToken::new(email, token).is_err(), "{email}");
        }
    }
}
