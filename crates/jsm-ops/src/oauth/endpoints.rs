//! The URLs of one environment.

use jsm_ops_core::Gateway;
use reqwest::Url;

use crate::error::Error;

/// Environment variables for other endpoints than Atlassian's: both or neither.
const VARIABLES: [&str; 2] = ["JSM_OPS_AUTH_URL", "JSM_OPS_GATEWAY_URL"];

/// The URLs for consent, for tokens, for the list of sites, and for calls.
///
/// Secrets are sent to these URLs only. They are set together, because a mix would send the tokens
/// of one environment to another. Environments are Atlassian's cloud (the default), its government
/// cloud, or a fake on the loopback interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    pub(crate) authorize: Url,
    pub(crate) token: Url,
    pub(crate) resources: Url,
    pub(crate) gateway: Gateway,
}

impl Endpoints {
    /// The authorization server of Atlassian's cloud.
    pub const ATLASSIAN_AUTH: &'static str = "https://auth.atlassian.com";

    /// The endpoints of Atlassian's cloud.
    ///
    /// # Errors
    /// None in practice: the URLs are constants.
    pub fn atlassian() -> Result<Self, Error> {
        Self::at(Self::ATLASSIAN_AUTH, Gateway::ATLASSIAN)
    }

    /// The endpoints of another environment, by the base URLs of its authorization server and its
    /// gateway. The paths are those of Atlassian's cloud.
    ///
    /// # Errors
    /// A URL is neither `https` nor `http` on the loopback interface, or it has a user, a query or
    /// a fragment. One URL is plain `http` and the other is not.
    pub fn at(auth: &str, gateway: &str) -> Result<Self, Error> {
        let auth = base_url("the URL of the authorization server", auth)?;
        let gateway = base_url("the URL of the gateway", gateway)?;
        if is_plain_http(&auth) != is_plain_http(&gateway) {
            let reason = format!(
                "{auth} and {gateway} belong to different environments, because one is plain http and the other is not; \
                 set both URLs of one environment"
            );
            return Err(Error::invalid("the endpoint configuration", reason));
        }
        Ok(Self {
            authorize: join(&auth, "authorize")?,
            token: join(&auth, "oauth/token")?,
            resources: join(&gateway, "oauth/token/accessible-resources")?,
            gateway,
        })
    }

    /// Reads the endpoints from the environment variables `JSM_OPS_AUTH_URL` and
    /// `JSM_OPS_GATEWAY_URL`. Without them, these are the endpoints of Atlassian's cloud.
    ///
    /// # Errors
    /// Only one of the variables is set, or [`Endpoints::at`] fails.
    pub fn from_env() -> Result<Self, Error> {
        match VARIABLES.map(|name| std::env::var(name).ok().filter(|value| !value.is_empty())) {
            [None, None] => Self::atlassian(),
            [Some(auth), Some(gateway)] => Self::at(&auth, &gateway),
            [auth, _] => {
                let missing = if auth.is_none() { VARIABLES[0] } else { VARIABLES[1] };
                let reason = format!(
                    "the environment variable {missing} is not set; set {} and {} together, or neither",
                    VARIABLES[0], VARIABLES[1]
                );
                Err(Error::invalid("the endpoint configuration", reason))
            }
        }
    }

    /// The URL for consent, without the parameters of a request.
    pub fn authorize(&self) -> &Url {
        &self.authorize
    }

    /// The token endpoint: exchanges codes and refresh tokens.
    pub fn token(&self) -> &Url {
        &self.token
    }

    /// The list of the sites that a grant reaches.
    pub fn accessible_resources(&self) -> &Url {
        &self.resources
    }

    /// The base URL of all calls.
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }
}

/// A base URL follows the rules of [`Gateway`].
fn base_url(what: &'static str, url: &str) -> Result<Gateway, Error> {
    Gateway::new(url).map_err(|error| Error::invalid(what, error.to_string()))
}

fn join(base_url: &Gateway, path: &str) -> Result<Url, Error> {
    let url = format!("{base_url}/{path}");
    Url::parse(&url).map_err(|error| Error::invalid("the endpoint configuration", format!("{url:?}: {error}")))
}

fn is_plain_http(base_url: &Gateway) -> bool {
    base_url.as_str().starts_with("http:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_atlassians_cloud() {
        let endpoints = Endpoints::atlassian().expect("endpoints");
        assert_eq!(endpoints.authorize().as_str(), "https://auth.atlassian.com/authorize");
        assert_eq!(endpoints.token().as_str(), "https://auth.atlassian.com/oauth/token");
        assert_eq!(endpoints.accessible_resources().as_str(), "https://api.atlassian.com/oauth/token/accessible-resources");
        assert_eq!(endpoints.gateway().as_str(), "https://api.atlassian.com");
    }

    #[test]
    fn mixed_environments_and_plain_http_are_errors() {
        for (auth, gateway) in [
            ("http://127.0.0.1:1", "https://api.atlassian.com"),
            ("https://auth.atlassian.com", "http://127.0.0.1:1"),
            ("http://auth.atlassian.com", "http://api.atlassian.com"),
            ("https://u:p@auth.atlassian.com", "https://api.atlassian.com"),
            ("", ""),
        ] {
            let error = Endpoints::at(auth, gateway).expect_err(auth);
            assert!(error.is_misconfigured(), "{error}");
        }
        assert!(Endpoints::at("http://127.0.0.1:1/", "http://[::1]:2").is_ok());
    }
}
