//! Grants and their tokens: how long they are valid, and how a refresh replaces them.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

/// How long replaced tokens stay valid. A client that lost the response to a refresh can repeat it.
const LEEWAY: Duration = Duration::from_secs(10 * 60);

/// How long a refresh token is valid without use.
const INACTIVITY_LIFETIME: Duration = Duration::from_secs(90 * DAY);

/// How long a grant is valid, however often it is refreshed.
const ABSOLUTE_LIFETIME: Duration = Duration::from_secs(365 * DAY);

const DAY: u64 = 24 * 60 * 60;

/// A grant, for the test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantInfo {
    /// The account that consented.
    pub account: String,
    /// The client id of the app.
    pub client_id: String,
    /// The granted scopes.
    pub scopes: Vec<String>,
    /// The newest access token.
    pub access_token: String,
    /// The newest refresh token. `None` without `offline_access`.
    pub refresh_token: Option<String>,
    /// The number of refreshes.
    pub refreshes: usize,
    /// Whether the newest refresh token is valid now.
    pub refreshable: bool,
}

/// The content of a new grant.
#[derive(Debug, Clone)]
pub(crate) struct NewGrant {
    pub account: String,
    pub client_id: String,
    pub scopes: Vec<String>,
    pub sites: Vec<String>,
}

/// The stored state of a grant.
#[derive(Debug)]
struct GrantState {
    account: String,
    client_id: String,
    scopes: Vec<String>,
    created: Duration,
    refreshes: usize,
    /// Whether all refresh tokens of the grant are revoked.
    refresh_revoked: bool,
    /// Whether all access tokens of the grant are revoked.
    access_revoked: bool,
}

/// An access token, and the refresh token that was issued with it.
#[derive(Debug)]
struct IssuedTokens {
    /// The index of the grant.
    grant: usize,
    access: String,
    refresh: Option<String>,
    issued: Duration,
    access_expires: Duration,
    /// The time of the first refresh with the refresh token.
    rotated: Option<Duration>,
}

/// The tokens in a response of the token endpoint.
#[derive(Debug, Clone)]
pub(crate) struct NewTokens {
    pub access: String,
    pub refresh: Option<String>,
    pub scopes: Vec<String>,
}

/// The account and the app that a valid access token stands for.
#[derive(Debug, Clone)]
pub(crate) struct Principal {
    pub account: String,
    pub client_id: String,
    pub scopes: Vec<String>,
}

/// All grants and their tokens.
#[derive(Debug)]
pub(crate) struct Grants {
    grants: Vec<GrantState>,
    tokens: Vec<IssuedTokens>,
    by_access: HashMap<String, usize>,
    by_refresh: HashMap<String, usize>,
    /// The sites that an account ever granted to an app, by client id and account. A token reaches
    /// them all, whichever consent it came from.
    sites: HashMap<(String, String), BTreeSet<String>>,
    /// How long a new access token is valid.
    pub access_lifetime: Duration,
}

impl Default for Grants {
    fn default() -> Self {
        Self {
            grants: Vec::new(),
            tokens: Vec::new(),
            by_access: HashMap::new(),
            by_refresh: HashMap::new(),
            sites: HashMap::new(),
            access_lifetime: Duration::from_secs(3600),
        }
    }
}

impl Grants {
    /// Creates a grant with its first tokens.
    pub(crate) fn create(&mut self, new: NewGrant, now: Duration, create_token: impl FnMut(&str) -> String) -> NewTokens {
        self.sites.entry((new.client_id.clone(), new.account.clone())).or_default().extend(new.sites);
        self.grants.push(GrantState {
            account: new.account,
            client_id: new.client_id,
            scopes: new.scopes,
            created: now,
            refreshes: 0,
            refresh_revoked: false,
            access_revoked: false,
        });
        self.issue(self.grants.len() - 1, now, create_token)
    }

    /// Issues new tokens for a refresh token. `None` if the refresh token is not valid.
    pub(crate) fn refresh(
        &mut self,
        token: &str,
        client_id: &str,
        now: Duration,
        create_token: impl FnMut(&str) -> String,
    ) -> Option<NewTokens> {
        let index = *self.by_refresh.get(token)?;
        let (grant, rotated) = (self.tokens[index].grant, self.tokens[index].rotated);
        if self.grants[grant].client_id != client_id {
            return None;
        }
        if rotated.is_some_and(|rotated| now >= rotated + LEEWAY) {
            // The reuse of a replaced token indicates theft. The service revokes the whole grant.
            self.grants[grant].refresh_revoked = true;
            self.grants[grant].access_revoked = true;
        }
        if !self.is_refresh_valid(token, now) {
            return None;
        }
        self.tokens[index].rotated.get_or_insert(now);
        self.grants[grant].refreshes += 1;
        Some(self.issue(grant, now, create_token))
    }

