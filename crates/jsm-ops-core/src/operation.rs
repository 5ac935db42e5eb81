//! What is known about an operation, apart from its types.

use std::fmt;

/// One operation of the API, as a row of the generated table `jsm_ops_api::operations::OPERATIONS`.
///
/// An operation that the table does not have can be described with [`Operation::custom`] and called all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// Its name, the same whatever the document calls it: `acknowledge_alert`.
    pub id: &'static str,
    /// How it is called in Rust: `alerts().acknowledge`. Empty for one that is not in the table.
    pub rust_path: &'static str,
    /// The HTTP method, in upper case.
    pub method: &'static str,
    /// The template of the path, relative to the base of the family.
    pub path: &'static str,
    /// The family of addresses that it belongs to, as in `operations` or `stakeholder_comms`.
    pub family: &'static str,
    /// The key of the area that it belongs to, as in `alerts`; empty for an operation that nobody has sorted in yet.
    pub area: &'static str,
    /// The OAuth 2.0 scopes that the document asks for; all of them are needed.
    pub scopes: &'static [&'static str],
    /// Whether it takes an OAuth 2.0 (3LO) token. A few operations take an API token only.
    pub oauth: bool,
    /// Whether it may be repeated when nobody knows whether it was carried out.
    pub idempotency: Idempotency,
    /// How its answers continue; `None` for an operation whose answer is whole.
    pub paging: Option<Paging>,
    /// The operation that tells how a queued write ended; `None` where the answer comes when the work is done.
    pub status_operation: Option<&'static str>,
    /// Whether Atlassian marks it as experimental: it may change without notice.
    pub experimental: bool,
}

impl Operation {
    /// Describes an operation that the table does not have. It is never repeated, and no scope is known for it.
    ///
    /// `method` is an HTTP method in upper case, `path` a template relative to the base of the family, as in `/v1/alerts/{id}`.
    pub const fn custom(method: &'static str, path: &'static str, family: &'static str) -> Self {
        Self {
            id: path,
            rust_path: "",
            method,
            path,
            family,
            area: "",
            scopes: &[],
            oauth: true,
            idempotency: Idempotency::NotIdempotent,
            paging: None,
            status_operation: None,
            experimental: false,
        }
    }

    /// A row of the generated table, which goes on with the setters below.
    #[doc(hidden)]
    pub const fn new(id: &'static str, rust_path: &'static str, method: &'static str, path: &'static str) -> Self {
        Self { id, rust_path, ..Self::custom(method, path, "") }
    }

    #[doc(hidden)]
    pub const fn with_family(self, family: &'static str, area: &'static str) -> Self {
        Self { family, area, ..self }
    }

    #[doc(hidden)]
    pub const fn with_scopes(self, oauth: bool, scopes: &'static [&'static str]) -> Self {
        Self { oauth, scopes, ..self }
    }

    #[doc(hidden)]
    pub const fn with_idempotency(self, idempotency: Idempotency) -> Self {
        Self { idempotency, ..self }
    }

    #[doc(hidden)]
    pub const fn with_paging(self, paging: Paging) -> Self {
        Self { paging: Some(paging), ..self }
    }

    #[doc(hidden)]
    pub const fn with_status_operation(self, operation: &'static str) -> Self {
        Self { status_operation: Some(operation), ..self }
    }

    #[doc(hidden)]
    pub const fn experimental(self) -> Self {
        Self { experimental: true, ..self }
    }

    /// Whether it is an asynchronous write: the answer is a receipt, and the work is done later.
    pub const fn is_asynchronous(&self) -> bool {
        self.status_operation.is_some()
    }
}

/// Writes method and path template, as in `GET /v1/alerts/{id}`.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// Whether an operation may be retried after its response was lost.
///
/// The HTTP method does not decide it (RFC 9110, section 9.2.2). A `GET` that pings a heartbeat is a
/// write, and a `POST` that acknowledges an alert is idempotent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Idempotency {
    /// A second request changes nothing more.
    Idempotent,
    /// Idempotent if the request has an alias: the service counts up the open alert with that alias.
    WithAlias,
    /// A second request acts again: it pages people, adds a note or creates an object once more.
    NotIdempotent,
}

/// How the pages of an operation follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Paging {
    /// `size` and `offset`; the answer links to the next page, or its end is known by a page that is not full.
    Offset {
        /// How far the service shows items at all; `None` where no such limit is known.
        max_results: Option<u32>,
    },
    /// `size` and an opaque `after`, taken from the link to the next page.
    After,
    /// `limit` and `pageToken`, which stands in the answer.
    PageToken,
    /// `size` alone: there is one page, and no way to the rest.
    Size,
    /// `first` and `after`, with the cursor in the answer's `pageInfo` (Relay's connections).
    Relay,
    /// `limit` and `cursor`, with the cursor in the answer.
    Cursor,
}
