//! What can go wrong, as one opaque error with questions to ask it.

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use jsm_ops_core::Scopes;
use reqwest::StatusCode;

use crate::{sign_in::callback::CallbackError, site::Site, store::error::StoreError};

/// Why something about signing in, keeping tokens or calling failed.
///
/// It is cheap to clone, since one failed refresh is the answer to everybody who waited for it. The questions tell what to do;
/// the text tells a person. Neither holds a secret.
#[derive(Clone)]
pub struct Error(Arc<Kind>);

#[derive(Debug, thiserror::Error)]
pub(crate) enum Kind {
    #[error("{what}: {reason}")]
    Invalid { what: &'static str, reason: String },
    #[error("the operating system gives no randomness, without which no sign-in is safe")]
    Randomness(#[source] getrandom::Error),
    #[error("no HTTP client could be built; check its TLS settings")]
    HttpClient(#[source] reqwest::Error),
    #[cfg(feature = "rustls")]
    #[error("TLS could not be set up; check the certificates of the operating system")]
    Tls(#[source] rustls::Error),
    #[error("the sign-in did not succeed: {0}")]
    Callback(CallbackError),
    #[error("consent is needed: {0}; send the person through the sign-in again")]
    Consent(ConsentReason),
    #[error(
        "{endpoint} refused the app, not the grant: {code}{}; check client id and secret against the developer console",
        Description(.description)
    )]
    Configuration { endpoint: &'static str, code: String, description: String },
    #[error("{endpoint} answered {status}{}{}; nothing was changed here", Code(.code), Description(.description))]
    Unexpected { endpoint: &'static str, status: StatusCode, code: String, description: String },
    #[error("{endpoint} redirects, which nobody follows with a secret; check the configured endpoints")]
    Redirect { endpoint: &'static str },
    #[error("{endpoint} cannot answer now: {reason}; the grant is kept, try again{}", Wait(.retry_after))]
    Unavailable {
        endpoint: &'static str,
        reason: String,
        retry_after: Option<Duration>,
        #[source]
        source: Option<reqwest::Error>,
    },
    #[error("the token store failed: {0}")]
    Store(#[source] StoreError),
    #[error("the task that refreshed the token ended before its time; try again")]
    Interrupted,
    #[error("{wanted}; {}", Choices(.choices))]
    Site { wanted: String, choices: Vec<Site> },
    #[error(transparent)]
    Scope(MissingScopes),
    #[error(
        "`{operation}` takes an API token only; no OAuth 2.0 (3LO) token may call it. Build the client with an API token"
    )]
    ApiTokenOnly { operation: String },
    #[error("the token is refused, also after a refresh; the site may have withdrawn the app or the person's access")]
    TokenRefused,
    #[error("a request to {host:?} was stopped: credentials go to the configured gateway only")]
    ForeignHost { host: String },
    #[error("the local sign-in failed: {what}")]
    Loopback {
        what: String,
        #[source]
        source: Option<std::io::Error>,
    },
}

/// Why a person has to consent again.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConsentReason {
    /// The store has no grant under this key: the person never signed in, or signed out.
    NoGrant,
    /// The service does not take the refresh token any more. It expired, the password was changed, consent was withdrawn, or an
    /// older token of the family was used again.
    Refused {
        /// The `error` of the answer, as in `invalid_grant`.
        code: String,
        /// What the service says about it.
        description: String,
    },
    /// The access token is over and there is no refresh token, because `offline_access` was not asked for.
    NoRefreshToken,
}

impl fmt::Display for ConsentReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoGrant => f.write_str("the store has no grant under this key"),
            Self::Refused { code, description } => {
                write!(f, "Atlassian refuses the grant with {code}{}", Description(description))
            }
            Self::NoRefreshToken => {
                f.write_str("the access token is over, and without offline_access there is no refresh token")
            }
        }
    }
}

/// Scopes that an operation needs and the grant does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{operation}` needs the scopes [{}], the grant has {}; add them to the app and to the sign-in, and ask for consent again",
    needed,
    held.as_ref().map_or_else(|| "unknown ones".to_owned(), |held| format!("[{held}]"))
)]
pub struct MissingScopes {
    pub(crate) operation: String,
    pub(crate) needed: Scopes,
    pub(crate) held: Option<Scopes>,
}

impl MissingScopes {
    /// The operation, by the name of its method.
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// The scopes that an error of a call is about: found out before the request, or told by the gateway, which does not say which
    /// ones the token has. The gateway says the same where the address is not the one for the kind of credential.
    pub fn of_call(error: &jsm_ops_core::Error) -> Option<Self> {
        if let Some(scopes) = Error::of_call(error).and_then(Error::missing_scopes) {
            return Some(scopes.clone());
        }
        let operation = error.operation().filter(|_| error.is_scope_missing())?;
        Some(Self { operation: operation.id.to_owned(), needed: operation.scopes.iter().copied().collect(), held: None })
    }

    /// All scopes that it needs; it needs every one.
    pub fn needed(&self) -> &Scopes {
        &self.needed
    }

