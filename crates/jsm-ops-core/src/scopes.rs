//! Sets of OAuth 2.0 scopes.

use std::{collections::BTreeSet, fmt};

use crate::operation::Operation;

/// A set of OAuth 2.0 scopes (RFC 6749, section 3.3).
///
/// `Display` writes them in alphabetical order, separated by spaces, as an authorization request
/// has them.
///
/// ```
/// # use jsm_ops_core::Scopes;
/// let scopes = Scopes::parse("write:ops-alert read:ops-alert");
/// assert_eq!(scopes.to_string(), "read:ops-alert write:ops-alert");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Scopes(BTreeSet<String>);

/// An operation that does not accept OAuth 2.0 (3LO) tokens, whatever their scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{}` ({}) does not accept OAuth 2.0 (3LO) tokens; call it with an Atlassian API token", .0.id, .0)]
pub struct OAuthUnsupported(pub &'static Operation);

impl Scopes {
    /// The smallest set that allows all of these operations: the union of their scopes.
    ///
    /// Add `offline_access` to receive a refresh token. It is not a scope of any operation.
    ///
    /// # Errors
    /// The first operation that does not accept OAuth 2.0 tokens.
    pub fn for_operations(operations: impl IntoIterator<Item = &'static Operation>) -> Result<Self, OAuthUnsupported> {
        let mut scopes = Self::default();
        for operation in operations {
            if !operation.oauth {
                return Err(OAuthUnsupported(operation));
            }
            scopes.extend(operation.scopes.iter().copied());
        }
        Ok(scopes)
    }

    /// Parses scopes separated by ASCII whitespace, as in the response of a token endpoint.
    pub fn parse(text: &str) -> Self {
        text.split_ascii_whitespace().collect()
    }

    /// Whether the set has this scope.
    pub fn contains(&self, scope: &str) -> bool {
        self.0.contains(scope)
    }

    /// The scopes of an operation that the set lacks, in the order of the operation.
    pub fn missing_for(&self, operation: &Operation) -> Vec<&'static str> {
        operation.scopes.iter().copied().filter(|scope| !self.contains(scope)).collect()
    }

    /// The scopes in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The number of scopes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the set has no scope.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<S: Into<String>> FromIterator<S> for Scopes {
    fn from_iter<I: IntoIterator<Item = S>>(scopes: I) -> Self {
        Self(scopes.into_iter().map(Into::into).collect())
    }
}

impl<S: Into<String>> Extend<S> for Scopes {
    fn extend<I: IntoIterator<Item = S>>(&mut self, scopes: I) {
        self.0.extend(scopes.into_iter().map(Into::into));
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static READ: Operation = Operation::new("r", "a().r", "GET", "/r").with_scopes(true, &["read:x"]);
    static WRITE: Operation = Operation::new("w", "a().w", "POST", "/w").with_scopes(true, &["read:x", "write:x"]);
    static BASIC: Operation = Operation::new("b", "a().b", "GET", "/b").with_scopes(false, &[]);

    #[test]
    fn the_smallest_set_is_the_union() {
        let scopes = Scopes::for_operations([&WRITE, &READ]).expect("scopes");
        assert_eq!(scopes.to_string(), "read:x write:x");
        assert_eq!(Scopes::for_operations([&READ, &BASIC]), Err(OAuthUnsupported(&BASIC)));
    }

    #[test]
    fn missing_scopes_are_listed() {
        let held = Scopes::parse(" read:x  offline_access ");
        assert_eq!(held.missing_for(&WRITE), ["write:x"]);
        assert_eq!(held.len(), 2);
    }
}
