//! The settings of a fake.

use std::{io, sync::Arc, time::Duration};

use crate::{
    fake::handle::Fake,
    faults::clock::Clock,
    server::listener::Server,
    wire::request::Seen,
    world::{
        registry::{ApiToken, App, DeadGrant, Site},
        request_log::Log,
        state::{Shared, State},
    },
};

/// Settings of a [`Fake`] that is to be started.
#[derive(Debug)]
#[must_use = "nothing runs until `start`"]
pub struct Builder {
    port: u16,
    real_clock: bool,
    apps: Vec<App>,
    sites: Vec<Site>,
    api_token: ApiToken,
    dead_grant: DeadGrant,
    token_type: Option<String>,
    access_lifetime: Duration,
    keep: Option<u64>,
    check_on_drop: bool,
    watcher: Option<fn(&Seen)>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            port: 0,
            real_clock: false,
            apps: Vec::new(),
            sites: Vec::new(),
            api_token: ApiToken::default(),
            dead_grant: DeadGrant::default(),
            token_type: None,
            access_lifetime: Duration::from_secs(3600),
            keep: None,
            check_on_drop: false,
            watcher: None,
        }
    }
}

impl Builder {
    /// Listens on this port of `127.0.0.1`; by default on a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Follows the machine's clock instead of standing still at 2027-01-01T00:00:00Z.
    pub fn real_clock(mut self) -> Self {
        self.real_clock = true;
        self
    }

    /// Registers an app. Without any, [`App::default`] is registered.
    pub fn app(mut self, app: App) -> Self {
        self.apps.push(app);
        self
    }

    /// Adds a site. Without any, there is [`Site::default`].
    pub fn site(mut self, site: Site) -> Self {
        self.sites.push(site);
        self
    }

    /// The API token that opens the classic address.
    pub fn api_token(mut self, api_token: ApiToken) -> Self {
        self.api_token = api_token;
        self
    }

    /// How the token endpoint says that a grant is dead.
    pub fn dead_grant(mut self, dead_grant: DeadGrant) -> Self {
        self.dead_grant = dead_grant;
        self
    }

    /// The `token_type` in answers with tokens. By default there is none, as in the documented answer.
    pub fn token_type(mut self, token_type: &str) -> Self {
        self.token_type = Some(token_type.to_owned());
        self
    }

    /// How long an access token is good; by default an hour.
    pub fn access_lifetime(mut self, lifetime: Duration) -> Self {
        self.access_lifetime = lifetime;
        self
    }

    /// Keeps only the last so many requests in the record, for long runs. Counts stay exact.
    pub fn keep_requests(mut self, requests: u64) -> Self {
        self.keep = Some(requests);
        self
    }

    /// Panics when the fake is dropped although something came that should not have come, unless a panic is under way.
    pub fn check_on_drop(mut self) -> Self {
        self.check_on_drop = true;
        self
    }

    /// Calls this with every request once its answer is known, on the thread of the server.
    pub fn on_request(mut self, watcher: fn(&Seen)) -> Self {
        self.watcher = Some(watcher);
        self
    }

    /// Starts the fake.
    ///
    /// # Errors
    /// Where the port is taken, or no thread is to be had.
    pub async fn start(mut self) -> io::Result<Fake> {
        if self.apps.is_empty() {
            self.apps.push(App::default());
        }
        if self.sites.is_empty() {
            self.sites.push(Site::default());
        }
        let clock = if self.real_clock { Clock::real() } else { Clock::fixed() };
        let mut state = State::new(clock.clone());
        state.apps = self.apps;
        state.sites = self.sites;
        state.api_token = self.api_token;
        state.dead_grant = self.dead_grant;
        state.token_type = self.token_type;
        state.grants.access_lifetime = self.access_lifetime;
        let shared = Arc::new(Shared::new(state, Log::new(self.keep, self.watcher)));
        let server = Server::start(Arc::clone(&shared), self.port).await?;
        Ok(Fake { shared, clock, server, check_on_drop: self.check_on_drop })
    }
}

/// How a fake is started.
impl Fake {
    /// Starts a fake with one app and one site on a free port.
    ///
    /// # Errors
    /// Where no port or no thread is to be had.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Settings, to start a fake with.
    pub fn builder() -> Builder {
        Builder::default()
    }
}
