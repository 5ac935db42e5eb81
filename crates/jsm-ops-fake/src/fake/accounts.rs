//! Accounts: their consents, their grants, and the tokens of these.

use std::time::Duration;

use crate::{
    fake::{
        browser::{self, BrowserError},
        handle::Fake,
    },
    world::{
        consent::Consent,
        grants::{GrantInfo, NewGrant},
        registry::DeadGrant,
    },
};

/// Consents, grants and tokens.
impl Fake {
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
}
