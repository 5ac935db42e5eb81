//! A running fake, with its URLs and registrations.

use std::sync::Arc;

use crate::{
    faults::fake_clock::FakeClock,
    server::listener::FakeServer,
    world::{
        fake_state::SharedState,
        registry::{FakeApiToken, FakeApp, FakeSite},
    },
};

/// A running fake. Dropping it ends the server and all of its connections.
#[derive(Debug)]
pub struct Fake {
    pub(crate) shared: Arc<SharedState>,
    pub(crate) clock: FakeClock,
    pub(crate) server: FakeServer,
    pub(crate) check_on_drop: bool,
}

/// The URLs to configure a client with.
impl Fake {
    /// `http://127.0.0.1:PORT`, which stands for `https://api.atlassian.com` and
    /// `https://auth.atlassian.com`.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// Stands for `https://auth.atlassian.com/authorize`.
    pub fn authorize_url(&self) -> String {
        format!("{}/authorize", self.url())
    }

    /// Stands for `https://auth.atlassian.com/oauth/token`.
    pub fn token_url(&self) -> String {
        format!("{}/oauth/token", self.url())
    }

    /// Stands for `https://api.atlassian.com/oauth/token/accessible-resources`.
    pub fn resources_url(&self) -> String {
        format!("{}/oauth/token/accessible-resources", self.url())
    }

    /// The 3LO base URL of a site's operations.
    pub fn oauth_base_url(&self, cloud_id: &str) -> String {
        format!("{}/ex/jira/{cloud_id}/jsm/ops/api", self.url())
    }

    /// The HTTP Basic base URL of a site's operations.
    pub fn basic_base_url(&self, cloud_id: &str) -> String {
        format!("{}/jsm/ops/api/{cloud_id}", self.url())
    }

    /// The URL of a host outside Atlassian, as the target of redirects. Each request to it is a
    /// violation.
    pub fn foreign_host_url(&self) -> String {
        format!("http://{}", self.server.foreign_host)
    }
}

/// The clock, and registrations.
impl Fake {
    /// The clock of the fake.
    pub fn clock(&self) -> FakeClock {
        self.clock.clone()
    }

    /// The first app.
    pub fn app(&self) -> FakeApp {
        self.shared.state().apps.first().cloned().unwrap_or_default()
    }

    /// The first site.
    pub fn site(&self) -> FakeSite {
        self.shared.state().sites.first().cloned().unwrap_or_default()
    }

    /// The API token that the HTTP Basic base URL accepts.
    pub fn api_token(&self) -> FakeApiToken {
        self.shared.state().api_token.clone()
    }

    /// Adds a callback URL to all apps, for a listener that has just got its port.
    pub fn register_redirect_uri(&self, redirect_uri: &str) {
        self.shared.state().apps.iter_mut().for_each(|app| app.redirect_uris.push(redirect_uri.to_owned()));
    }
}
