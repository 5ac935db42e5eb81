//! The rules that a client broke.

/// The rules of the service that the client under test broke.
///
/// A request to an unknown endpoint is a violation, and so is input that the service ignores.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the client broke rules of the service: {}", .lines.join("; "))]
pub struct Violations {
    /// One line for each violation, in order.
    pub lines: Vec<String>,
}
