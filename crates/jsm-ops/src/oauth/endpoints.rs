//! The addresses that a sign-in touches, together.

use jsm_ops_core::Gateway;
use reqwest::Url;

use crate::error::{Error, Kind};

/// Variables of the environment that name other endpoints than Atlassian's: both or none.
const VARIABLES: [&str; 2] = ["JSM_OPS_AUTH_URL", "JSM_OPS_GATEWAY_URL"];

/// Where people consent, where tokens are issued, where sites are listed and where calls go.
///
/// Secrets travel to these addresses and no others. They are set together, because a half of them would hand the tokens of one
/// environment to another: Atlassian's cloud by default, its government cloud, or a fake on the loopback interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    pub(crate) authorize: Url,
    pub(crate) token: Url,
    pub(crate) resources: Url,
    pub(crate) gateway: Gateway,
}

impl Endpoints {
    /// The server of Atlassian's cloud at which people consent and apps get tokens.
    pub const ATLASSIAN_AUTH: &'static str = "https://auth.atlassian.com";

    /// The endpoints of Atlassian's cloud.
    ///
    /// # Errors
    /// None that can be met: the addresses are constants.
    pub fn atlassian() -> Result<Self, Error> {
        Self::at(Self::ATLASSIAN_AUTH, Gateway::ATLASSIAN)
    }

    /// The endpoints of another environment, by the bases of its authorization server and of its gateway. The paths below them
    /// are those of Atlassian's cloud.
    ///
    /// # Errors
    /// An address that is neither `https` nor `http` on the loopback interface, or that holds a user, a query or a fragment; one
    /// on the loopback interface beside one that is not.
    pub fn at(auth: &str, gateway: &str) -> Result<Self, Error> {
        let auth = base("the authorization server", auth)?;
        let gateway = base("the gateway", gateway)?;
        if is_plain(&auth) != is_plain(&gateway) {
            return Err(Kind::invalid(
                "the endpoints",
                format!(
                    "{auth} and {gateway} belong to different environments: one is plain http, the other is not; give both addresses of one environment"
                ),
            ));
        }
        Ok(Self {
            authorize: below(&auth, "authorize")?,
            token: below(&auth, "oauth/token")?,
            resources: below(&gateway, "oauth/token/accessible-resources")?,
            gateway,
        })
    }

    /// The endpoints that the environment names in `JSM_OPS_AUTH_URL` and `JSM_OPS_GATEWAY_URL`, and Atlassian's cloud where it
    /// names none.
    ///
    /// # Errors
    /// One of the two without the other, and whatever [`Endpoints::at`] refuses.
    pub fn from_env() -> Result<Self, Error> {
        match VARIABLES.map(|name| std::env::var(name).ok().filter(|value| !value.is_empty())) {
            [None, None] => Self::atlassian(),
            [Some(auth), Some(gateway)] => Self::at(&auth, &gateway),
            [auth, _] => {
                let missing = if auth.is_none() { VARIABLES[0] } else { VARIABLES[1] };
                Err(Kind::invalid(
                    "the endpoints",
                    format!(
                        "the environment lacks {missing}; set {} and {} together, or neither",
                        VARIABLES[0], VARIABLES[1]
                    ),
                ))
            }
        }
    }

    /// Where a person consents, without the parameters of a request.
    pub fn authorize(&self) -> &Url {
        &self.authorize
    }

    /// Where codes and refresh tokens become tokens.
    pub fn token(&self) -> &Url {
        &self.token
    }

    /// Where the sites of a grant are listed.
    pub fn accessible_resources(&self) -> &Url {
        &self.resources
    }

    /// Where calls go.
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }
}

/// The rules for an address are those of a gateway: https except on the loopback interface, nothing that leaks or cuts it.
fn base(what: &'static str, address: &str) -> Result<Gateway, Error> {
    Gateway::new(address).map_err(|error| Kind::invalid(what, error.to_string()))
}

fn below(base: &Gateway, path: &str) -> Result<Url, Error> {
    let address = format!("{base}/{path}");
    Url::parse(&address).map_err(|error| Kind::invalid("the endpoints", format!("{address:?}: {error}")))
}

fn is_plain(base: &Gateway) -> bool {
    base.as_str().starts_with("http:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn atlassian_is_the_default() {
        let endpoints = Endpoints::atlassian().expect("endpoints");
        assert_eq!(endpoints.authorize().as_str(), "https://auth.atlassian.com/authorize");
        assert_eq!(endpoints.token().as_str(), "https://auth.atlassian.com/oauth/token");
        assert_eq!(endpoints.accessible_resources().as_str(), "https://api.atlassian.com/oauth/token/accessible-resources");
        assert_eq!(endpoints.gateway().as_str(), "https://api.atlassian.com");
    }

    #[test]
    fn halves_and_plain_http_are_refused() {
        for (auth, gateway) in [
            ("http://127.0.0.1:1", "https://api.atlassian.com"),
            ("https://auth.atlassian.com", "http://127.0.0.1:1"),
            ("http://auth.atlassian.com", "http://api.atlassian.com"),
            ("https://u:p@auth.atlassian.com", "https://api.atlassian.com"),
            ("", ""),
        ] {
            let error = Endpoints::at(auth, gateway).expect_err(auth);
            assert!(error.is_configuration(), "{error}");
        }
        assert!(Endpoints::at("http://127.0.0.1:1/", "http://[::1]:2").is_ok());
    }
}
