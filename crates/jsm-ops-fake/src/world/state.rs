//! Everything that the fake knows, behind one lock.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    faults::{clock::Clock, queue::Faults},
    wire::{endpoint::Endpoint, response::Answer},
    world::{
        consent::{Asked, Code},
        grants::{Grants, Issued, NewGrant},
        registry::{ApiToken, App, DeadGrant, Site},
        request_log::Log,
        site_data::Ops,
        token_source::Mint,
    },
};

/// What the server and the test share. No lock is held across an await.
#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
    log: Mutex<Log>,
    faults: Mutex<Faults>,
    pub clock: Clock,
}

impl Shared {
    pub(crate) fn new(state: State, log: Log) -> Self {
        let clock = state.clock.clone();
        Self { state: Mutex::new(state), log: Mutex::new(log), faults: Mutex::default(), clock }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the fake plays: apps, sites, grants.
#[derive(Debug)]
pub(crate) struct State {
    pub apps: Vec<App>,
    pub sites: Vec<Site>,
    pub api_token: ApiToken,
    pub dead_grant: DeadGrant,
    pub token_type: Option<String>,
    pub asked: HashMap<String, Asked>,
    pub codes: HashMap<String, Code>,
    pub grants: Grants,
    /// Answers that a test put in the place of the fake's own.
    pub answers: HashMap<Endpoint, Answer>,
    /// The operations of each site, by cloud id.
    ops: HashMap<String, Ops>,
    /// Complaints of the request that is being handled; the server moves them to the log.
    pub complaints: Vec<String>,
    clock: Clock,
    mint: Mint,
}

impl State {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            apps: Vec::new(),
            sites: Vec::new(),
            api_token: ApiToken::default(),
            dead_grant: DeadGrant::default(),
            token_type: None,
            asked: HashMap::new(),
            codes: HashMap::new(),
            grants: Grants::default(),
            answers: HashMap::new(),
            ops: HashMap::new(),
            complaints: Vec::new(),
            mint: Mint::new(clock.salt()),
            clock,
        }
    }

    /// The time since 1970.
    pub(crate) fn now(&self) -> Duration {
        self.clock.since_epoch()
    }

    /// The operations of a site.
    pub(crate) fn ops(&mut self, cloud_id: &str) -> &mut Ops {
        self.ops.entry(cloud_id.to_owned()).or_insert_with(|| Ops::new(cloud_id))
    }

    /// An app by its client id.
    pub(crate) fn app(&self, client_id: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.client_id == client_id)
    }

    /// A text that nobody has seen before.
    pub(crate) fn mint(&mut self, kind: &str) -> String {
        self.mint.next(kind)
    }

    /// A new grant with its first tokens.
    pub(crate) fn grant(&mut self, new: NewGrant) -> Issued {
        let now = self.now();
        let mint = &mut self.mint;
        self.grants.create(new, now, |kind| mint.next(kind))
    }

    /// New tokens for a refresh token, if it is good.
    pub(crate) fn refresh(&mut self, token: &str, client_id: &str) -> Option<Issued> {
        let now = self.now();
        let mint = &mut self.mint;
        self.grants.refresh(token, client_id, now, |kind| mint.next(kind))
    }

    /// Says that something came that should not have come.
    pub(crate) fn complain(&mut self, line: String) {
        self.complaints.push(line);
    }
}
