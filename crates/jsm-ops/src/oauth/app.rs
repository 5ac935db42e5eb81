//! The OAuth 2.0 app.

use std::fmt;

use jsm_ops_core::base_url::is_loopback;
use reqwest::Url;

use crate::{error::Error, secret_string::SecretString};

/// Environment variables that describe an app.
const CLIENT_ID: &str = "JSM_OPS_CLIENT_ID";
const CLIENT_SECRET: &str = "JSM_OPS_CLIENT_SECRET";
const REDIRECT_URI: &str = "JSM_OPS_REDIRECT_URI";

/// An OAuth 2.0 (3LO) app of the developer console: client id, client secret and registered
/// redirect URI.
#[derive(Clone)]
pub struct App {
    client_id: String,
    client_secret: SecretString,
    /// Unchanged: Atlassian compares it character by character, including a trailing slash.
    redirect_uri: String,
    redirect_url: Url,
}

impl App {
    /// Describes an app.
    ///
    /// # Errors
    /// The client id or secret is empty. The redirect URI is neither `https` nor `http` on the
    /// loopback interface, or it has a fragment (RFC 6749, section 3.1.2), a user or a password.
    pub fn new(
        client_id: impl Into<String>,
        client_secret: impl Into<SecretString>,
        redirect_uri: impl Into<String>,
    ) -> Result<Self, Error> {
        let (client_id, client_secret, redirect_uri) = (client_id.into(), client_secret.into(), redirect_uri.into());
        if client_id.trim().is_empty() {
            let reason = "it is empty; copy it from the settings of the app in the developer console";
            return Err(Error::invalid("the client id", reason));
        }
        if client_secret.expose().trim().is_empty() {
            let reason = "it is empty, and Atlassian requires it even with PKCE; \
                          copy it from the settings of the app in the developer console";
            return Err(Error::invalid("the client secret", reason));
        }
        let redirect_url = redirect_url(&redirect_uri)?;
        Ok(Self { client_id, client_secret, redirect_uri, redirect_url })
    }

    /// Reads an app from the environment variables `JSM_OPS_CLIENT_ID`, `JSM_OPS_CLIENT_SECRET` and
    /// `JSM_OPS_REDIRECT_URI`.
    ///
    /// # Errors
    /// A variable is not set, or [`App::new`] fails.
    pub fn from_env() -> Result<Self, Error> {
        let variable = |name: &str| {
            std::env::var(name)
                .map_err(|_| Error::invalid("the app configuration", format!("the environment variable {name} is not set")))
        };
        Self::new(variable(CLIENT_ID)?, SecretString::new(variable(CLIENT_SECRET)?), variable(REDIRECT_URI)?)
    }

    /// The client id. It is public.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The redirect URI, exactly as registered: where the browser goes after consent.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    pub(crate) fn client_secret(&self) -> &SecretString {
        &self.client_secret
    }

    pub(crate) fn redirect_url(&self) -> &Url {
        &self.redirect_url
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("client_id", &self.client_id)
            .field("client_secret", &self.client_secret)
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}

fn redirect_url(uri: &str) -> Result<Url, Error> {
    let invalid = |reason: &str| Err(Error::invalid("the redirect URI", format!("{uri:?}: {reason}")));
    let url = match Url::parse(uri) {
        Ok(url) => url,
        // What does not parse may have a password all the same.
        Err(error) if uri.contains('@') => return Err(Error::invalid("the redirect URI", error.to_string())),
        Err(error) => return invalid(&error.to_string()),
    };
    if !url.username().is_empty() || url.password().is_some() {
        let reason = "it has a user or a password, which browsers would show and log; register one without";
        return Err(Error::invalid("the redirect URI", reason));
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return invalid("plain http is allowed on the loopback interface only; use https"),
        _ => return invalid("the scheme is not https"),
    }
    if url.fragment().is_some() {
        return invalid("it has a fragment, which browsers do not send");
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_redirect_uri_is_unchanged() {
        for uri in ["https://ops.example/callback/", "https://OPS.example", "http://127.0.0.1:8391/callback?a=b"] {
            assert_eq!(App::new("id", "secret", uri).expect(uri).redirect_uri(), uri);
        }
    }

    #[test]
    fn invalid_values_are_errors() {
        for (id, secret, uri) in [
            ("", "s3cr3t", "https://a.example"),
            ("id", " ", "https://a.example"),
            ("id", "s3cr3t", "http://a.example"),
            ("id", "s3cr3t", "https://a.example/#here"),
            ("id", "s3cr3t", "callback"),
            ("id", "secret", "https://ada:s3cr3t@a.example/callback"),
            ("id", "secret", "https://s3cr3t@a.example/callback"),
            ("id", "secret", "http://:s3cr3t@127.0.0.1:8391/callback"),
            ("id", "secret", "https://ada:s3cr3t@a.example:99999/callback"),
        ] {
            let error = App::new(id, secret, uri).expect_err(uri);
            assert!(error.is_misconfigured() && !error.to_string().contains("s3cr3t"), "{error}");
        }
    }
}
