//! The other credential: a person's API token.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::header::HeaderValue;
use zeroize::Zeroizing;

use crate::{
    error::{Error, Kind},
    secret_string::SecretString,
};

/// An Atlassian account's e-mail address and one of its API tokens, for HTTP Basic authentication.
///
/// It calls the classic addresses, and is the only way to the operations on attachments, which take no 3LO token. Atlassian asks
/// vendors not to collect API tokens of their customers; it is a credential for one's own site.
#[derive(Debug, Clone)]
pub struct ApiToken {
    email: String,
    token: SecretString,
}

impl ApiToken {
    /// The e-mail address of the account, and its token.
    ///
    /// # Errors
    /// An address without `@` or with a colon, which would end it; an empty token.
    pub fn new(email: impl Into<String>, token: impl Into<SecretString>) -> Result<Self, Error> {
        let (email, token) = (email.into(), token.into());
        if !email.contains('@') || email.contains([':', '\r', '\n']) {
            return Err(Kind::invalid("the e-mail address", format!("{email:?} is none; give the account's")));
        }
        if token.expose().trim().is_empty() {
            return Err(Kind::invalid("the API token", "it is empty; create one in the settings of the account"));
        }
        Ok(Self { email, token })
    }

    /// The header (RFC 7617, section 2).
    pub(crate) fn header(&self) -> Result<HeaderValue, Error> {
        let pair = Zeroizing::new(format!("{}:{}", self.email, self.token.expose()));
        let encoded = SecretString::new(STANDARD.encode(pair.as_bytes()));
        encoded.header("Basic").map_err(|_| Kind::invalid("the API token", "it cannot be a header"))
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
        for (email, token) in [("nobody", "t"), ("a@b:c", "t"), ("a@b", " ")] {
            assert!(ApiToken::new(email, token).is_err(), "{email}");
        }
    }
}
