//! The client: a credential, a site and a transport.

use std::{fmt, ops::Deref, sync::Arc, time::Duration};

use jsm_ops_api::{BaseUrls, operations::OPERATIONS};
use jsm_ops_core::{Clock, CloudId, Gateway, HttpTransport, RateLimits, SystemClock, Transport};

use crate::{
    error::Error,
    http_client,
    session::Session,
    site_choice::SiteChoice,
    transport::{
        ClientTransport,
        api_token::ApiToken,
        credential::{Authenticator, Credential},
        jitter::Random,
        metrics::Metrics,
        rate_limiter::Rate,
        retry_policy::RetryPolicy,
        settings::TransportSettings,
    },
};

/// The name of the configuration in error messages.
const CONFIGURATION: &str = "the client configuration";

/// Calls the operations of one site. Clones are cheap and share everything.
///
/// It dereferences to [`jsm_ops_api::Client`], which has one method per area:
/// `client.alerts().list().send()`.
#[derive(Clone)]
pub struct Client {
    api: jsm_ops_api::Client,
    transport: Arc<ClientTransport>,
    dyn_transport: Arc<dyn Transport>,
    cloud_id: CloudId,
    session: Option<Session>,
}

impl Client {
    /// Starts a client. It needs a credential, and with an API token also the id of the site.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    fn new(transport: ClientTransport, base_urls: BaseUrls, cloud_id: CloudId, session: Option<Session>) -> Self {
        let transport = Arc::new(transport);
        let dyn_transport: Arc<dyn Transport> = Arc::<ClientTransport>::clone(&transport);
        let api = jsm_ops_api::Client::with_transport(base_urls, Arc::clone(&dyn_transport));
        Self { api, transport, dyn_transport, cloud_id, session }
    }

    /// The site that this client calls.
    pub fn cloud_id(&self) -> &CloudId {
        &self.cloud_id
    }

    /// The session that provides the tokens. `None` with an API token.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// The latest rate limits that any clone of this client received. They are empty until the
    /// service sends some, which it does when a limit is near.
    pub fn rate_limits(&self) -> RateLimits {
        self.transport.rate_limits()
    }

    /// The transport, which limits the rate of requests, adds the credential and retries.
    pub fn transport(&self) -> &Arc<dyn Transport> {
        &self.dyn_transport
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

/// Builds a [`Client`].
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
    settings: TransportSettings,
}

impl ClientBuilder {
    /// Calls with the 3LO tokens of a session.
    #[must_use]
    pub fn session(mut self, session: Session) -> Self {
        self.session = Some(session);
        self
    }

    /// Calls with an API token, at the HTTP Basic base URL.
    #[must_use]
    pub fn api_token(mut self, token: ApiToken) -> Self {
        self.api_token = Some(token);
        self
    }

    /// Chooses the site. The default is [`SiteChoice::Only`]. [`SiteChoice::Id`] sends no request;
    /// the other choices request the sites of the grant.
    #[must_use]
    pub fn site(mut self, site: SiteChoice) -> Self {
        self.site = site;
        self
    }

    /// Sets the HTTP client for calls, with its timeouts, proxies, user agent and TLS.
    ///
    /// If it follows redirects, reqwest removes the credential when the host changes.
    #[must_use]
    pub fn http(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }

