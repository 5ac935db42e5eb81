//! Texts that are no grant.

/// A text that is no grant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}{}", place.map(|(line, column)| format!(" at line {line}, column {column}")).unwrap_or_default())]
pub struct InvalidGrant {
    reason: &'static str,
    place: Option<(usize, usize)>,
}

impl InvalidGrant {
    /// serde_json repeats the value that it did not expect, which may be a token; only the place is kept.
    pub(crate) fn at(error: &serde_json::Error) -> Self {
        let reason = match error.classify() {
            serde_json::error::Category::Eof => "the text ends too early",
            serde_json::error::Category::Data => "a field is missing or of another type",
            _ => "it is no JSON",
        };
        Self { reason, place: Some((error.line(), error.column())) }
    }

    /// For stores: what is kept is not even a text that could be a grant. The reason must not repeat it.
    pub fn because(reason: &'static str) -> Self {
        Self { reason, place: None }
    }
}
