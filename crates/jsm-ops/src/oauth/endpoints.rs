//! The URLs of one environment.

use jsm_ops_core::{Gateway, base_url::is_loopback};
use reqwest::Url;

use crate::{
    error::Error,
    oauth::token_requests::{ClientAuthentication, TokenRequestFormat},
};

/// Environment variables for other endpoints than Atlassian's: both or neither.
const VARIABLES: [&str; 2] = ["JSM_OPS_AUTH_URL", "JSM_OPS_GATEWAY_URL"];

/// The audience of the access token. Atlassian's documentation of 3LO apps requires it.
const ATLASSIAN_AUDIENCE: &str = "api.atlassian.com";

/// What error messages call the whole value.
const CONFIGURATION: &str = "the endpoint configuration";

/// The URLs for consent, for tokens, for the list of sites, and for calls, and how the token
/// endpoint is asked.
///
/// Secrets are sent to these URLs only. They are set together, because a mix would send the tokens
/// of one environment to another. Environments are Atlassian's cloud (the default), its government
/// cloud, a fake on the loopback interface, or another OAuth 2.0 server ([`Endpoints::builder`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    pub(crate) authorize: Url,
    pub(crate) token: Url,
    pub(crate) resources: Url,
    pub(crate) gateway: Gateway,
    pub(crate) audience: Option<String>,
    pub(crate) format: TokenRequestFormat,
    pub(crate) authentication: ClientAuthentication,
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
    /// gateway. The paths and the token requests are those of Atlassian's cloud.
    ///
    /// # Errors
    /// A URL is neither `https` nor `http` on the loopback interface, or it has a user, a query or
    /// a fragment. One URL is plain `http` and the other is not.
    pub fn at(auth: &str, gateway: &str) -> Result<Self, Error> {
        let auth = base_url("the URL of the authorization server", auth)?;
        let gateway = base_url("the URL of the gateway", gateway)?;
        let endpoints = Self {
            authorize: join(&auth, "authorize")?,
            token: join(&auth, "oauth/token")?,
            resources: join(&gateway, "oauth/token/accessible-resources")?,
            gateway,
            audience: Some(ATLASSIAN_AUDIENCE.to_owned()),
            format: TokenRequestFormat::Json,
            authentication: ClientAuthentication::RequestBody,
        };
        endpoints.checked()
    }

    /// Starts with no URL, for a server whose paths or token requests are not those of Atlassian.
    ///
    /// ```
    /// # use jsm_ops::{ClientAuthentication, Endpoints, TokenRequestFormat};
    /// let endpoints = Endpoints::builder()
    ///     .authorize("https://id.example/oauth2/auth")
    ///     .token("https://id.example/oauth2/token")
    ///     .accessible_resources("https://api.example/sites")
    ///     .gateway("https://api.example")
    ///     .token_request_format(TokenRequestFormat::Form)
    ///     .client_authentication(ClientAuthentication::Basic)
    ///     .build()?;
    /// # Ok::<(), jsm_ops::Error>(())
    /// ```
    pub fn builder() -> EndpointsBuilder {
        EndpointsBuilder::default()
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
                Err(Error::invalid(CONFIGURATION, reason))
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

    /// Either all URLs are plain http or none is.
    fn checked(self) -> Result<Self, Error> {
        let gateway = self.gateway.as_str();
        let is_plain_http = gateway.starts_with("http:");
        for url in [&self.authorize, &self.token, &self.resources] {
            if (url.scheme() == "http") != is_plain_http {
                let reason = format!(
                    "{url} and {gateway} belong to different environments, because one is plain http and the other is not; \
                     set all URLs of one environment"
                );
                return Err(Error::invalid(CONFIGURATION, reason));
            }
        }
        Ok(self)
    }
}

/// Builds [`Endpoints`]. All four URLs are required.
#[derive(Debug, Clone, Default)]
pub struct EndpointsBuilder {
    authorize: Option<String>,
    token: Option<String>,
    resources: Option<String>,
    gateway: Option<String>,
    audience: Option<String>,
    format: TokenRequestFormat,
    authentication: ClientAuthentication,
}

impl EndpointsBuilder {
    /// Sets the URL for consent (RFC 6749, section 3.1). A query in it is kept.
    #[must_use]
    pub fn authorize(mut self, url: impl Into<String>) -> Self {
        self.authorize = Some(url.into());
        self
    }

