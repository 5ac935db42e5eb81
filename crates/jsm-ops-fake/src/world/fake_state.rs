//! The state that the server and the test share.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    faults::{fake_clock::FakeClock, fault_queue::FaultQueue},
    wire::{endpoint::Endpoint, response::FakeResponse},
    world::{
        consent::{AuthorizationCode, ConsentRequest},
        grants::{Grants, NewGrant, NewTokens},
        registry::{FakeApiToken, FakeApp, FakeSite, RejectedGrant},
        request_log::RequestLog,
        site_data::SiteData,
        token_source::TokenSource,
    },
};

/// The state that the server and the test share. No lock is held across an await.
#[derive(Debug)]
pub(crate) struct SharedState {
    state: Mutex<FakeState>,
    log: Mutex<RequestLog>,
    faults: Mutex<FaultQueue>,
    pub clock: FakeClock,
}

impl SharedState {
    pub(crate) fn new(state: FakeState, log: RequestLog) -> Self {
        let clock = state.clock.clone();
        Self { state: Mutex::new(state), log: Mutex::new(log), faults: Mutex::default(), clock }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, FakeState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn log(&self) -> MutexGuard<'_, RequestLog> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, FaultQueue> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The state of the simulated service.
#[derive(Debug)]
pub(crate) struct FakeState {
    pub apps: Vec<FakeApp>,
    pub sites: Vec<FakeSite>,
    pub api_token: FakeApiToken,
    pub rejected_grant: RejectedGrant,
    pub token_type: Option<String>,
    /// The consent pages without a decision, by ticket.
    pub consent_requests: HashMap<String, ConsentRequest>,
    pub codes: HashMap<String, AuthorizationCode>,
    pub grants: Grants,
    /// The responses that a test set instead of the simulation's.
    pub responses: HashMap<Endpoint, FakeResponse>,
    /// The data of each site, by cloud id.
    site_data: HashMap<String, SiteData>,
    /// The violations of the current request. The server moves them to the log.
    pub violations: Vec<String>,
    clock: FakeClock,
    tokens: TokenSource,
}

impl FakeState {
    pub(crate) fn new(clock: FakeClock) -> Self {
        Self {
            apps: Vec::new(),
            sites: Vec::new(),
            api_token: FakeApiToken::default(),
            rejected_grant: RejectedGrant::default(),
            token_type: None,
            consent_requests: HashMap::new(),
            codes: HashMap::new(),
            grants: Grants::default(),
            responses: HashMap::new(),
            site_data: HashMap::new(),
            violations: Vec::new(),
            tokens: TokenSource::new(clock.salt()),
            clock,
        }
    }

    /// The current time since 1970.
    pub(crate) fn now(&self) -> Duration {
        self.clock.since_epoch()
    }

    /// The current time in milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// Returns the data of a site, and creates it on first use.
    pub(crate) fn site_data(&mut self, cloud_id: &str) -> &mut SiteData {
        self.site_data.entry(cloud_id.to_owned()).or_insert_with(|| SiteData::new(cloud_id))
    }

    /// Returns an app by its client id.
    pub(crate) fn app(&self, client_id: &str) -> Option<&FakeApp> {
        self.apps.iter().find(|app| app.client_id == client_id)
    }

    /// Creates a unique token with a prefix.
    pub(crate) fn create_token(&mut self, prefix: &str) -> String {
        self.tokens.create(prefix)
    }

    /// Creates a grant with its first tokens.
    pub(crate) fn create_grant(&mut self, new: NewGrant) -> NewTokens {
        let now = self.now();
        let tokens = &mut self.tokens;
        self.grants.create(new, now, |prefix| tokens.create(prefix))
    }

    /// Issues new tokens for a refresh token. `None` if it is not valid.
    pub(crate) fn refresh(&mut self, token: &str, client_id: &str) -> Option<NewTokens> {
        let now = self.now();
        let tokens = &mut self.tokens;
        self.grants.refresh(token, client_id, now, |prefix| tokens.create(prefix))
    }

    pub(crate) fn report_violation(&mut self, line: String) {
        self.violations.push(line);
    }
}