    fn issue(&mut self, grant: usize, now: Duration, mut create_token: impl FnMut(&str) -> String) -> NewTokens {
        let scopes = self.grants[grant].scopes.clone();
        let access = create_token("access");
        let refresh = scopes.iter().any(|scope| scope == "offline_access").then(|| create_token("refresh"));
        self.by_access.insert(access.clone(), self.tokens.len());
        if let Some(refresh) = &refresh {
            self.by_refresh.insert(refresh.clone(), self.tokens.len());
        }
        self.tokens.push(IssuedTokens {
            grant,
            access: access.clone(),
            refresh: refresh.clone(),
            issued: now,
            access_expires: now + self.access_lifetime,
            rotated: None,
        });
        NewTokens { access, refresh, scopes }
    }

    /// Whether a refresh with this token would return new tokens.
    pub(crate) fn is_refresh_valid(&self, token: &str, now: Duration) -> bool {
        let Some(tokens) = self.by_refresh.get(token).map(|index| &self.tokens[*index]) else { return false };
        let grant = &self.grants[tokens.grant];
        let in_time = match tokens.rotated {
            None => now < tokens.issued + INACTIVITY_LIFETIME,
            Some(rotated) => now < rotated + LEEWAY,
        };
        in_time && !grant.refresh_revoked && now < grant.created + ABSOLUTE_LIFETIME
    }

    /// Returns the principal of an access token. `None` if it is unknown, expired or revoked.
    pub(crate) fn principal(&self, token: &str, now: Duration) -> Option<Principal> {
        let tokens = &self.tokens[*self.by_access.get(token)?];
        let grant = &self.grants[tokens.grant];
        let replaced = tokens.rotated.is_some_and(|rotated| now >= rotated + LEEWAY);
        let valid = now < tokens.access_expires && !replaced && !grant.access_revoked;
        valid.then(|| Principal {
            account: grant.account.clone(),
            client_id: grant.client_id.clone(),
            scopes: grant.scopes.clone(),
        })
    }

    /// Whether a principal has access to a site.
    pub(crate) fn reaches(&self, principal: &Principal, site: &str) -> bool {
        let granted = self.sites.get(&(principal.client_id.clone(), principal.account.clone()));
        granted.is_some_and(|sites| sites.contains(site))
    }

    /// Returns all grants, the oldest first.
    pub(crate) fn list(&self, now: Duration) -> Vec<GrantInfo> {
        let info = |(index, grant): (usize, &GrantState)| {
            let newest = self.tokens.iter().rev().find(|tokens| tokens.grant == index)?;
            Some(GrantInfo {
                account: grant.account.clone(),
                client_id: grant.client_id.clone(),
                scopes: grant.scopes.clone(),
                access_token: newest.access.clone(),
                refresh_token: newest.refresh.clone(),
                refreshes: grant.refreshes,
                refreshable: newest.refresh.as_ref().is_some_and(|refresh| self.is_refresh_valid(refresh, now)),
            })
        };
        self.grants.iter().enumerate().filter_map(info).collect()
    }

    /// Revokes the refresh tokens of an account, as a new password does. The documentation does not
    /// mention access tokens, so they stay valid until they expire.
    pub(crate) fn change_password(&mut self, account: &str) {
        for grant in self.grants.iter_mut().filter(|grant| grant.account == account) {
            grant.refresh_revoked = true;
        }
    }

    /// Revokes all grants of an account.
    pub(crate) fn revoke(&mut self, account: &str) {
        self.sites.retain(|(_, owner), _| owner != account);
        for grant in self.grants.iter_mut().filter(|grant| grant.account == account) {
            grant.refresh_revoked = true;
            grant.access_revoked = true;
        }
    }

    /// Lets all issued access tokens expire now. Refresh tokens stay valid.
    pub(crate) fn expire_access(&mut self, now: Duration) {
        for tokens in &mut self.tokens {
            tokens.access_expires = tokens.access_expires.min(now);
        }
    }
}