    /// The scopes of the grant, where the service told them.
    pub fn held(&self) -> Option<&Scopes> {
        self.held.as_ref()
    }
}

impl Error {
    /// The error behind a call that had no credential: [`jsm_ops_core::Error::is_credential`].
    pub fn of_call(error: &jsm_ops_core::Error) -> Option<&Self> {
        error.source()?.downcast_ref()
    }

    /// Whether a person has to consent again. [`Error::consent_reason`] tells why.
    pub fn is_consent_needed(&self) -> bool {
        self.consent_reason().is_some()
    }

    /// Why a person has to consent again.
    pub fn consent_reason(&self) -> Option<&ConsentReason> {
        match self.kind() {
            Kind::Consent(reason) => Some(reason),
            _ => None,
        }
    }

    /// Whether the configuration is wrong: an address, the app's id or secret, the HTTP client. No consent mends it.
    pub fn is_configuration(&self) -> bool {
        matches!(
            self.kind(),
            Kind::Invalid { .. }
                | Kind::Configuration { .. }
                | Kind::HttpClient(_)
                | Kind::Redirect { .. }
                | Kind::ForeignHost { .. }
        ) || self.is_tls()
    }

    /// Whether trying again later may help: the network, a limit, a failing server. The grant is untouched.
    pub fn is_transient(&self) -> bool {
        matches!(self.kind(), Kind::Unavailable { .. } | Kind::Interrupted)
            || self.store_error().is_some_and(StoreError::is_busy)
    }

    /// How long the service asks to be left alone, where it said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self.kind() {
            Kind::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether the browser came back with anything else than consent. [`Error::callback`] tells with what.
    pub fn is_callback(&self) -> bool {
        self.callback().is_some()
    }

    /// What the browser came back with instead of consent.
    pub fn callback(&self) -> Option<&CallbackError> {
        match self.kind() {
            Kind::Callback(problem) => Some(problem),
            _ => None,
        }
    }

    /// Whether the token store failed. [`Error::store_error`] tells how.
    pub fn is_store(&self) -> bool {
        self.store_error().is_some()
    }

    /// How the token store failed.
    pub fn store_error(&self) -> Option<&StoreError> {
        match self.kind() {
            Kind::Store(error) => Some(error),
            _ => None,
        }
    }

    /// Whether the grant lacks scopes. No refresh mends it, and none was tried.
    pub fn is_scope_missing(&self) -> bool {
        self.missing_scopes().is_some()
    }

    /// The scopes needed and held.
    pub fn missing_scopes(&self) -> Option<&MissingScopes> {
        match self.kind() {
            Kind::Scope(scopes) => Some(scopes),
            _ => None,
        }
    }

    /// Whether no site, or more than one, is what was asked for. [`Error::sites`] lists what there is.
    pub fn is_site(&self) -> bool {
        matches!(self.kind(), Kind::Site { .. })
    }

    /// The sites to choose from, where the choice failed.
    pub fn sites(&self) -> &[Site] {
        match self.kind() {
            Kind::Site { choices, .. } => choices,
            _ => &[],
        }
    }

    /// Whether the operation takes an API token only, and the client has a 3LO token.
    pub fn is_api_token_only(&self) -> bool {
        matches!(self.kind(), Kind::ApiTokenOnly { .. })
    }

    /// Whether the service refused the access token again right after a refresh.
    pub fn is_token_refused(&self) -> bool {
        matches!(self.kind(), Kind::TokenRefused)
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.0
    }

    fn is_tls(&self) -> bool {
        #[cfg(feature = "rustls")]
        return matches!(self.kind(), Kind::Tls(_));
        #[cfg(not(feature = "rustls"))]
        return false;
    }
}

impl Kind {
    pub(crate) fn invalid(what: &'static str, reason: impl Into<String>) -> Error {
        Self::Invalid { what, reason: reason.into() }.into()
    }
}

impl From<Kind> for Error {
    fn from(kind: Kind) -> Self {
        Self(Arc::new(kind))
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Kind::Store(error).into()
    }
}

impl From<CallbackError> for Error {
    fn from(error: CallbackError) -> Self {
        Kind::Callback(error).into()
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

/// The service's own words behind a code, where it has any.
struct Description<'a>(&'a String);

impl fmt::Display for Description<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, " ({})", self.0) }
    }
}

/// The `error` of an answer, where it has one.
struct Code<'a>(&'a String);

impl fmt::Display for Code<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, ", error {:?}", self.0) }
    }
}

struct Wait<'a>(&'a Option<Duration>);

impl fmt::Display for Wait<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(wait) => write!(f, " in {} seconds", wait.as_secs()),
            None => f.write_str(" later"),
        }
    }
}

struct Choices<'a>(&'a [Site]);

impl fmt::Display for Choices<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("the grant reaches no site; ask for consent to one");
        }
        f.write_str("the grant reaches ")?;
        for (index, site) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{:?} at {} ({})", site.name(), site.url(), site.cloud_id())?;
        }
        Ok(())
    }
}
