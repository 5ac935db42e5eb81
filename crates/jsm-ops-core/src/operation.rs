//! Descriptions of operations.

use std::fmt;

use crate::idempotency::Idempotency;

/// An operation of the API, without its types.
///
/// The generated table `jsm_ops_api::operations::OPERATIONS` has one for every operation of the
/// document. Describe an operation that the table does not have with [`Operation::custom`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// Its name, as in `acknowledge_alert`. It does not depend on names in the document.
    pub id: &'static str,
    /// The Rust method that calls it, as in `alerts().acknowledge`. Empty for a custom operation.
    pub rust_path: &'static str,
    /// The HTTP method in upper case.
    pub method: &'static str,
    /// The path template, relative to the base URL of the family.
    pub path: &'static str,
    /// Its address family, as in `operations` or `stakeholder_comms`.
    pub family: &'static str,
    /// The key of its area, as in `alerts`. Empty for an operation without an area.
    pub area: &'static str,
    /// The OAuth 2.0 scopes that the document lists. A token needs all of them.
    pub scopes: &'static [&'static str],
    /// Whether it accepts an OAuth 2.0 (3LO) token. A few operations accept an API token only.
    pub oauth: bool,
    /// Whether it may be retried after its response was lost.
    pub idempotency: Idempotency,
    /// How its pages follow each other. `None` if one response is complete.
    pub paging: Option<Paging>,
    /// The id of the operation that reports the status of a queued write. `None` if the service
    /// completes the work before it responds.
    pub status_operation: Option<&'static str>,
    /// Whether Atlassian marks it as experimental: it may change without notice.
    pub experimental: bool,
}

impl Operation {
    /// Describes an operation that the table does not have. It is not idempotent and has no scopes.
    ///
    /// `method` is an HTTP method in upper case. `path` is a template relative to the base URL of
    /// `family`, as in `/v1/alerts/{id}`.
    ///
    /// ```
    /// # use jsm_ops_core::Operation;
    /// static GET_WIDGET: Operation = Operation::custom("GET", "/v1/widgets/{id}", "operations");
    /// assert_eq!(GET_WIDGET.to_string(), "GET /v1/widgets/{id}");
    /// ```
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

    /// A row of the generated table. The setters below complete it.
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

    /// Whether it is an asynchronous write: the response is a receipt, and the work is done later.
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

/// How the pages of an operation follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Paging {
    /// Parameters `size` and `offset`. The response links to the next page.
    Offset {
        /// The service rejects a page whose offset and size add up to this number or more.
        /// `None` if no such maximum is known.
        max_results: Option<u32>,
    },
    /// Parameters `size` and `after`, an opaque string from the link to the next page.
    After,
    /// Parameters `limit` and `pageToken`. The response links to the next page.
    PageToken,
    /// Parameter `size` only: there is one page, and the rest cannot be reached.
    Size,
    /// Parameters `first` and `after`. The cursor is in the `pageInfo` of the response (GraphQL
    /// Cursor Connections Specification).
    Relay,
    /// Parameters `limit` and `cursor`. The cursor is in the response.
    Cursor,
}
