//! Stored data that is not a grant.

/// Why stored data is not a grant. It never repeats the data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}{}", position.map(|(line, column)| format!(" at line {line}, column {column}")).unwrap_or_default())]
pub struct InvalidGrant {
    reason: &'static str,
    position: Option<(usize, usize)>,
}

impl InvalidGrant {
    /// Keeps the position only. serde_json repeats the unexpected value, which may be a token.
    pub(crate) fn from_json_error(error: &serde_json::Error) -> Self {
        let reason = match error.classify() {
            serde_json::error::Category::Eof => "the JSON ends too early",
            serde_json::error::Category::Data => "a field is missing or has another type",
            _ => "the JSON is invalid",
        };
        Self { reason, position: Some((error.line(), error.column())) }
    }

    /// For stores whose data cannot even be read as JSON. The reason must not repeat the data.
    pub fn new(reason: &'static str) -> Self {
        Self { reason, position: None }
    }
}
