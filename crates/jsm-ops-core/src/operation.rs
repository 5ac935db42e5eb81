//! What is known about an operation, apart from its types.

/// One operation of the API, as a row of the generated table `jsm_ops_api::operations::OPERATIONS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// The name of the method that calls it.
    pub id: &'static str,
    /// The HTTP method, in upper case.
    pub method: &'static str,
    /// The template of the path, relative to the base of the family.
    pub path: &'static str,
    /// The family of addresses that it belongs to, as in `operations` or `stakeholder_comms`.
    pub family: &'static str,
    /// The key of the area that it belongs to, as in `alerts`; empty for an operation that nobody has sorted in yet.
    pub area: &'static str,
    /// The OAuth 2.0 scopes that the document asks for; all of them are needed.
    pub scopes: &'static [&'static str],
    /// Whether it takes an OAuth 2.0 (3LO) token. A few operations take an API token only.
    pub oauth: bool,
    /// Whether Atlassian marks it as experimental.
    pub experimental: bool,
}
