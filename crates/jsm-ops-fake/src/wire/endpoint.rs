//! The endpoints of the service.

use std::fmt;

/// The endpoint of a request. Tests queue faults and count requests by endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// The consent page: `GET /authorize`.
    Authorize,
    /// The user's decision on the consent page. Only browsers send it.
    Decision,
    /// The token endpoint, with an authorization code.
    Exchange,
    /// The token endpoint, with a refresh token.
    Refresh,
    /// The token endpoint. Contains [`Endpoint::Exchange`] and [`Endpoint::Refresh`].
    Token,
    /// The list of sites: `GET /oauth/token/accessible-resources`.
    Resources,
    /// The gateway. Contains every [`Endpoint::Operation`].
    Gateway,
    /// One operation, by method and path template below `/jsm/ops/api`:
    /// `POST /v1/alerts/{id}/acknowledge`.
    Operation(String),
    /// Any other method and path.
    Unknown,
}

impl Endpoint {
    /// One operation, by method and path template below `/jsm/ops/api`.
    pub fn operation(name: &str) -> Self {
        Self::Operation(name.to_owned())
    }

    /// The endpoint that contains this one.
    pub(crate) fn parent(&self) -> Option<Self> {
        match self {
            Self::Exchange | Self::Refresh => Some(Self::Token),
            Self::Operation(_) => Some(Self::Gateway),
            _ => None,
        }
    }

    /// Whether this endpoint equals `other` or is contained in it.
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
