//! What users hold: a credential, a site and a way to call.

use std::{fmt, ops::Deref, sync::Arc};

use jsm_ops_api::Addresses;
use jsm_ops_core::{Clock, CloudId, Gateway, SystemClock, Transport};

use crate::{
    ApiToken, Error, Session, SiteChoice,
    authorized::{Authorized, Credential},
    error::Kind,
    http,
};

/// Calls the operations of one site. Clones share everything and cost nothing.
///
/// The areas are those of [`jsm_ops_api::Client`], to which it dereferences: `client.alerts().list().send()`.
#[derive(Clone)]
pub struct Client {
    api: jsm_ops_api::Client,
    transport: Arc<dyn Transport>,
    cloud_id: CloudId,
    session: Option<Session>,
}

impl Client {
    /// Begins with nothing. A credential is needed, and for an API token the id of the site.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    fn new(authorized: Authorized, addresses: Addresses, cloud_id: CloudId, session: Option<Session>) -> Self {
        let transport: Arc<dyn Transport> = Arc::new(authorized);
        let api = jsm_ops_api::Client::with_transport(addresses, Arc::clone(&transport));
        Self { api, transport, cloud_id, session }
    }

    /// The site that is called.
    pub fn cloud_id(&self) -> &CloudId {
        &self.cloud_id
    }

    /// The session whose tokens are used; none with an API token.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// What carries requests: signs them, and gets another token where one is refused.
    pub fn transport(&self) -> &Arc<dyn Transport> {
        &self.transport
    }
}

impl Deref for Client {
    type Target = jsm_ops_api::Client;

    fn deref(&self) -> &Self::Target {
        &self.api
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("cloud_id", &self.cloud_id)
            .field("session", &self.session)
            .field("api", &self.api)
            .finish_non_exhaustive()
    }
}

/// Puts a [`Client`] together.
#[derive(Debug, Default)]
pub struct ClientBuilder {
    session: Option<Session>,
    api_token: Option<ApiToken>,
    site: SiteChoice,
    http: Option<reqwest::Client>,
    gateway: Option<Gateway>,
    clock: Option<Arc<dyn Clock>>,
}

impl ClientBuilder {
    /// Calls with the 3LO tokens of a session.
    #[must_use]
    pub fn session(mut self, session: Session) -> Self {
        self.session = Some(session);
        self
    }

    /// Calls with an API token, at the classic addresses.
    #[must_use]
    pub fn api_token(mut self, token: ApiToken) -> Self {
        self.api_token = Some(token);
        self
    }

    /// The site: by its id, which asks nobody, or by what a look at the grant's sites finds. [`SiteChoice::Only`] if not called.
    #[must_use]
    pub fn site(mut self, site: SiteChoice) -> Self {
        self.site = site;
        self
    }

    /// The HTTP client for calls: your limits, proxies and TLS. If it follows redirects, reqwest takes the credential off where
    /// they lead to another host.
    #[must_use]
    pub fn http(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }

    /// The gateway for calls with an API token. A session brings its own.
    #[must_use]
    pub fn gateway(mut self, gateway: Gateway) -> Self {
        self.gateway = Some(gateway);
        self
    }

    /// The clock for calls with an API token. A session brings its own.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Puts it together. It asks for the sites of the grant unless the site is given by its id.
    ///
    /// # Errors
    /// No credential, or two; no site or several that are meant; an API token without the id of a site; whatever
    /// [`Session::sites`] gives.
    pub async fn build(self) -> Result<Client, Error> {
        let what = "the client";
        let http = match self.http {
            Some(http) => http,
            None => http::for_calls()?,
        };
        match (self.session, self.api_token) {
            (Some(session), None) => {
                if self.gateway.is_some() || self.clock.is_some() {
                    return Err(Kind::invalid(what, "a session brings its own gateway and clock; set them on `OAuth`"));
                }
                let cloud_id = match self.site {
                    SiteChoice::Id(id) => id,
                    choice => choice.pick(&session.sites().await?)?.cloud_id().clone(),
                };
                let (gateway, clock) = {
                    let context = &session.shared.context;
                    (context.endpoints.gateway.clone(), Arc::clone(&context.clock))
                };
                let credential = Credential::Session(session.clone());
                let addresses = Addresses::oauth_at(&gateway, &cloud_id);
                let authorized = Authorized::new(http, clock, credential, gateway);
                Ok(Client::new(authorized, addresses, cloud_id, Some(session)))
            }
            (None, Some(token)) => {
                let SiteChoice::Id(cloud_id) = self.site else {
                    let reason = "an API token does not tell its sites; give the id of one, which \
                                  https://<site>.atlassian.net/_edge/tenant_info shows";
                    return Err(Kind::invalid(what, reason));
                };
                let gateway = self.gateway.unwrap_or_default();
                let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock));
                let credential = Credential::ApiToken(token.header()?);
                let addresses = Addresses::classic_at(&gateway, &cloud_id);
                let authorized = Authorized::new(http, clock, credential, gateway);
                Ok(Client::new(authorized, addresses, cloud_id, None))
            }
            (None, None) => Err(Kind::invalid(what, "it has no credential; give it a session or an API token")),
            (Some(_), Some(_)) => Err(Kind::invalid(what, "it has two credentials; give it a session or an API token")),
        }
    }
}
