//! JSON pointers (RFC 6901) without allocation.

use std::fmt;

/// A place in a document: the way down from the root, token by token, on the stack of a walk.
#[derive(Debug, Clone, Copy)]
pub enum Pointer<'a> {
    /// The document itself.
    Root,
    /// The way down from the root, where all tokens are known at once.
    Path(&'a [&'a str]),
    /// A member of an object.
    Member(&'a Pointer<'a>, &'a str),
    /// An element of an array.
    Element(&'a Pointer<'a>, usize),
}

impl<'a> Pointer<'a> {
    /// The place of a member below this one.
    pub fn member(&'a self, key: &'a str) -> Self {
        Self::Member(self, key)
    }

    /// The place of an element below this one.
    pub fn element(&'a self, index: usize) -> Self {
        Self::Element(self, index)
    }
}

impl fmt::Display for Pointer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Path(tokens) => tokens.iter().try_for_each(|token| write!(f, "/{}", escaped(token))),
            Self::Member(parent, key) => write!(f, "{parent}/{}", escaped(key)),
            Self::Element(parent, index) => write!(f, "{parent}/{index}"),
        }
    }
}

/// A token as RFC 6901 writes it.
pub(super) fn escaped(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// The token that RFC 6901 writes so.
pub fn unescaped(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

/// The tokens of a pointer, from the root down.
pub fn tokens(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(unescaped).collect()
}

impl From<Pointer<'_>> for String {
    fn from(pointer: Pointer<'_>) -> Self {
        pointer.to_string()
    }
}

impl From<&Pointer<'_>> for String {
    fn from(pointer: &Pointer<'_>) -> Self {
        pointer.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_escaped() {
        let (root, paths) = (Pointer::Root, Pointer::Member(&Pointer::Root, "paths"));
        let path = paths.member("/v1/a~b");
        assert_eq!(path.element(3).to_string(), "/paths/~1v1~1a~0b/3");
        assert_eq!(root.to_string(), "");
        let path = Pointer::Path(&["paths", "/v1/a~b"]);
        assert_eq!(path.member("get").to_string(), "/paths/~1v1~1a~0b/get");
        assert_eq!(Pointer::Path(&[]).to_string(), "");
    }
}
