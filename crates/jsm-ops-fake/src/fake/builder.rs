//! The settings of a fake, and its start.

use std::{io, sync::Arc, time::Duration};

use crate::{
    fake::running::Fake,
    faults::fake_clock::FakeClock,
    server::listener::FakeServer,
    wire::request::RecordedRequest,
    world::{
        fake_state::{FakeState, SharedState},
        registry::{FakeApiToken, FakeApp, FakeSite, RejectedGrant},
        request_log::RequestLog,
    },
};

/// The settings of a [`Fake`].
#[derive(Debug)]
#[must_use = "a fake runs after `start`"]
pub struct FakeBuilder {
    port: u16,
    real_clock: bool,
    apps: Vec<FakeApp>,
    sites: Vec<FakeSite>,
    api_token: FakeApiToken,
    rejected_grant: RejectedGrant,
    token_type: Option<String>,
    access_lifetime: Duration,
    keep: Option<u64>,
    check_on_drop: bool,
    watcher: Option<fn(&RecordedRequest)>,
}

impl Default for FakeBuilder {
    fn default() -> Self {
        Self {
            port: 0,
            real_clock: false,
            apps: Vec::new(),
            sites: Vec::new(),
            api_token: FakeApiToken::default(),
            rejected_grant: RejectedGrant::default(),
            token_type: None,
            access_lifetime: Duration::from_secs(3600),
            keep: None,
            check_on_drop: false,
            watcher: None,
        }
    }
}

impl FakeBuilder {
    /// Sets the port on `127.0.0.1`. The default is a free port.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Uses the machine's clock. By default the clock stands at 2027-01-01T00:00:00Z.
    pub fn real_clock(mut self) -> Self {
        self.real_clock = true;
        self
    }

    /// Registers an app. Without a call, [`FakeApp::default`] is registered.
    pub fn app(mut self, app: FakeApp) -> Self {
        self.apps.push(app);
        self
    }

    /// Adds a site. Without a call, the fake has [`FakeSite::default`].
    pub fn site(mut self, site: FakeSite) -> Self {
        self.sites.push(site);
        self
    }

    /// Sets the API token that the HTTP Basic base URL accepts.
    pub fn api_token(mut self, api_token: FakeApiToken) -> Self {
        self.api_token = api_token;
        self
    }

    /// Sets the OAuth error for a refresh token that is not valid.
    pub fn rejected_grant(mut self, rejected_grant: RejectedGrant) -> Self {
        self.rejected_grant = rejected_grant;
        self
    }

    /// Adds `token_type` to token responses. By default it is missing, as in the documentation.
    pub fn token_type(mut self, token_type: &str) -> Self {
        self.token_type = Some(token_type.to_owned());
        self
    }

    /// Sets how long an access token is valid. The default is an hour.
    pub fn access_lifetime(mut self, lifetime: Duration) -> Self {
        self.access_lifetime = lifetime;
        self
    }

    /// Keeps only the last requests, for long runs. Counts and violations stay exact.
    pub fn keep_requests(mut self, requests: u64) -> Self {
        self.keep = Some(requests);
        self
    }

    /// Asserts that there are no violations when the fake is dropped, except during a panic.
    pub fn check_on_drop(mut self) -> Self {
        self.check_on_drop = true;
        self
    }

    /// Calls a function with every request that has a response, on the thread of the server.
    pub fn on_request(mut self, watcher: fn(&RecordedRequest)) -> Self {
        self.watcher = Some(watcher);
        self
    }

    /// Starts the fake.
    ///
    /// # Errors
    /// If the port is in use, or the system cannot create a thread.
    pub async fn start(mut self) -> io::Result<Fake> {
        if self.apps.is_empty() {
            self.apps.push(FakeApp::default());
        }
        if self.sites.is_empty() {
            self.sites.push(FakeSite::default());
        }
        let clock = if self.real_clock { FakeClock::real() } else { FakeClock::fixed() };
        let mut state = FakeState::new(clock.clone());
        state.apps = self.apps;
        state.sites = self.sites;
        state.api_token = self.api_token;
        state.rejected_grant = self.rejected_grant;
        state.token_type = self.token_type;
        state.grants.access_lifetime = self.access_lifetime;
        let shared = Arc::new(SharedState::new(state, RequestLog::new(self.keep, self.watcher)));
        let server = FakeServer::start(Arc::clone(&shared), self.port).await?;
        Ok(Fake { shared, clock, server, check_on_drop: self.check_on_drop })
    }
}

/// Starts a fake with default or chosen settings.
impl Fake {
    /// Starts a fake with one app and one site on a free port.
    ///
    /// # Errors
    /// If the system has no free port, or cannot create a thread.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Returns the default settings.
    pub fn builder() -> FakeBuilder {
        FakeBuilder::default()
    }
}
