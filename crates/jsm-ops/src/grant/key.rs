//! Under which name a grant is kept.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Under which name a grant is kept: the app, and whoever signed in to it.
///
/// The name of the user is yours: a user id of a web service, or any constant in a tool for one person.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GrantKey {
    app: String,
    user: String,
}

impl GrantKey {
    /// The key for a user of the app with this client id.
    pub fn new(client_id: impl Into<String>, user: impl Into<String>) -> Self {
        Self { app: client_id.into(), user: user.into() }
    }

    /// The client id of the app.
    pub fn client_id(&self) -> &str {
        &self.app
    }

    /// The user, as you call them.
    pub fn user(&self) -> &str {
        &self.user
    }
}

impl fmt::Display for GrantKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of app {}", self.user, self.app)
    }
}
