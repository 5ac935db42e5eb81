//! Tokens and the grants that they belong to: what is good, until when, and what a refresh does to it.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

/// How long the tokens of before a refresh stay good: the refresh token for a client that lost the answer, and the access token
/// that was issued with it.
const LEEWAY: Duration = Duration::from_secs(10 * 60);

/// A refresh token that is not used for so long dies.
const IDLE: Duration = Duration::from_secs(90 * DAY);

/// A grant dies at this age, however often it is refreshed.
const ABSOLUTE: Duration = Duration::from_secs(365 * DAY);

const DAY: u64 = 24 * 60 * 60;

/// A grant, as a test sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantInfo {
    /// The account that consented.
    pub account: String,
    /// The app that it consented to.
    pub client_id: String,
    /// The scopes that were granted.
    pub scopes: Vec<String>,
    /// The newest access token.
    pub access_token: String,
    /// The newest refresh token; none without `offline_access`.
    pub refresh_token: Option<String>,
    /// How many refreshes it had.
    pub refreshes: usize,
    /// Whether its newest refresh token is good now.
    pub alive: bool,
}

/// What a new grant is made of.
#[derive(Debug, Clone)]
pub(crate) struct NewGrant {
    pub account: String,
    pub client_id: String,
    pub scopes: Vec<String>,
    pub sites: Vec<String>,
}

#[derive(Debug)]
struct Family {
    account: String,
    client_id: String,
    scopes: Vec<String>,
    created: Duration,
    refreshes: usize,
    /// No refresh token of it is good.
    refresh_dead: bool,
    /// No access token of it is good.
    access_dead: bool,
}

/// An access token and the refresh token issued with it.
#[derive(Debug)]
struct Pair {
    family: usize,
    access: String,
    refresh: Option<String>,
    issued: Duration,
    access_ends: Duration,
    /// When its refresh token was first used.
    rotated: Option<Duration>,
}

/// What the token endpoint hands out.
#[derive(Debug, Clone)]
pub(crate) struct Issued {
    pub access: String,
    pub refresh: Option<String>,
    pub scopes: Vec<String>,
}

/// Whom a good access token speaks for.
#[derive(Debug, Clone)]
pub(crate) struct Bearer {
    pub account: String,
    pub client_id: String,
    pub scopes: Vec<String>,
}

/// All grants.
#[derive(Debug)]
pub(crate) struct Grants {
    families: Vec<Family>,
    pairs: Vec<Pair>,
    by_access: HashMap<String, usize>,
    by_refresh: HashMap<String, usize>,
    /// The sites that an account ever granted to an app: a token reaches them all, whichever consent it came from.
    sites: HashMap<(String, String), BTreeSet<String>>,
    /// How long an access token is good.
    pub access_lifetime: Duration,
}

impl Default for Grants {
    fn default() -> Self {
        Self {
            families: Vec::new(),
            pairs: Vec::new(),
            by_access: HashMap::new(),
            by_refresh: HashMap::new(),
            sites: HashMap::new(),
            access_lifetime: Duration::from_secs(3600),
        }
    }
}

impl Grants {
    /// A new grant with its first tokens.
    pub(crate) fn create(&mut self, new: NewGrant, now: Duration, mint: impl FnMut(&str) -> String) -> Issued {
        self.sites.entry((new.client_id.clone(), new.account.clone())).or_default().extend(new.sites);
        self.families.push(Family {
            account: new.account,
            client_id: new.client_id,
            scopes: new.scopes,
            created: now,
            refreshes: 0,
            refresh_dead: false,
            access_dead: false,
        });
        self.issue(self.families.len() - 1, now, mint)
    }

    /// New tokens for a refresh token; `None` where the service would say that the grant is dead.
    pub(crate) fn refresh(
        &mut self,
        token: &str,
        client_id: &str,
        now: Duration,
        mint: impl FnMut(&str) -> String,
    ) -> Option<Issued> {
        let index = *self.by_refresh.get(token)?;
        let (family, rotated) = (self.pairs[index].family, self.pairs[index].rotated);
        if self.families[family].client_id != client_id {
            return None;
        }
        if rotated.is_some_and(|rotated| now >= rotated + LEEWAY) {
            // Somebody has a token that was replaced long ago, so one of its two users is a thief: both lose everything.
            self.families[family].refresh_dead = true;
            self.families[family].access_dead = true;
        }
        if !self.refresh_is_good(token, now) {
            return None;
        }
        self.pairs[index].rotated.get_or_insert(now);
        self.families[family].refreshes += 1;
        Some(self.issue(family, now, mint))
    }

