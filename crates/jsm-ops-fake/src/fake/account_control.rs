//! Control of accounts: their consents, their grants, and the grants' tokens.

use std::time::Duration;

use crate::{
    fake::{
        browser::{self, BrowserError},
        running::Fake,
    },
    world::{
        consent::Consent,
        grants::{GrantInfo, NewGrant},
        registry::RejectedGrant,
    },
};

/// Consents, grants and tokens.
impl Fake {
    /// Consents on the page of an authorization URL, as a user with a browser does.
    ///
    /// The default account consents for all sites. Returns the callback URL, but does not open it.
    ///
    /// # Errors
    /// If the URL does not lead to a consent page. The error contains the page.
    pub async fn approve(&self, authorize_url: &str) -> Result<String, BrowserError> {
        self.approve_as(authorize_url, &Consent::default()).await
    }

    /// Like [`Fake::approve`], for another account or for some sites.
    ///
    /// # Errors
    /// If the URL does not lead to a consent page. The error contains the page.
    pub async fn approve_as(&self, authorize_url: &str, consent: &Consent) -> Result<String, BrowserError> {
        browser::submit_decision(self.server.address, authorize_url, Some(consent)).await
    }

    /// Like [`Fake::approve`], but denies consent.
    ///
    /// # Errors
    /// If the URL does not lead to a consent page. The error contains the page.
    pub async fn deny(&self, authorize_url: &str) -> Result<String, BrowserError> {
        browser::submit_decision(self.server.address, authorize_url, None).await
    }

    /// Creates a grant and its first tokens without a browser.
    ///
    /// The grant is for the first app, with all scopes of the app and `offline_access`.
    pub fn create_grant(&self, consent: &Consent) -> GrantInfo {
        let mut scopes = self.app().scopes;
        scopes.push("offline_access".to_owned());
        self.create_grant_with_scopes(consent, scopes)
    }

    /// Like [`Fake::create_grant`], with these scopes.
    pub fn create_grant_with_scopes(&self, consent: &Consent, scopes: Vec<String>) -> GrantInfo {
        let client_id = self.app().client_id;
        let mut state = self.shared.state();
        let all = || state.sites.iter().map(|site| site.id.clone()).collect();
        let sites = consent.sites.clone().unwrap_or_else(all);
        let new = NewGrant { account: consent.account.clone(), client_id: client_id.clone(), scopes: scopes.clone(), sites };
        let tokens = state.create_grant(new);
        GrantInfo {
            account: consent.account.clone(),
            client_id,
            scopes,
            access_token: tokens.access,
            refreshable: tokens.refresh.is_some(),
            refresh_token: tokens.refresh,
            refreshes: 0,
        }
    }

    /// Returns all grants, the oldest first.
    pub fn grants(&self) -> Vec<GrantInfo> {
        self.shared.state().grants.list(self.clock.since_epoch())
    }

    /// Whether a refresh with this token would return new tokens now.
    pub fn is_refresh_token_valid(&self, token: &str) -> bool {
        self.shared.state().grants.is_refresh_valid(token, self.clock.since_epoch())
    }

    /// Whether this access token is neither expired nor revoked now.
    pub fn is_access_token_valid(&self, token: &str) -> bool {
        self.shared.state().grants.principal(token, self.clock.since_epoch()).is_some()
    }

    /// Changes the password of an account, which revokes its refresh tokens.
    pub fn change_password(&self, account: &str) {
        self.shared.state().grants.change_password(account);
    }

    /// Revokes all grants of an account.
    pub fn revoke(&self, account: &str) {
        self.shared.state().grants.revoke(account);
    }

    /// Lets all access tokens expire without advancing the clock. Refresh tokens stay valid.
    pub fn expire_access_tokens(&self) {
        self.shared.state().grants.expire_access(self.clock.since_epoch());
    }

    /// Sets the OAuth error for a refresh token that is not valid.
    pub fn set_rejected_grant(&self, rejected_grant: RejectedGrant) {
        self.shared.state().rejected_grant = rejected_grant;
    }

    /// Sets how long later access tokens are valid.
    pub fn set_access_lifetime(&self, lifetime: Duration) {
        self.shared.state().grants.access_lifetime = lifetime;
    }
}
