//! A running fake: where it is, and what is registered with it.

use std::sync::Arc;

use crate::{
    faults::clock::Clock,
    server::listener::Server,
    world::{
        registry::{ApiToken, App, Site},
        state::Shared,
    },
};

/// A running fake. It ends, with all of its connections, when it is dropped.
#[derive(Debug)]
pub struct Fake {
    pub(crate) shared: Arc<Shared>,
    pub(crate) clock: Clock,
    pub(crate) server: Server,
    pub(crate) check_on_drop: bool,
}

/// Where it is.
impl Fake {
    /// In the place of both `https://api.atlassian.com` and `https://auth.atlassian.com`: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// In the place of `https://auth.atlassian.com/authorize`.
    pub fn authorize_url(&self) -> String {
        format!("{}/authorize", self.url())
    }

    /// In the place of `https://auth.atlassian.com/oauth/token`.
    pub fn token_url(&self) -> String {
        format!("{}/oauth/token", self.url())
    }

    /// In the place of `https://api.atlassian.com/oauth/token/accessible-resources`.
    pub fn resources_url(&self) -> String {
        format!("{}/oauth/token/accessible-resources", self.url())
    }

    /// The base of operations of a site for 3LO tokens.
    pub fn gateway_url(&self, cloud_id: &str) -> String {
        format!("{}/ex/jira/{cloud_id}/jsm/ops/api", self.url())
    }

    /// The base of operations of a site for API tokens.
    pub fn classic_url(&self, cloud_id: &str) -> String {
        format!("{}/jsm/ops/api/{cloud_id}", self.url())
    }

    /// Another host, to redirect clients to. Whatever comes there was not expected.
    pub fn elsewhere_url(&self) -> String {
        format!("http://{}", self.server.elsewhere)
    }
}

/// What it plays.
impl Fake {
    /// The clock.
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// The first app.
    pub fn app(&self) -> App {
        self.shared.state().apps.first().cloned().unwrap_or_default()
    }

    /// The first site.
    pub fn site(&self) -> Site {
        self.shared.state().sites.first().cloned().unwrap_or_default()
    }

    /// The API token that opens the classic address.
    pub fn api_token(&self) -> ApiToken {
        self.shared.state().api_token.clone()
    }

    /// Adds a callback URL to all apps: for listeners whose port is known only now.
    pub fn register_redirect_uri(&self, redirect_uri: &str) {
        self.shared.state().apps.iter_mut().for_each(|app| app.redirect_uris.push(redirect_uri.to_owned()));
    }
}
