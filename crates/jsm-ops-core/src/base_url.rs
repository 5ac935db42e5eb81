//! Gateways, base URLs, and the rule for plain `http`.

use std::{fmt, net::IpAddr, str::FromStr};

use reqwest::Url;

use crate::cloud_id::CloudId;

/// The URL that precedes every base URL. The default is `https://api.atlassian.com`.
///
/// Set another one for a test server on the loopback interface, for a proxy, or for another
/// environment of Atlassian.
///
/// ```
/// # use jsm_ops_core::Gateway;
/// let gateway = Gateway::new("http://127.0.0.1:8080/")?;
/// assert_eq!(gateway.as_str(), "http://127.0.0.1:8080");
/// assert!(Gateway::new("http://example.com").is_err());
/// # Ok::<(), jsm_ops_core::InvalidGateway>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway(String);

/// Why a string is not a valid [`Gateway`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid gateway: {reason}; expected a URL like {}", Gateway::ATLASSIAN)]
pub struct InvalidGateway {
    reason: String,
}

impl Gateway {
    /// The gateway of Atlassian's cloud.
    pub const ATLASSIAN: &'static str = "https://api.atlassian.com";

    /// Parses the URL of a gateway. Trailing slashes are removed.
    ///
    /// # Errors
    /// A URL whose scheme is not `https`, unless it is `http` and [`is_loopback`] is true. A URL
    /// with a user, password, query or fragment.
    pub fn new(url: &str) -> Result<Self, InvalidGateway> {
        let invalid = |reason: &str| Err(InvalidGateway { reason: reason.to_owned() });
        let url = Url::parse(url).map_err(|error| InvalidGateway { reason: error.to_string() })?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return invalid("plain http is for the loopback interface only"),
            _ => return invalid("the scheme must be https"),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return invalid("it has a user or a password");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return invalid("it has a query or a fragment");
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }

    /// The URL without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Builds the base URL of a site from a template, below this gateway.
    ///
    /// Templates are constants of the generated crate. They begin with [`Gateway::ATLASSIAN`] and
    /// contain `{cloudid}`.
    pub fn base_url(&self, template: &str, cloud_id: &CloudId) -> String {
        let path = template.strip_prefix(Self::ATLASSIAN).unwrap_or(template);
        format!("{}{}", self.0, path.replace("{cloudid}", cloud_id.as_str()))
    }
}

impl Default for Gateway {
    fn default() -> Self {
        Self(Self::ATLASSIAN.to_owned())
    }
}

impl FromStr for Gateway {
    type Err = InvalidGateway;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        Self::new(url)
    }
}

impl fmt::Display for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether the host of a URL is `localhost` or an IP address of the loopback interface
/// (RFC 6890, section 2.2).
///
/// Plain `http` is valid only for such a host. All of these crates use this rule.
///
/// ```
/// # use jsm_ops_core::base_url::is_loopback;
/// # use reqwest::Url;
/// assert!(is_loopback(&Url::parse("http://127.0.0.1:8080/callback")?));
/// assert!(is_loopback(&Url::parse("http://[::1]/")?));
/// assert!(!is_loopback(&Url::parse("http://127.0.0.1.example.com/")?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailing_slashes_are_removed() {
        for url in ["https://api.atlassian.com", "https://api.atlassian.com/", "https://api.atlassian.com///"] {
            assert_eq!(Gateway::new(url), Ok(Gateway::default()), "{url}");
        }
        let gateway = Gateway::new("https://proxy.example/atlassian/").expect("gateway");
        let cloud_id = CloudId::new("c-1").expect("cloud id");
        assert_eq!(
            gateway.base_url("https://api.atlassian.com/ex/{cloudid}/ops", &cloud_id),
            "https://proxy.example/atlassian/ex/c-1/ops"
        );
    }

    #[test]
    fn plain_http_is_valid_for_the_loopback_interface_only() {
        for url in ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:1"] {
            assert!(Gateway::new(url).is_ok(), "{url}");
        }
        for url in ["http://api.atlassian.com", "http://127.0.0.1.example.com", "http://10.0.0.1", "ftp://localhost"] {
            assert!(Gateway::new(url).is_err(), "{url}");
        }
    }

    #[test]
    fn urls_with_secrets_or_further_parts_are_invalid() {
        for url in
            ["", "api.atlassian.com", "https://me:secret@api.atlassian.com", "https://api.atlassian.com/?a", "https://a/#b"]
        {
            let error = Gateway::new(url).expect_err(url).to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
