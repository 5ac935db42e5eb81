//! The registrations at the service: apps, sites, and an API token.

/// An app, as it is registered in the developer console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FakeApp {
    /// The client id.
    pub client_id: String,
    /// The client secret.
    pub client_secret: String,
    /// The callback URLs. A redirect URI must equal one of them.
    pub redirect_uris: Vec<String>,
    /// The scopes that the app may request, without `offline_access`, which every app may request.
    pub scopes: Vec<String>,
}

/// The scopes of all operations outside the experimental areas.
const SCOPES: [&str; 6] = [
    "read:ops-alert:jira-service-management",
    "write:ops-alert:jira-service-management",
    "delete:ops-alert:jira-service-management",
    "read:ops-config:jira-service-management",
    "write:ops-config:jira-service-management",
    "delete:ops-config:jira-service-management",
];

impl Default for FakeApp {
    /// An app with the callback URL `http://127.0.0.1:8765/callback`. It may request the six scopes
    /// of operations, and `read:jira-user`.
    fn default() -> Self {
        Self {
            client_id: "fake-client-id".to_owned(),
            client_secret: "fake-client-secret".to_owned(),
            redirect_uris: vec!["http://127.0.0.1:8765/callback".to_owned()],
            scopes: SCOPES.iter().copied().chain(["read:jira-user"]).map(str::to_owned).collect(),
        }
    }
}

/// A site of the organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FakeSite {
    /// The cloud id.
    pub id: String,
    /// The name in the list of sites.
    pub name: String,
    /// The URL of the site.
    pub url: String,
    /// Whether the list of sites has two entries with this id. Each has half of the scopes.
    pub listed_twice: bool,
    /// Whether the site has operations. Without them every operation returns 403 with code 40301.
    pub has_operations: bool,
}

impl FakeSite {
    /// A site with operations, at `https://NAME.atlassian.net`.
    pub fn new(id: &str, name: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            url: format!("https://{name}.atlassian.net"),
            listed_twice: false,
            has_operations: true,
        }
    }

    /// Gives the site two entries in the list of sites.
    #[must_use]
    pub fn listed_twice(mut self) -> Self {
        self.listed_twice = true;
        self
    }

    /// Removes the operations of the site.
    #[must_use]
    pub fn without_operations(mut self) -> Self {
        self.has_operations = false;
        self
    }
}

impl Default for FakeSite {
    fn default() -> Self {
        Self::new("11111111-2222-3333-4444-555555555555", "acme")
    }
}

/// The OAuth error for a refresh token that is not valid. The service is known to send both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RejectedGrant {
    /// `invalid_grant`, as documented.
    #[default]
    InvalidGrant,
    /// `unauthorized_client`, as observed.
    UnauthorizedClient,
}

impl RejectedGrant {
    /// Returns the error code and the description.
    pub(crate) fn oauth_error(self) -> (&'static str, &'static str) {
        match self {
            Self::InvalidGrant => ("invalid_grant", "Unknown or invalid refresh token."),
            Self::UnauthorizedClient => ("unauthorized_client", "refresh_token is invalid"),
        }
    }
}

/// An API token of an account, for HTTP Basic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FakeApiToken {
    /// The email address of the account.
    pub email: String,
    /// The token, which clients send as the password of HTTP Basic.
    pub token: String,
}

impl Default for FakeApiToken {
    fn default() -> Self {
        Self { email: "operator@example.com".to_owned(), token: "fake-api-token".to_owned() }
    }
}
