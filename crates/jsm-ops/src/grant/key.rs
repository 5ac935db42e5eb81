//! The key of a grant in a store.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The key of a grant: the app and the user who signed in to it.
///
/// You choose the name of the user: the user id of a web service, or a constant in a tool for one
/// user.
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

    /// The name of the user.
    pub fn user(&self) -> &str {
        &self.user
    }
}

impl fmt::Display for GrantKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of app {}", self.user, self.app)
    }
}
