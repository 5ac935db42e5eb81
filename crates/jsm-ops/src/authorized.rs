//! Requests with a credential on them.

use jsm_ops_core::{Error as CallError, Gateway, HttpTransport, Operation, Request, Response};
use reqwest::{Url, header::HeaderValue};

use crate::{
    AccessToken, Error, Session,
    error::{Kind, MissingScopes},
    runtime::Observed,
};

/// What a client proves itself with.
pub(crate) enum Credential {
    /// A 3LO token of a session.
    Session(Session),
    /// An API token, as the header that it always is.
    ApiToken(HeaderValue),
}

/// Signs requests to one gateway, and gets another token where one is refused.
pub(crate) struct Authorized {
    http: HttpTransport,
    credential: Credential,
    gateway: Gateway,
}

impl Authorized {
    pub(crate) fn new(http: HttpTransport, credential: Credential, gateway: Gateway) -> Self {
        Self { http, credential, gateway }
    }

    /// Sends a request, and its copy if its token is refused.
    pub(crate) async fn send(
        &self,
        request: Request,
        copy: Option<&Request>,
        observed: &Observed<'_>,
    ) -> Result<Response, CallError> {
        let operation = request.operation;
        let refuse = |error: Error| CallError::credential(operation, error);
        self.check_host(&request.url).map_err(refuse)?;
        let session = match &self.credential {
            Credential::ApiToken(header) => {
                observed.attempt();
                return self.http.send_with(request, Some(header.clone())).await;
            }
            Credential::Session(session) => session,
        };
        if !operation.oauth {
            return Err(refuse(Kind::ApiTokenOnly { operation: operation.id.to_owned() }.into()));
        }
        let token = session.access_token().await.map_err(refuse)?;
        check_scopes(&token, operation).map_err(refuse)?;
        let answer = self.send_as(&token, request, observed).await?;
        if !is_refused(operation, &answer) || !session.reject(token.generation()) {
            return Ok(answer);
        }
        // Whatever the operation does: a request that the gateway refused was not carried out.
        let Some(copy) = copy.and_then(Request::try_clone) else { return Ok(answer) };
        observed.token_refused();
        let token = session.access_token().await.map_err(refuse)?;
        let answer = self.send_as(&token, copy, observed).await?;
        if is_refused(operation, &answer) {
            session.distrust(token.generation());
        }
        Ok(answer)
    }

    async fn send_as(&self, token: &AccessToken, request: Request, observed: &Observed<'_>) -> Result<Response, CallError> {
        let operation = request.operation;
        // Tokens that no header can carry do not get into a grant, except from a store that others wrote.
        let bearer = token.bearer().map_err(|_| CallError::credential(operation, Error::from(Kind::TokenRefused)))?;
        observed.attempt();
        self.http.send_with(request, Some(bearer)).await
    }

    /// Whoever makes requests of their own may give them any address; credentials go to the gateway and nowhere else.
    fn check_host(&self, url: &Url) -> Result<(), Error> {
        let rest = url.as_str().strip_prefix(self.gateway.as_str());
        // What follows the gateway has to be a path: `https://gateway.example` is no prefix of `https://gateway.example.org`.
        if rest.is_some_and(|rest| rest.starts_with('/')) && url.username().is_empty() && url.password().is_none() {
            return Ok(());
        }
        Err(Kind::ForeignHost { host: url.host_str().unwrap_or_default().to_owned() }.into())
    }
}

/// Fails where the grant is known to lack a scope. Where the service did not tell its scopes, the gateway will.
fn check_scopes(token: &AccessToken, operation: &Operation) -> Result<(), Error> {
    let Some(held) = token.scopes() else { return Ok(()) };
    if held.missing_for(operation).is_empty() {
        return Ok(());
    }
    let needed = operation.scopes.iter().copied().collect();
    Err(Kind::Scope(MissingScopes { operation: operation.id.to_owned(), needed, held: Some(held.clone()) }).into())
}

/// Whether an answer says that the token is not good. A missing scope has the same status, and a new token would lack it too.
fn is_refused(operation: &'static Operation, answer: &Response) -> bool {
    answer.status == reqwest::StatusCode::UNAUTHORIZED && CallError::from_response(operation, answer).is_unauthorized()
}
