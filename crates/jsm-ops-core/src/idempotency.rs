//! Whether an operation may be retried.

/// Whether an operation may be retried after its response was lost.
///
/// The HTTP method does not decide it (RFC 9110, section 9.2.2). A `GET` that pings a heartbeat is
/// a write, and a `POST` that acknowledges an alert is idempotent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Idempotency {
    /// A second request changes nothing more.
    Idempotent,
    /// Idempotent if the request has an alias: the service counts up the open alert with that
    /// alias.
    WithAlias,
    /// A second request acts again: it pages people, adds a note or creates an object once more.
    NotIdempotent,
}
