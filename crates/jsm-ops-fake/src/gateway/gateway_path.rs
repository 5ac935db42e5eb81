//! The paths of the gateway.

/// The credential that a base URL expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExpectedCredential {
    /// The 3LO base URL expects an access token.
    AccessToken,
    /// The HTTP Basic base URL expects an API token.
    ApiToken,
}

/// The address family of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AddressFamily {
    /// Alerts, schedules and all other areas that are stable.
    Operations,
    /// Status pages and stakeholders, which are experimental.
    StakeholderComms,
}

/// A parsed path of the gateway.
#[derive(Debug, Clone)]
pub(crate) struct GatewayPath {
    pub credential: ExpectedCredential,
    pub family: AddressFamily,
    pub cloud_id: String,
    /// The path below the base URL, percent-encoded: `/v1/alerts`.
    pub relative: String,
}

impl GatewayPath {
    /// Parses a path. `None` if it has none of the known forms.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let oauth = path.strip_prefix("/ex/jira/").and_then(|rest| rest.split_once("/jsm/ops/"));
        let (credential, outer, rest) = match oauth {
            Some((cloud_id, rest)) => (ExpectedCredential::AccessToken, Some(cloud_id), rest),
            None => (ExpectedCredential::ApiToken, None, path.strip_prefix("/jsm/ops/")?),
        };
        let (family, cloud_id, relative) = match (rest.strip_prefix("stakeholder-comms/cloudId/"), outer) {
            (Some(rest), _) => {
                let (inner, relative) = rest.split_once("/api/")?;
                (AddressFamily::StakeholderComms, inner, relative)
            }
            (None, Some(outer)) => (AddressFamily::Operations, outer, rest.strip_prefix("api/")?),
            (None, None) => {
                let (inner, relative) = rest.strip_prefix("api/")?.split_once('/')?;
                (AddressFamily::Operations, inner, relative)
            }
        };
        // The 3LO URL of the experimental family has the cloud id twice. Both must be the same.
        let one_site = outer.is_none_or(|outer| outer == cloud_id) && !cloud_id.is_empty() && !cloud_id.contains('/');
        one_site.then(|| Self { credential, family, cloud_id: cloud_id.to_owned(), relative: format!("/{relative}") })
    }
}
