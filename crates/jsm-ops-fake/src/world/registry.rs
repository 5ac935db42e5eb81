//! What is registered with the service: apps, sites and an API token.

/// An app as it is registered in the developer console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// The client id.
    pub client_id: String,
    /// The client secret.
    pub client_secret: String,
    /// The callback URLs; a redirect URI must be one of them, to the letter.
    pub redirect_uris: Vec<String>,
    /// The scopes that the app may ask for. `offline_access` is none of them: every app may ask for it.
    pub scopes: Vec<String>,
}

/// All scopes of operations but those of the experimental areas.
const SCOPES: [&str; 6] = [
    "read:ops-alert:jira-service-management",
    "write:ops-alert:jira-service-management",
    "delete:ops-alert:jira-service-management",
    "read:ops-config:jira-service-management",
    "write:ops-config:jira-service-management",
    "delete:ops-config:jira-service-management",
];

impl Default for App {
    /// An app that may ask for all six scopes of operations and for `read:jira-user`, called back at
    /// `http://127.0.0.1:8765/callback`.
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
pub struct Site {
    /// The cloud id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The URL.
    pub url: String,
    /// Whether the list of sites has two entries for it, with the same id and half of the scopes each.
    pub listed_twice: bool,
    /// Whether the site has operations; where it has none, all operations are refused with 403 and code 40301.
    pub has_operations: bool,
}

impl Site {
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

    /// The same site with two entries in the list of sites.
    #[must_use]
    pub fn listed_twice(mut self) -> Self {
        self.listed_twice = true;
        self
    }

    /// The same site without operations.
    #[must_use]
    pub fn without_operations(mut self) -> Self {
        self.has_operations = false;
        self
    }
}

impl Default for Site {
    fn default() -> Self {
        Self::new("11111111-2222-3333-4444-555555555555", "acme")
    }
}

/// How the token endpoint says that a refresh token is good no more. Both are said in the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum DeadGrant {
    /// `invalid_grant`, as it is documented.
    #[default]
    InvalidGrant,
    /// `unauthorized_client`.
    UnauthorizedClient,
}

impl DeadGrant {
    /// The code and the description.
    pub(crate) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::InvalidGrant => ("invalid_grant", "Unknown or invalid refresh token."),
            Self::UnauthorizedClient => ("unauthorized_client", "refresh_token is invalid"),
        }
    }
}

/// An API token of an account, as HTTP Basic sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// The account's address.
    pub email: String,
    /// The token.
    pub token: String,
}

impl Default for ApiToken {
    fn default() -> Self {
        Self { email: "operator@example.com".to_owned(), token: "fake-api-token".to_owned() }
    }
}
