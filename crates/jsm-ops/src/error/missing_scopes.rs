//! Scopes that a grant lacks.

use jsm_ops_core::Scopes;

/// The scopes that an operation requires and the grant does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not sent: `{operation}` requires the scopes [{required}], the grant has {}; \
     add them to the app and to the sign-in, then sign in again",
    granted.as_ref().map_or_else(|| "unknown scopes".to_owned(), |granted| format!("[{granted}]"))
)]
pub struct MissingScopes {
    pub(crate) operation: String,
    pub(crate) required: Scopes,
    pub(crate) granted: Option<Scopes>,
}

impl MissingScopes {
    /// The id of the operation.
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// The scopes that the operation requires: all of them.
    pub fn required(&self) -> &Scopes {
        &self.required
    }

    /// The scopes of the grant, if the service listed them.
    pub fn granted(&self) -> Option<&Scopes> {
        self.granted.as_ref()
    }
}
