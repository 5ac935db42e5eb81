//! The handle of a running fake: what tests hold.

use std::{collections::BTreeMap, io, sync::Arc, time::Duration};

use crate::{
    answer::Answer,
    auth::{App, DeadGrant, GrantInfo, NewGrant, Site},
    browser::{self, BrowserError, Consent},
    builder::Builder,
    clock::Clock,
    fault::{Fault, Gate},
    gateway::ApiToken,
    record::{Seen, Unexpected},
    route::Endpoint,
    server::Server,
    state::Shared,
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

    /// Opens an authorize URL as a browser would, accepts for all sites, and gives the callback URL without opening it.
    ///
    /// # Errors
    /// Where the URL does not lead to a consent page; the error has the page.
    pub async fn approve(&self, authorize_url: &str) -> Result<String, BrowserError> {
        self.approve_as(authorize_url, &Consent::default()).await
    }

    /// Like [`Fake::approve`], by another account or for some sites.
    ///
    /// # Errors
    /// Where the URL does not lead to a consent page; the error has the page.
    pub async fn approve_as(&self, authorize_url: &str, consent: &Consent) -> Result<String, BrowserError> {
        browser::answer(self.server.address, authorize_url, Some(consent)).await
    }

    /// Like [`Fake::approve`], but declines.
    ///
    /// # Errors
    /// Where the URL does not lead to a consent page; the error has the page.
    pub async fn deny(&self, authorize_url: &str) -> Result<String, BrowserError> {
        browser::answer(self.server.address, authorize_url, None).await
    }

    /// A grant with its first tokens, without the way through the browser: for the first app, with all scopes of the app and
    /// `offline_access`.
    pub fn grant(&self, consent: &Consent) -> GrantInfo {
        let mut scopes = self.app().scopes;
        scopes.push("offline_access".to_owned());
        self.grant_scopes(consent, scopes)
    }

    /// Like [`Fake::grant`], with these scopes.
    pub fn grant_scopes(&self, consent: &Consent, scopes: Vec<String>) -> GrantInfo {
        let client_id = self.app().client_id;
        let mut state = self.shared.state();
        let all = || state.sites.iter().map(|site| site.id.clone()).collect();
        let sites = consent.sites.clone().unwrap_or_else(all);
        let new = NewGrant { account: consent.account.clone(), client_id: client_id.clone(), scopes: scopes.clone(), sites };
        let issued = state.grant(new);
        GrantInfo {
            account: consent.account.clone(),
            client_id,
            scopes,
            access_token: issued.access,
            alive: issued.refresh.is_some(),
            refresh_token: issued.refresh,
            refreshes: 0,
        }
    }

    /// All grants, the oldest first.
    pub fn grants(&self) -> Vec<GrantInfo> {
        self.shared.state().grants.list(self.clock.since_epoch())
    }

    /// Whether a refresh with this token would bring new tokens now.
    pub fn refresh_token_is_good(&self, token: &str) -> bool {
        self.shared.state().grants.refresh_is_good(token, self.clock.since_epoch())
    }

    /// Whether this access token is neither expired nor revoked now.
    pub fn access_token_is_good(&self, token: &str) -> bool {
        self.shared.state().grants.bearer(token, self.clock.since_epoch()).is_some()
    }

    /// An account changes its password: its refresh tokens are good no more.
    pub fn change_password(&self, account: &str) {
        self.shared.state().grants.change_password(account);
    }

    /// An account takes its consents back: none of its tokens is good any more.
    pub fn revoke(&self, account: &str) {
        self.shared.state().grants.revoke(account);
    }

    /// All access tokens of now expire, without a move of the clock; refresh tokens stay good.
    pub fn expire_access_tokens(&self) {
        self.shared.state().grants.expire_access(self.clock.since_epoch());
    }

    /// How the token endpoint says from now on that a grant is dead.
    pub fn set_dead_grant(&self, dead_grant: DeadGrant) {
        self.shared.state().dead_grant = dead_grant;
    }

    /// How long access tokens are good that are issued from now on.
    pub fn set_access_lifetime(&self, lifetime: Duration) {
        self.shared.state().grants.access_lifetime = lifetime;
    }

    /// Answers an operation, or with [`Endpoint::Gateway`] all of them, like this from now on, once a request was let in.
    pub fn answer(&self, endpoint: Endpoint, answer: Answer) {
        self.shared.state().answers.insert(endpoint, answer);
    }
}

/// What goes wrong.
impl Fake {
    /// Queues a fault for the next request to an endpoint that has none before it.
    pub fn fault(&self, endpoint: Endpoint, fault: Fault) {
        self.shared.faults().push(endpoint, fault);
    }

    /// Queues a fault several times.
    pub fn fault_times(&self, endpoint: &Endpoint, fault: &Fault, times: usize) {
        (0..times).for_each(|_| self.fault(endpoint.clone(), fault.clone()));
    }

    /// Holds the next request to an endpoint before it is handled.
    pub fn hold(&self, endpoint: Endpoint) -> Gate {
        let gate = Gate::new();
        self.fault(endpoint, Fault::HoldBefore(gate.clone()));
        gate
    }

    /// Holds the answer to the next request to an endpoint, once what was asked is done.
    pub fn hold_answer(&self, endpoint: Endpoint) -> Gate {
        let gate = Gate::new();
        self.fault(endpoint, Fault::HoldAfter(gate.clone()));
        gate
    }

    /// How many faults still wait for their requests.
    pub fn faults_waiting(&self) -> usize {
        self.shared.faults().waiting()
    }

    /// Forgets all faults that still wait, all limits, and all scattered faults.
    pub fn clear_faults(&self) {
        self.shared.faults().clear();
    }
}

/// What was seen.
impl Fake {
    /// All requests, in the order in which they came.
    pub fn requests(&self) -> Vec<Seen> {
        self.shared.log().requests()
    }

    /// All requests to an endpoint and to its parts.
    pub fn requests_to(&self, endpoint: &Endpoint) -> Vec<Seen> {
        let mut requests = self.requests();
        requests.retain(|seen| seen.endpoint.is_within(endpoint));
        requests
    }

    /// How many requests came to an endpoint and to its parts.
    pub fn count(&self, endpoint: &Endpoint) -> usize {
        self.shared.log().count(endpoint)
    }

    /// How many of them were carried out, whatever became of the answer.
    pub fn executions(&self, endpoint: &Endpoint) -> usize {
        self.shared.log().executions(endpoint)
    }

    /// How many of them met each fault, by the names in [`Seen::fault`].
    pub fn faults_met(&self, endpoint: &Endpoint) -> BTreeMap<&'static str, usize> {
        self.shared.log().faults(endpoint)
    }

    /// Forgets what was seen so far.
    pub fn forget_requests(&self) {
        self.shared.log().clear();
    }

    /// Says whether anything came that should not have come.
    ///
    /// # Errors
    /// With a line for each such thing.
    pub fn nothing_unexpected(&self) -> Result<(), Unexpected> {
        let lines = self.shared.log().complaints().to_vec();
        if lines.is_empty() { Ok(()) } else { Err(Unexpected { lines }) }
    }

    /// Asserts that nothing came that should not have come.
    ///
    /// # Panics
    /// With a line for each such thing.
    #[track_caller]
    pub fn assert_nothing_unexpected(&self) {
        let lines = self.nothing_unexpected().map_err(|unexpected| unexpected.to_string());
        assert!(lines.is_ok(), "{}", lines.err().unwrap_or_default());
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        if self.check_on_drop && !std::thread::panicking() {
            self.assert_nothing_unexpected();
        }
    }
}