    /// Sets the timeout for establishing a connection. The default is 10 seconds.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Sets the longest delay between two bytes of a response. The default is 60 seconds.
    #[must_use]
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = Some(timeout);
        self
    }

    /// Sets the timeout of a whole call: rate limits, refresh, all attempts and the delays between
    /// them.
    ///
    /// By default only the [`read_timeout`](Self::read_timeout) of each attempt applies.
    /// [`CallOptions::timeout`](crate::core::CallOptions::timeout) sets it for one call.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = Some(timeout);
        self
    }

    /// Sets the size limit of a response in bytes. The default is 32 MiB.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.settings.max_body = bytes;
        self
    }

    /// Sets how often and when calls are retried.
    #[must_use]
    pub fn retry_policy(mut self, policy: RetryPolicy) -> Self {
        self.settings.retry_policy = policy;
        self
    }

    /// Limits the request rate of one area on the client side. Retries count. Areas are those of
    /// [`Operation::area`], as in `alerts`.
    ///
    /// [`Operation::area`]: crate::Operation::area
    #[must_use]
    pub fn rate_limit(mut self, area: impl Into<String>, rate: Rate) -> Self {
        let area = area.into();
        self.settings.rate_limits.retain(|(known, _)| *known != area);
        self.settings.rate_limits.push((area, rate));
        self
    }

    /// Delays requests when the service says that a rate limit is near, so that the rest of the
    /// quota lasts. Delays above [`RetryPolicy::max_retry_after`] are skipped.
    #[must_use]
    pub fn adaptive_rate_limiting(mut self) -> Self {
        self.settings.adaptive_rate_limiting = true;
        self
    }

    /// Sets the receiver of metrics.
    #[must_use]
    pub fn metrics(mut self, metrics: Arc<dyn Metrics>) -> Self {
        self.settings.metrics = metrics;
        self
    }

    /// Sets the source of random numbers for jitter. The default is the operating system.
    #[must_use]
    pub fn random(mut self, random: Arc<dyn Random>) -> Self {
        self.settings.random = random;
        self
    }

    /// Sets the gateway for calls with an API token. A session has its own.
    #[must_use]
    pub fn gateway(mut self, gateway: Gateway) -> Self {
        self.gateway = Some(gateway);
        self
    }

    /// Sets the clock for calls with an API token. A session has its own.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Builds the client. It requests the sites of the grant unless the choice is
    /// [`SiteChoice::Id`].
    ///
    /// # Errors
    /// There are no or two credentials. No site or several sites match. An API token has no site
    /// id. A rate limit names an unknown area. Timeouts are set together with an HTTP client.
    /// [`Session::sites`] fails.
    pub async fn build(self) -> Result<Client, Error> {
        let invalid = |reason: &str| Err(Error::invalid(CONFIGURATION, reason));
        let http = self.http_transport()?;
        match (self.session, self.api_token) {
            (Some(session), None) => {
                if self.gateway.is_some() || self.clock.is_some() {
                    return invalid("a session has its own gateway and clock; set them on `OAuth`");
                }
                let cloud_id = match self.site {
                    SiteChoice::Id(id) => id,
                    choice => choice.pick(&session.sites().await?)?.cloud_id().clone(),
                };
                let (gateway, clock) = {
                    let context = &session.inner.context;
                    (context.endpoints.gateway.clone(), Arc::clone(&context.clock))
                };
                let base_urls = BaseUrls::oauth_at(&gateway, &cloud_id);
                let http = http.with_clock(Arc::clone(&clock));
                let authenticator = Authenticator::new(http, Credential::Session(session.clone()), gateway);
                let transport = ClientTransport::new(authenticator, clock, self.settings);
                Ok(Client::new(transport, base_urls, cloud_id, Some(session)))
            }
            (None, Some(token)) => {
                let SiteChoice::Id(cloud_id) = self.site else {
                    return invalid(
                        "an API token does not list its sites; set the id of one, which \
                         https://<site>.atlassian.net/_edge/tenant_info returns",
                    );
                };
                let gateway = self.gateway.unwrap_or_default();
                let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock));
                let base_urls = BaseUrls::basic_at(&gateway, &cloud_id);
                let http = http.with_clock(Arc::clone(&clock));
                let authenticator = Authenticator::new(http, Credential::ApiToken(token.header()?), gateway);
                let transport = ClientTransport::new(authenticator, clock, self.settings);
                Ok(Client::new(transport, base_urls, cloud_id, None))
            }
            (None, None) => invalid("it has no credential; set a session or an API token"),
            (Some(_), Some(_)) => invalid("it has two credentials; set either a session or an API token"),
        }
    }

    /// Checks the settings and builds the HTTP transport.
    fn http_transport(&self) -> Result<HttpTransport, Error> {
        let is_known = |area: &str| OPERATIONS.iter().any(|operation| operation.area == area);
        if let Some((area, _)) = self.settings.rate_limits.iter().find(|(area, _)| !is_known(area)) {
            let reason = format!("the area {area:?} of a rate limit is unknown; see `Operation::area`");
            return Err(Error::invalid(CONFIGURATION, reason));
        }
        let http = match &self.http {
            Some(_) if self.connect_timeout.is_some() || self.read_timeout.is_some() => {
                return Err(Error::invalid(CONFIGURATION, "your HTTP client has its own timeouts; set them there"));
            }
            Some(http) => http.clone(),
            None => http_client::for_calls(self.connect_timeout, self.read_timeout)?,
        };
        Ok(HttpTransport::new(http).with_max_body(self.settings.max_body))
    }
}
