//! The error of this crate: one opaque type with predicates.

pub(crate) mod consent_reason;
mod kind;
pub(crate) mod missing_scopes;

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

pub(crate) use kind::ErrorKind;

use crate::{
    error::{consent_reason::ConsentReason, missing_scopes::MissingScopes},
    sign_in::callback::CallbackError,
    site::Site,
    store::error::StoreError,
};

/// Why signing in, keeping tokens or preparing a call failed.
///
/// The predicates say what to do; `Display` is one line for people. Neither holds a secret. Clones
/// are cheap, because all callers that wait for one refresh receive its error.
#[derive(Clone)]
pub struct Error(Arc<ErrorKind>);

/// Errors behind failed calls.
impl Error {
    /// Returns the error behind a call that failed for lack of a credential
    /// ([`CallError::is_credential_missing`](jsm_ops_core::Error::is_credential_missing)).
    pub fn from_call_error(error: &jsm_ops_core::Error) -> Option<&Self> {
        error.source()?.downcast_ref()
    }
}

impl MissingScopes {
    /// Returns the scopes that a failed call lacked, whether this crate or the gateway noticed.
    ///
    /// The gateway does not say which scopes the token has. It returns the same response for a URL
    /// that does not fit the kind of credential.
    pub fn from_call_error(error: &jsm_ops_core::Error) -> Option<Self> {
        if let Some(scopes) = Error::from_call_error(error).and_then(Error::missing_scopes) {
            return Some(scopes.clone());
        }
        let operation = error.operation().filter(|_| error.is_scope_missing())?;
        let required = operation.scopes.iter().copied().collect();
        Some(Self { operation: operation.id.to_owned(), required, granted: None })
    }
}

/// What to do.
impl Error {
    /// The user has to sign in and consent again. [`Error::consent_reason`] says why.
    pub fn is_consent_needed(&self) -> bool {
        self.consent_reason().is_some()
    }

    /// The configuration is wrong: a URL, the client id or secret, the HTTP client. New consent
    /// does not correct it.
    pub fn is_misconfigured(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::Invalid { .. }
                | ErrorKind::Configuration { .. }
                | ErrorKind::HttpClient(_)
                | ErrorKind::Redirect { .. }
                | ErrorKind::ForeignHost { .. }
                | ErrorKind::NoRuntime
        ) || self.is_tls()
    }

    /// A later attempt may succeed: network, rate limit, failing server. The grant is unchanged.
    pub fn is_transient(&self) -> bool {
        matches!(self.kind(), ErrorKind::Unavailable { .. } | ErrorKind::Interrupted | ErrorKind::Timeout { .. })
            || self.store_error().is_some_and(|error| error.is_busy() || error.is_unresponsive())
    }

    /// The callback of the sign-in was rejected. [`Error::callback_error`] says why.
    pub fn is_callback_rejected(&self) -> bool {
        self.callback_error().is_some()
    }

    /// The token endpoint rejected the authorization code of a sign-in. The code expired, was used
    /// already, or belongs to another redirect URI.
    ///
    /// Only this sign-in failed: begin a new one. An older grant of the user is unchanged. If every
    /// sign-in ends like this, compare the redirect URI with the developer console, and check that
    /// no callback is handled twice, as after a reload.
    pub fn is_code_rejected(&self) -> bool {
        matches!(self.kind(), ErrorKind::CodeRejected { .. })
    }

    /// The token store failed. [`Error::store_error`] says how.
    pub fn is_store_failed(&self) -> bool {
        self.store_error().is_some()
    }

    /// The grant lacks scopes. A refresh does not add any, so none was tried.
    pub fn is_scope_missing(&self) -> bool {
        self.missing_scopes().is_some()
    }

    /// No site or several sites match the choice. [`Error::sites`] lists them.
    pub fn is_site_unresolved(&self) -> bool {
        matches!(self.kind(), ErrorKind::Site { .. })
    }

    /// The operation accepts an API token only, and the client has a 3LO token.
    pub fn is_api_token_required(&self) -> bool {
        matches!(self.kind(), ErrorKind::ApiTokenRequired { .. })
    }

    /// The service rejected the access token again right after a refresh.
    pub fn is_token_rejected(&self) -> bool {
        matches!(self.kind(), ErrorKind::TokenRejected)
    }

    fn is_tls(&self) -> bool {
        #[cfg(feature = "rustls")]
        return matches!(self.kind(), ErrorKind::Tls(_));
        #[cfg(not(feature = "rustls"))]
        return false;
    }
}

/// Details of a failure.
impl Error {
    /// Why the user has to consent again.
    pub fn consent_reason(&self) -> Option<&ConsentReason> {
        match self.kind() {
            ErrorKind::Consent(reason) => Some(reason),
            _ => None,
        }
    }

    /// How long the service asks to wait before the next attempt.
    pub fn retry_after(&self) -> Option<Duration> {
        if let ErrorKind::Remembered { retry_in, .. } = &*self.0 {
            return Some(*retry_in);
        }
        match self.kind() {
            ErrorKind::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Why the callback of the sign-in was rejected.
    pub fn callback_error(&self) -> Option<&CallbackError> {
        match self.kind() {
            ErrorKind::Callback(error) => Some(error),
            _ => None,
        }
    }

    /// The error of the token store.
    pub fn store_error(&self) -> Option<&StoreError> {
        match self.kind() {
            ErrorKind::Store(error) => Some(error),
            _ => None,
        }
    }

    /// The scopes that the operation requires and those of the grant.
    pub fn missing_scopes(&self) -> Option<&MissingScopes> {
        match self.kind() {
            ErrorKind::Scope(scopes) => Some(scopes),
            _ => None,
        }
    }

    /// The sites to choose from, if the choice failed.
    pub fn sites(&self) -> &[Site] {
        match self.kind() {
            ErrorKind::Site { choices, .. } => choices,
            _ => &[],
        }
    }

    /// The kind of the error, or of the earlier one that it repeats.
    pub(crate) fn kind(&self) -> &ErrorKind {
        match &*self.0 {
            ErrorKind::Remembered { error, .. } => error,
            kind => kind,
        }
    }

    /// The same error for a later caller, until a request is possible again.
    pub(crate) fn remembered(&self, retry_in: Duration) -> Self {
        let error = match &*self.0 {
            ErrorKind::Remembered { error, .. } => error,
            _ => &self.0,
        };
        ErrorKind::Remembered { error: Arc::clone(error), retry_in }.into()
    }

    /// An invalid value of the caller or the environment.
    pub(crate) fn invalid(what: &'static str, reason: impl Into<String>) -> Self {
        ErrorKind::Invalid { what, reason: reason.into() }.into()
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self(Arc::new(kind))
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        ErrorKind::Store(error).into()
    }
}

impl From<CallbackError> for Error {
    fn from(error: CallbackError) -> Self {
        ErrorKind::Callback(error).into()
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
        match self.kind() {
            // Its text is in the message of this error already.
            ErrorKind::Store(error) => error.source(),
            kind => kind.source(),
        }
    }
}

#[cfg(test)]
mod tests;
