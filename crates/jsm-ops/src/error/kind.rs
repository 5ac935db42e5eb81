//! The kinds of error and their messages.
//!
//! A message says what happened, to what, why, and what to do, in one line. It never repeats the
//! text of its source.

use std::{fmt, sync::Arc, time::Duration};

use reqwest::StatusCode;

use crate::{
    error::{consent_reason::ConsentReason, missing_scopes::MissingScopes},
    sign_in::callback::CallbackError,
    site::Site,
    store::error::StoreError,
    text::Parenthesized,
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum ErrorKind {
    #[error("{what} is invalid: {reason}")]
    Invalid { what: &'static str, reason: String },
    #[error("the operating system returned no random bytes, and a sign-in is not secure without them")]
    Randomness(#[source] getrandom::Error),
    #[error("the HTTP client could not be built; check its TLS settings")]
    HttpClient(#[source] reqwest::Error),
    #[cfg(feature = "rustls")]
    #[error("TLS could not be set up; check the certificates of the operating system")]
    Tls(#[source] rustls::Error),
    #[error("the sign-in failed: {0}")]
    Callback(CallbackError),
    #[error(
        "the sign-in failed: the token endpoint rejected the authorization code (status {status}, {code}{}); \
         the code expired, was used already, or belongs to another redirect URI. Begin a new sign-in, \
         do not reload the callback, and compare the redirect URI with the developer console",
        Remark(.description)
    )]
    CodeRejected { status: StatusCode, code: String, description: String },
    #[error("consent is needed: {0}; sign in again")]
    Consent(ConsentReason),
    #[error(
        "{endpoint} rejected the app, not the grant: {code}{}; \
         compare client id and secret with the developer console",
        Parenthesized(.description)
    )]
    Configuration { endpoint: &'static str, code: String, description: String },
    #[error("{endpoint} returned status {status}{}{}; the grant is unchanged", Code(.code), Parenthesized(.description))]
    Unexpected { endpoint: &'static str, status: StatusCode, code: String, description: String },
    #[error("{endpoint} redirects, and requests with secrets do not follow redirects; check the configured endpoints")]
    Redirect { endpoint: &'static str },
    #[error("{endpoint} is unavailable: {reason}; the grant is unchanged, retry{}", Delay(.retry_after))]
    Unavailable {
        endpoint: &'static str,
        reason: String,
        retry_after: Option<Duration>,
        #[source]
        source: Option<reqwest::Error>,
    },
    /// The store error is part of this message, so the chain goes on with its source.
    #[error("the token store failed: {0}")]
    Store(StoreError),
    #[error("the refresh was interrupted: its task ended early; retry")]
    Interrupted,
    #[error("the refresh did not end within {} seconds: {reason}; the grant is unchanged, retry", .timeout.as_secs())]
    Timeout { timeout: Duration, reason: &'static str },
    #[error("the session needs a tokio runtime to refresh its tokens, and there is none; call it within a runtime")]
    NoRuntime,
    /// An error of an earlier refresh, until the next one is possible.
    #[error("{}; no request was sent, the next one is possible in {} seconds", EarlierError(.error), .retry_in.as_secs_f64().ceil())]
    Remembered { error: Arc<ErrorKind>, retry_in: Duration },
    #[error("{problem}; {}", Choices(.choices))]
    Site { problem: String, choices: Vec<Site> },
    #[error(transparent)]
    Scope(MissingScopes),
    #[error(
        "`{operation}` accepts an API token only, not an OAuth 2.0 (3LO) token; \
         build the client with an API token"
    )]
    ApiTokenRequired { operation: String },
    #[error(
        "the access token was rejected, even after a refresh; \
         check that the site still allows the app and that the account still has access"
    )]
    TokenRejected,
    #[error("{host:?} is not the configured gateway, and credentials go to the gateway only")]
    ForeignHost { host: String },
    #[error("the sign-in on this machine failed: {reason}")]
    Loopback {
        reason: String,
        #[source]
        source: Option<std::io::Error>,
    },
}

/// An error without its advice about when to retry.
struct EarlierError<'a>(&'a ErrorKind);

impl fmt::Display for EarlierError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ErrorKind::Unavailable { endpoint, reason, .. } => write!(f, "{endpoint} was unavailable: {reason}"),
            kind => kind.fmt(f),
        }
    }
}

/// An OAuth error code, if the response has one.
struct Code<'a>(&'a str);

impl fmt::Display for Code<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, ", error {:?}", self.0) }
    }
}

/// A description after an OAuth error code, inside parentheses.
struct Remark<'a>(&'a str);

impl fmt::Display for Remark<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, ": {}", self.0) }
    }
}

/// When to retry.
struct Delay<'a>(&'a Option<Duration>);

impl fmt::Display for Delay<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(delay) => write!(f, " in {} seconds", delay.as_secs()),
            None => f.write_str(" later"),
        }
    }
}

/// The sites to choose from.
struct Choices<'a>(&'a [Site]);

impl fmt::Display for Choices<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("the grant reaches no site; sign in again and consent to one");
        }
        f.write_str("the grant reaches ")?;
        for (index, site) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{:?} at {} ({})", site.name(), site.url(), site.cloud_id())?;
        }
        Ok(())
    }
}