    /// Sets the URL of the token endpoint (RFC 6749, section 3.2).
    #[must_use]
    pub fn token(mut self, url: impl Into<String>) -> Self {
        self.token = Some(url.into());
        self
    }

    /// Sets the URL of the list of sites, which receives access tokens.
    #[must_use]
    pub fn accessible_resources(mut self, url: impl Into<String>) -> Self {
        self.resources = Some(url.into());
        self
    }

    /// Sets the base URL of all calls.
    #[must_use]
    pub fn gateway(mut self, url: impl Into<String>) -> Self {
        self.gateway = Some(url.into());
        self
    }

    /// Sets the parameter `audience` of the URL for consent, which Atlassian requires. By default
    /// it is not sent, because RFC 6749 has no such parameter.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// Sets the format of requests to the token endpoint. The default is JSON.
    #[must_use]
    pub fn token_request_format(mut self, format: TokenRequestFormat) -> Self {
        self.format = format;
        self
    }

    /// Sets how the token endpoint recognizes the app. The default is a secret in the body.
    #[must_use]
    pub fn client_authentication(mut self, authentication: ClientAuthentication) -> Self {
        self.authentication = authentication;
        self
    }

    /// Builds the endpoints.
    ///
    /// # Errors
    /// A URL is missing. A URL is neither `https` nor `http` on the loopback interface, or it has a
    /// user or a fragment. One URL is plain `http` and another is not.
    pub fn build(self) -> Result<Endpoints, Error> {
        let Self { authorize, token, resources, gateway, audience, format, authentication } = self;
        let endpoints = Endpoints {
            authorize: endpoint_url("the URL for consent", authorize)?,
            token: endpoint_url("the URL of the token endpoint", token)?,
            resources: endpoint_url("the URL of the list of sites", resources)?,
            gateway: base_url("the URL of the gateway", &gateway.unwrap_or_default())?,
            audience,
            format,
            authentication,
        };
        endpoints.checked()
    }
}

/// A base URL follows the rules of [`Gateway`].
fn base_url(what: &'static str, url: &str) -> Result<Gateway, Error> {
    Gateway::new(url).map_err(|error| Error::invalid(what, error.to_string()))
}

/// A URL that receives secrets. Messages do not repeat it, because it may have a password.
fn endpoint_url(what: &'static str, url: Option<String>) -> Result<Url, Error> {
    let url = url.ok_or_else(|| Error::invalid(what, "it is not set; set all URLs of one environment"))?;
    let url = Url::parse(&url).map_err(|error| Error::invalid(what, error.to_string()))?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        _ => return Err(Error::invalid(what, "it is neither https nor http on the loopback interface")),
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(Error::invalid(what, "it has a user, a password or a fragment"));
    }
    Ok(url)
}

fn join(base_url: &Gateway, path: &str) -> Result<Url, Error> {
    let url = format!("{base_url}/{path}");
    Url::parse(&url).map_err(|error| Error::invalid(CONFIGURATION, format!("{url:?}: {error}")))
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

    #[test]
    fn other_paths_are_set_all_together() {
        let urls =
            ["https://id.example/auth?policy=1", "https://id.example/t/", "https://api.example/s", "https://api.example"];
        let build = |urls: [&str; 4]| {
            let [authorize, token, resources, gateway] = urls;
            let builder = Endpoints::builder().authorize(authorize).token(token);
            builder.accessible_resources(resources).gateway(gateway).build()
        };
        let endpoints = build(urls).expect("endpoints");
        assert_eq!(endpoints.token().as_str(), "https://id.example/t/", "the path is unchanged");
        assert_eq!(endpoints.authorize().as_str(), urls[0]);
        for position in 0..urls.len() {
            for wrong in
                ["", "http://id.example/", "http://127.0.0.1:1/", "https://u:s3cret@id.example/", "https://id.example/#f"]
            {
                let mut urls = urls;
                urls[position] = wrong;
                let error = build(urls).expect_err(wrong);
                assert!(error.is_misconfigured() && !error.to_string().contains("s3cret"), "{error}");
            }
        }
        let error = Endpoints::builder().authorize(urls[0]).gateway(urls[3]).build().expect_err("no token endpoint");
        assert!(error.to_string().contains("token endpoint is invalid: it is not set"), "{error}");
    }
}
