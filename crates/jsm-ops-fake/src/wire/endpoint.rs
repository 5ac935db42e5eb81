//! What requests are for.

use std::fmt;

/// What a request is for. Faults are queued and requests are counted by it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// The consent page: `GET /authorize`.
    Authorize,
    /// The decision of the user on the consent page; only browsers come here.
    Decision,
    /// The token endpoint with an authorization code.
    Exchange,
    /// The token endpoint with a refresh token.
    Refresh,
    /// The token endpoint, whatever was sent; [`Endpoint::Exchange`] and [`Endpoint::Refresh`] are part of it.
    Token,
    /// `GET /oauth/token/accessible-resources`.
    Resources,
    /// Everything at the gateway; every [`Endpoint::Operation`] is part of it.
    Gateway,
    /// One operation, by method and path template below `/jsm/ops/api`: `POST /v1/alerts/{id}/acknowledge`.
    Operation(String),
    /// Anything that Atlassian does not have, or that the fake does not know.
    Unknown,
}

impl Endpoint {
    /// One operation, by method and path template below `/jsm/ops/api`.
    pub fn operation(name: &str) -> Self {
        Self::Operation(name.to_owned())
    }

    /// The wider endpoint that this one is part of.
    pub(crate) fn parent(&self) -> Option<Self> {
        match self {
            Self::Exchange | Self::Refresh => Some(Self::Token),
            Self::Operation(_) => Some(Self::Gateway),
            _ => None,
        }
    }

    /// Whether this endpoint is `other` or a part of it.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        self == other || self.parent().as_ref() == Some(other)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operation(name) => f.write_str(name),
            other => write!(f, "{other:?}"),
        }
    }
}
