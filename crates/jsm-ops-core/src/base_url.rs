//! Where requests go: the gateway and the bases below it.

use std::{fmt, net::IpAddr, str::FromStr};

use reqwest::Url;

use crate::CloudId;

/// The host that all requests go to, `https://api.atlassian.com` unless said otherwise.
///
/// Another gateway is one for tests, on the loopback interface, or one of another Atlassian environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway(String);

/// A text that is no [`Gateway`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a gateway: {reason}; expected an address like {}", Gateway::ATLASSIAN)]
pub struct InvalidGateway {
    reason: String,
}

impl Gateway {
    /// The gateway of Atlassian's cloud.
    pub const ATLASSIAN: &'static str = "https://api.atlassian.com";

    /// Checks the address of a gateway. Trailing slashes do not matter.
    ///
    /// # Errors
    /// Anything but an `https` address, or an `http` address of the loopback interface, without user, query and fragment.
    pub fn new(address: &str) -> Result<Self, InvalidGateway> {
        let refuse = |reason: &str| Err(InvalidGateway { reason: reason.to_owned() });
        let url = Url::parse(address).map_err(|error| InvalidGateway { reason: error.to_string() })?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return refuse("plain http is for the loopback interface only"),
            _ => return refuse("the scheme has to be https"),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("it holds a user or a password");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refuse("it holds a query or a fragment");
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }

    /// The address, without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Fills the cloud id into the template of a base and moves it to this gateway.
    ///
    /// Templates are constants of the generated crate; they begin with [`Gateway::ATLASSIAN`] and hold `{cloudid}`.
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

    fn from_str(address: &str) -> Result<Self, Self::Err> {
        Self::new(address)
    }
}

impl fmt::Display for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a URL names the loopback interface: `localhost` or an address of it.
///
/// Plain `http` is allowed there only. This is the one rule for it in these crates.
pub fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailing_slashes_do_not_matter() {
        for address in ["https://api.atlassian.com", "https://api.atlassian.com/", "https://api.atlassian.com///"] {
            assert_eq!(Gateway::new(address), Ok(Gateway::default()), "{address}");
        }
        let gateway = Gateway::new("https://proxy.example/atlassian/").expect("gateway");
        let cloud_id = CloudId::new("c-1").expect("cloud id");
        assert_eq!(
            gateway.base_url("https://api.atlassian.com/ex/{cloudid}/ops", &cloud_id),
            "https://proxy.example/atlassian/ex/c-1/ops"
        );
    }

    #[test]
    fn plain_http_is_for_the_loopback_interface() {
        for address in ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:1"] {
            assert!(Gateway::new(address).is_ok(), "{address}");
        }
        for address in ["http://api.atlassian.com", "http://127.0.0.1.example.com", "http://10.0.0.1", "ftp://localhost"] {
            assert!(Gateway::new(address).is_err(), "{address}");
        }
    }

    #[test]
    fn what_would_leak_or_cut_addresses_is_refused() {
        for address in
            ["", "api.atlassian.com", "https://me:secret@api.atlassian.com", "https://api.atlassian.com/?a", "https://a/#b"]
        {
            let error = Gateway::new(address).expect_err(address).to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
