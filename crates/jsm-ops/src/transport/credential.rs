//! Adds the credential to requests.

use jsm_ops_core::{Error as CallError, Gateway, HttpTransport, Operation, Request, Response};
use reqwest::{Url, header::HeaderValue};

use crate::{
    error::{Error, ErrorKind, missing_scopes::MissingScopes},
    session::{Session, access_token::AccessToken},
    transport::observe::CallObserver,
};

/// The credential of a client.
pub(crate) enum Credential {
    /// The 3LO tokens of a session.
    Session(Session),
    /// An API token as a header, which does not change.
    ApiToken(HeaderValue),
}

/// Sends requests to one gateway with a credential. It replaces a rejected 3LO token once.
pub(crate) struct Authenticator {
    http: HttpTransport,
    credential: Credential,
    gateway: Gateway,
}

impl Authenticator {
    pub(crate) fn new(http: HttpTransport, credential: Credential, gateway: Gateway) -> Self {
        Self { http, credential, gateway }
    }

    /// Sends a request. If its token is rejected, sends the copy with another token.
    pub(crate) async fn send(
        &self,
        request: Request,
        copy: Option<&Request>,
        observer: &CallObserver<'_>,
    ) -> Result<Response, CallError> {
        let operation = request.operation;
        let not_sent = |error: Error| CallError::credential(operation, error);
        self.check_host(&request.url).map_err(not_sent)?;
        let session = match &self.credential {
            Credential::ApiToken(header) => {
                observer.attempt();
                return self.http.send_with(request, Some(header.clone())).await;
            }
            Credential::Session(session) => session,
        };
        if !operation.oauth {
            return Err(not_sent(ErrorKind::ApiTokenRequired { operation: operation.id.to_owned() }.into()));
        }
        let token = session.access_token().await.map_err(not_sent)?;
        check_scopes(&token, operation).map_err(not_sent)?;
        let response = self.send_with_token(&token, request, observer).await?;
        if !is_token_rejected(operation, &response) || !session.reject(token.generation()) {
            return Ok(response);
        }
        // This is safe for every operation: the gateway rejected the request before it was carried
        // out.
        let Some(copy) = copy.and_then(Request::try_clone) else { return Ok(response) };
        observer.token_rejected();
        let token = session.access_token().await.map_err(not_sent)?;
        let response = self.send_with_token(&token, copy, observer).await?;
        if is_token_rejected(operation, &response) {
            session.mark_rejected_after_refresh(token.generation());
        }
        Ok(response)
    }

    async fn send_with_token(
        &self,
        token: &AccessToken,
        request: Request,
        observer: &CallObserver<'_>,
    ) -> Result<Response, CallError> {
        let operation = request.operation;
        // Only a store that others wrote can hold a token that is invalid in a header.
        let bearer = token.bearer().map_err(|_| CallError::credential(operation, Error::from(ErrorKind::TokenRejected)))?;
        observer.attempt();
        self.http.send_with(request, Some(bearer)).await
    }

    /// Requests of a caller may have any URL. Credentials go to the gateway only.
    fn check_host(&self, url: &Url) -> Result<(), Error> {
        let rest = url.as_str().strip_prefix(self.gateway.as_str());
        // A path must follow: `https://gateway.example` is a prefix of
        // `https://gateway.example.org`.
        if rest.is_some_and(|rest| rest.starts_with('/')) && url.username().is_empty() && url.password().is_none() {
            return Ok(());
        }
        Err(ErrorKind::ForeignHost { host: url.host_str().unwrap_or_default().to_owned() }.into())
    }
}

/// Fails if the grant is known to lack a scope. If the scopes are unknown, the gateway decides.
fn check_scopes(token: &AccessToken, operation: &Operation) -> Result<(), Error> {
    let Some(granted) = token.scopes() else { return Ok(()) };
    if granted.missing_for(operation).is_empty() {
        return Ok(());
    }
    let required = operation.scopes.iter().copied().collect();
    let missing = MissingScopes { operation: operation.id.to_owned(), required, granted: Some(granted.clone()) };
    Err(ErrorKind::Scope(missing).into())
}

/// Whether the gateway rejected the token. A missing scope has the same status, and a new token
/// would lack it too.
fn is_token_rejected(operation: &'static Operation, response: &Response) -> bool {
    response.status == reqwest::StatusCode::UNAUTHORIZED && CallError::from_response(operation, response).is_unauthorized()
}
