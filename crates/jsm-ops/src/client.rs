//! What users hold: a credential, a site and a way to call.

use std::{fmt, ops::Deref, sync::Arc, time::Duration};

use jsm_ops_api::{BaseUrls, operations::OPERATIONS};
use jsm_ops_core::{Clock, CloudId, Gateway, HttpTransport, RateLimits, SystemClock, Transport};

use crate::{
    ApiToken, Error, Metrics, Random, Rate, RetryPolicy, Session, SiteChoice,
    authorized::{Authorized, Credential},
    error::Kind,
    http,
    runtime::{Runtime, Settings},
};

/// Calls the operations of one site. Clones share everything and cost nothing.
///
/// The areas are those of [`jsm_ops_api::Client`], to which it dereferences: `client.alerts().list().send()`.
#[derive(Clone)]
pub struct Client {
    api: jsm_ops_api::Client,
    runtime: Arc<Runtime>,
    transport: Arc<dyn Transport>,
    cloud_id: CloudId,
    session: Option<Session>,
}

impl Client {
    /// Begins with nothing. A credential is needed, and for an API token the id of the site.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    fn new(runtime: Runtime, addresses: BaseUrls, cloud_id: CloudId, session: Option<Session>) -> Self {
        let runtime = Arc::new(runtime);
        let transport: Arc<dyn Transport> = Arc::<Runtime>::clone(&runtime);
        let api = jsm_ops_api::Client::with_transport(addresses, Arc::clone(&transport));
        Self { api, runtime, transport, cloud_id, session }
    }

    /// The site that is called.
    pub fn cloud_id(&self) -> &CloudId {
        &self.cloud_id
    }

    /// The session whose tokens are used; none with an API token.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// The latest that the service said about its limits to any clone of this client. Nothing is in it before the service said
    /// anything, which it does when limits are near.
    pub fn rate_limits(&self) -> RateLimits {
        self.runtime.rate_limits()
    }

    /// What carries requests: paces, signs and repeats them.
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
    connect_timeout: Option<Duration>,
    read_timeout: Option<Duration>,
    gateway: Option<Gateway>,
    clock: Option<Arc<dyn Clock>>,
    settings: Settings,
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

    /// The HTTP client for calls: your timeouts, proxies, user agent and TLS. If it follows redirects, reqwest takes the credential off where
    /// they lead to another host.
    #[must_use]
    pub fn http(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }

    /// How long a connection may take to come about; 10 seconds unless said otherwise.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// How long a call may go without a byte of its answer; 60 seconds unless said otherwise.
    #[must_use]
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = Some(timeout);
        self
    }

    /// The longest time for a call with all that belongs to it: its turn, signing in and refreshing, every attempt, the waits between.
    /// No limit but that of silence unless said otherwise; [`CallOptions::timeout`](crate::core::CallOptions::timeout) says it
    /// for one call.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = Some(timeout);
        self
    }

    /// The largest answer that is read, in bytes; 32 MiB unless said otherwise.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.settings.max_body = bytes;
        self
    }

    /// How often calls are repeated, and when.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.settings.retry = policy;
        self
    }

    /// Lets requests of one area wait so that they keep to a rate, repeated ones too. Areas are those of [`Operation::area`], as in
    /// `alerts`.
    ///
    /// [`Operation::area`]: crate::Operation::area
    #[must_use]
    pub fn limit(mut self, area: impl Into<String>, rate: Rate) -> Self {
        let area = area.into();
        self.settings.rates.retain(|(known, _)| *known != area);
        self.settings.rates.push((area, rate));
        self
    }

    /// Lets requests wait when the service says that a limit is near, so that what is left lasts. Waits that are longer than those of
    /// the [`RetryPolicy`] are not waited for.
    #[must_use]
    pub fn slow_down(mut self) -> Self {
        self.settings.slows_down = true;
        self
    }

    /// Is told of calls, for those who count them.
    #[must_use]
    pub fn metrics(mut self, metrics: Arc<dyn Metrics>) -> Self {
        self.settings.metrics = metrics;
        self
    }

    /// Another source of random numbers for jitter than the operating system's.
    #[must_use]
    pub fn random(mut self, random: Arc<dyn Random>) -> Self {
        self.settings.random = random;
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
    /// No credential, or two; no site or several that are meant; an API token without the id of a site; a limit for an area that
    /// there is not; timeouts for a client that is yours; whatever [`Session::sites`] gives.
    pub async fn build(self) -> Result<Client, Error> {
        let what = "the client";
        if let Some((area, _)) =
            self.settings.rates.iter().find(|(area, _)| !OPERATIONS.iter().any(|known| known.area == area))
        {
            return Err(Kind::invalid(what, format!("there is no area {area:?} to limit; see `Operation::area`")));
        }
        let http = match self.http {
            Some(_) if self.connect_timeout.is_some() || self.read_timeout.is_some() => {
                return Err(Kind::invalid(what, "an HTTP client of your own brings its own timeouts"));
            }
            Some(http) => http,
            None => http::for_calls(self.connect_timeout, self.read_timeout)?,
        };
        let http = HttpTransport::new(http).with_max_body(self.settings.max_body);
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
                let addresses = BaseUrls::oauth_at(&gateway, &cloud_id);
                let http = http.with_clock(Arc::clone(&clock));
                let runtime = Runtime::new(Authorized::new(http, credential, gateway), clock, self.settings);
                Ok(Client::new(runtime, addresses, cloud_id, Some(session)))
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
                let addresses = BaseUrls::basic_at(&gateway, &cloud_id);
                let http = http.with_clock(Arc::clone(&clock));
                let runtime = Runtime::new(Authorized::new(http, credential, gateway), clock, self.settings);
                Ok(Client::new(runtime, addresses, cloud_id, None))
            }
            (None, None) => Err(Kind::invalid(what, "it has no credential; give it a session or an API token")),
            (Some(_), Some(_)) => Err(Kind::invalid(what, "it has two credentials; give it a session or an API token")),
        }
    }
}
