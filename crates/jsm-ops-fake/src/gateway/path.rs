//! The addresses of the gateway.

/// Which credential an address is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// For 3LO tokens.
    Oauth,
    /// For API tokens.
    Classic,
}

/// Which family of paths an address leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// The operations.
    Operations,
    /// Status pages and stakeholders.
    StakeholderComms,
}

/// An address, taken apart.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    pub kind: Kind,
    pub family: Family,
    pub cloud_id: String,
    /// What is left, still encoded: `/v1/alerts`.
    pub relative: String,
}

impl Address {
    /// Takes a path apart; `None` where it has none of the known forms.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let oauth = path.strip_prefix("/ex/jira/").and_then(|rest| rest.split_once("/jsm/ops/"));
        let (kind, outer, rest) = match oauth {
            Some((cloud_id, rest)) => (Kind::Oauth, Some(cloud_id), rest),
            None => (Kind::Classic, None, path.strip_prefix("/jsm/ops/")?),
        };
        let (family, cloud_id, relative) = match (rest.strip_prefix("stakeholder-comms/cloudId/"), outer) {
            (Some(rest), _) => {
                let (inner, relative) = rest.split_once("/api/")?;
                (Family::StakeholderComms, inner, relative)
            }
            (None, Some(outer)) => (Family::Operations, outer, rest.strip_prefix("api/")?),
            (None, None) => {
                let (inner, relative) = rest.strip_prefix("api/")?.split_once('/')?;
                (Family::Operations, inner, relative)
            }
        };
        // The experimental family names the site twice at the address for 3LO tokens; two sites at once are none.
        let one_site = outer.is_none_or(|outer| outer == cloud_id) && !cloud_id.is_empty() && !cloud_id.contains('/');
        one_site.then(|| Self { kind, family, cloud_id: cloud_id.to_owned(), relative: format!("/{relative}") })
    }
}
