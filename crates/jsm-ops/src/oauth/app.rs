//! The app that people consent to.

use std::{fmt, net::IpAddr};

use reqwest::Url;

use crate::{
    error::{Error, Kind},
    secret_string::SecretString,
};

/// Variables of the environment that describe an app.
const CLIENT_ID: &str = "JSM_OPS_CLIENT_ID";
const CLIENT_SECRET: &str = "JSM_OPS_CLIENT_SECRET";
const REDIRECT_URI: &str = "JSM_OPS_REDIRECT_URI";

/// An OAuth 2.0 (3LO) app of the developer console: its client id, its client secret and the redirect URI registered there.
#[derive(Clone)]
pub struct App {
    client_id: String,
    client_secret: SecretString,
    /// As it was given: Atlassian compares it letter by letter, to the trailing slash.
    redirect_uri: String,
    redirect_url: Url,
}

impl App {
    /// An app by its values.
    ///
    /// # Errors
    /// An empty client id or secret; a redirect URI that is neither `https` nor `http` on the loopback interface, or that has a
    /// fragment (RFC 6749, section 3.1.2).
    pub fn new(
        client_id: impl Into<String>,
        client_secret: impl Into<SecretString>,
        redirect_uri: impl Into<String>,
    ) -> Result<Self, Error> {
        let (client_id, client_secret, redirect_uri) = (client_id.into(), client_secret.into(), redirect_uri.into());
        if client_id.trim().is_empty() {
            return Err(Kind::invalid(
                "the client id",
                "it is empty; copy it from the app's settings in the developer console",
            ));
        }
        if client_secret.expose().trim().is_empty() {
            let reason =
                "it is empty; Atlassian asks for it at every exchange, with PKCE too; copy it from the app's settings";
            return Err(Kind::invalid("the client secret", reason));
        }
        let redirect_url = redirect_url(&redirect_uri)?;
        Ok(Self { client_id, client_secret, redirect_uri, redirect_url })
    }

    /// The app that the environment describes in `JSM_OPS_CLIENT_ID`, `JSM_OPS_CLIENT_SECRET` and `JSM_OPS_REDIRECT_URI`.
    ///
    /// # Errors
    /// A variable that is not set, by its name, and whatever [`App::new`] refuses.
    pub fn from_env() -> Result<Self, Error> {
        let variable = |name: &str| {
            std::env::var(name).map_err(|_| Kind::invalid("the app", format!("the environment has no {name}; set it")))
        };
        Self::new(variable(CLIENT_ID)?, SecretString::new(variable(CLIENT_SECRET)?), variable(REDIRECT_URI)?)
    }

    /// The id of the app. It is public.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Where the browser goes after consent, exactly as it is registered.
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

fn redirect_url(text: &str) -> Result<Url, Error> {
    let refuse = |reason: &str| Err(Kind::invalid("the redirect URI", format!("{text:?}: {reason}")));
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(error) => return refuse(&error.to_string()),
    };
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return refuse("plain http is for the loopback interface only"),
        _ => return refuse("the scheme has to be https"),
    }
    if url.fragment().is_some() {
        return refuse("it has a fragment, which browsers do not send");
    }
    Ok(url)
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_redirect_uri_stays_as_it_is() {
        for uri in ["https://ops.example/callback/", "https://OPS.example", "http://127.0.0.1:8391/callback?a=b"] {
            assert_eq!(App::new("id", "secret", uri).expect(uri).redirect_uri(), uri);
        }
    }

    #[test]
    fn what_cannot_work_is_refused() {
        for (id, secret, uri) in [
            ("", "s3cr3t", "https://a.example"),
            ("id", " ", "https://a.example"),
            ("id", "s3cr3t", "http://a.example"),
            ("id", "s3cr3t", "https://a.example/#here"),
            ("id", "s3cr3t", "callback"),
        ] {
            let error = App::new(id, secret, uri).expect_err(uri);
            assert!(error.is_configuration() && !error.to_string().contains("s3cr3t"), "{error}");
        }
    }
}