    fn issue(&mut self, family: usize, now: Duration, mut mint: impl FnMut(&str) -> String) -> Issued {
        let scopes = self.families[family].scopes.clone();
        let access = mint("access");
        let refresh = scopes.iter().any(|scope| scope == "offline_access").then(|| mint("refresh"));
        self.by_access.insert(access.clone(), self.pairs.len());
        if let Some(refresh) = &refresh {
            self.by_refresh.insert(refresh.clone(), self.pairs.len());
        }
        let access_ends = now + self.access_lifetime;
        let pair =
            Pair { family, access: access.clone(), refresh: refresh.clone(), issued: now, access_ends, rotated: None };
        self.pairs.push(pair);
        Issued { access, refresh, scopes }
    }

    /// Whether a refresh with this token would be answered with new tokens.
    pub(crate) fn refresh_is_good(&self, token: &str, now: Duration) -> bool {
        let Some(pair) = self.by_refresh.get(token).map(|index| &self.pairs[*index]) else { return false };
        let family = &self.families[pair.family];
        let in_time = match pair.rotated {
            None => now < pair.issued + IDLE,
            Some(rotated) => now < rotated + LEEWAY,
        };
        in_time && !family.refresh_dead && now < family.created + ABSOLUTE
    }

    /// Whom an access token speaks for; `None` where it is unknown, expired or revoked.
    pub(crate) fn bearer(&self, token: &str, now: Duration) -> Option<Bearer> {
        let pair = &self.pairs[*self.by_access.get(token)?];
        let family = &self.families[pair.family];
        let replaced = pair.rotated.is_some_and(|rotated| now >= rotated + LEEWAY);
        let good = now < pair.access_ends && !replaced && !family.access_dead;
        good.then(|| Bearer {
            account: family.account.clone(),
            client_id: family.client_id.clone(),
            scopes: family.scopes.clone(),
        })
    }

    /// Whether a bearer reaches a site.
    pub(crate) fn reaches(&self, bearer: &Bearer, site: &str) -> bool {
        let granted = self.sites.get(&(bearer.client_id.clone(), bearer.account.clone()));
        granted.is_some_and(|sites| sites.contains(site))
    }

    /// All grants, the oldest first.
    pub(crate) fn list(&self, now: Duration) -> Vec<GrantInfo> {
        let info = |(index, family): (usize, &Family)| {
            let newest = self.pairs.iter().rev().find(|pair| pair.family == index)?;
            Some(GrantInfo {
                account: family.account.clone(),
                client_id: family.client_id.clone(),
                scopes: family.scopes.clone(),
                access_token: newest.access.clone(),
                refresh_token: newest.refresh.clone(),
                refreshes: family.refreshes,
                alive: newest.refresh.as_ref().is_some_and(|refresh| self.refresh_is_good(refresh, now)),
            })
        };
        self.families.iter().enumerate().filter_map(info).collect()
    }

    /// The account changed its password: its refresh tokens are good no more. Its access tokens are left to expire, which no
    /// source settles.
    pub(crate) fn change_password(&mut self, account: &str) {
        for family in self.families.iter_mut().filter(|family| family.account == account) {
            family.refresh_dead = true;
        }
    }

    /// The account took its consents back: none of its tokens is good.
    pub(crate) fn revoke(&mut self, account: &str) {
        self.sites.retain(|(_, owner), _| owner != account);
        for family in self.families.iter_mut().filter(|family| family.account == account) {
            family.refresh_dead = true;
            family.access_dead = true;
        }
    }

    /// All access tokens of now expire; refresh tokens stay good.
    pub(crate) fn expire_access(&mut self, now: Duration) {
        for pair in &mut self.pairs {
            pair.access_ends = pair.access_ends.min(now);
        }
    }
}
