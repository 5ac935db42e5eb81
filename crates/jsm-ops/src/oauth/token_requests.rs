//! How the token endpoint is asked.

/// The format of requests to the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TokenRequestFormat {
    /// A JSON object, as Atlassian documents it.
    #[default]
    Json,
    /// `application/x-www-form-urlencoded`, the format of RFC 6749 (appendix B).
    Form,
}

/// How the token endpoint recognizes the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ClientAuthentication {
    /// Client id and secret in the body, as Atlassian documents it (`client_secret_post`).
    #[default]
    RequestBody,
    /// Client id and secret in the header of HTTP Basic, percent-encoded as RFC 6749, section
    /// 2.3.1, requires (`client_secret_basic`). The body has neither.
    Basic,
}
