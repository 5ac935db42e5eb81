//! Scopes that a grant lacks.

use std::fmt;

use jsm_ops_core::Scopes;

/// The scopes that an operation requires and the grant does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
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

impl fmt::Display for MissingScopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_missing = |scope: &&str| self.granted.as_ref().is_none_or(|granted| !granted.contains(scope));
        let missing: Vec<String> = self.required.iter().filter(is_missing).map(|scope| format!("`{scope}`")).collect();
        let (operation, scopes) = (&self.operation, missing.join(" and "));
        match (&self.granted, missing.len()) {
            // An operation of the caller may list no scopes.
            (_, 0) => {
                return write!(f, "the grant lacks a scope of `{operation}`; add its scopes to the app, then sign in again");
            }
            (None, _) => write!(f, "the grant lacks a scope of `{operation}`, which requires {scopes}; ")?,
            (_, 1) => write!(f, "the grant lacks the scope {scopes} of `{operation}`; ")?,
            _ => write!(f, "the grant lacks the scopes {scopes} of `{operation}`; ")?,
        }
        let them = if missing.len() == 1 { "it" } else { "them" };
        write!(f, "add {them} to the app, then sign in again with {them}")
    }
}

impl std::error::Error for MissingScopes {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_has_the_scopes_that_are_missing() {
        let text = |required, granted: Option<&str>| {
            let granted = granted.map(Scopes::parse);
            MissingScopes { operation: "list_a".to_owned(), required: Scopes::parse(required), granted }.to_string()
        };
        assert_eq!(
            text("read:a write:a", Some("read:a")),
            "the grant lacks the scope `write:a` of `list_a`; add it to the app, then sign in again with it"
        );
        assert_eq!(
            text("read:a write:a", Some("read:b")),
            "the grant lacks the scopes `read:a` and `write:a` of `list_a`; \
             add them to the app, then sign in again with them"
        );
        assert_eq!(
            text("read:a", None),
            "the grant lacks a scope of `list_a`, which requires `read:a`; \
             add it to the app, then sign in again with it"
        );
    }
}
