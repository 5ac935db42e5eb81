//! A site of the fake, its signed-in users, and a clock that tests advance.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, UNIX_EPOCH},
};

use chrono::{DateTime, Utc};
use jsm_ops::{App, BoxFuture, Client, ClientBuilder, Clock, CloudId, Endpoints, Grant, OAuth, SiteChoice, TokenStore};
use jsm_ops_fake::{Consent, Fake};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::Result;

/// The start of the fake's clock.
const START_MS: u64 = 1_798_761_600_000;

/// The client's clock. A sleep ends when a test has advanced the clock far enough.
#[derive(Clone)]
pub struct LoadClock(Arc<Inner>);

struct Inner {
    now_ms: AtomicU64,
    moved: watch::Sender<u64>,
}

impl Default for LoadClock {
    fn default() -> Self {
        Self(Arc::new(Inner { now_ms: AtomicU64::new(START_MS), moved: watch::Sender::new(START_MS) }))
    }
}

impl LoadClock {
    /// Advances it, and ends the sleeps that are due.
    pub fn advance(&self, by: Duration) {
        let ms = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        let now = self.0.now_ms.fetch_add(ms, Ordering::SeqCst) + ms;
        self.0.moved.send_replace(now);
    }

    /// The time since the start.
    pub fn passed(&self) -> Duration {
        Duration::from_millis(self.0.now_ms.load(Ordering::SeqCst) - START_MS)
    }
}

impl fmt::Debug for LoadClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoadClock")
    }
}

impl Clock for LoadClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from(UNIX_EPOCH + self.monotonic())
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.0.now_ms.load(Ordering::SeqCst))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let until =
            self.0.now_ms.load(Ordering::SeqCst).saturating_add(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX));
        let mut moved = self.0.moved.subscribe();
        let this = self.clone();
        Box::pin(async move {
            // The future keeps the clock alive, and with it the sender.
            let _ = moved.wait_for(|now| *now >= until).await;
            drop(this);
        })
    }
}

/// The settings of a client for a fake in this process or another.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FakeAccess {
    /// The URL of the fake.
    pub url: String,
    /// The client id of the app.
    pub client_id: String,
    /// The client secret.
    pub client_secret: String,
    /// The redirect URI of the app.
    pub redirect_uri: String,
    /// The cloud id of the site.
    pub cloud_id: String,
    /// Grants in the form of the stores.
    pub grants: Vec<String>,
}

impl FakeAccess {
    /// The settings for a fake, with a grant for each user. Access tokens expire after `lifetime`.
    pub fn of(fake: &Fake, users: usize, lifetime: Duration) -> Self {
        let app = fake.app();
        let now: DateTime<Utc> = fake.clock().now().into();
        let expires = now + lifetime;
        let grant = |number: usize| {
            let grant = fake.create_grant(&Consent::of(&user(number)));
            let grant = serde_json::json!({
                "generation": format!("1-{number:016x}"),
                "access_token": grant.access_token,
                "access_expires_at": expires,
                "refresh_token": grant.refresh_token,
                "scopes": grant.scopes.join(" "),
                "consented_at": now,
                "refreshed_at": now,
            });
            grant.to_string()
        };
        Self {
            url: fake.url(),
            client_id: app.client_id,
            client_secret: app.client_secret,
            redirect_uri: app.redirect_uris.first().cloned().unwrap_or_default(),
            cloud_id: fake.site().id,
            grants: (0..users).map(grant).collect(),
        }
    }

    /// An `OAuth` for the app.
    ///
    /// # Errors
    /// The client rejects a setting.
    pub fn oauth(&self, store: impl TokenStore + 'static, clock: &LoadClock) -> Result<OAuth> {
        let app = App::new(self.client_id.as_str(), self.client_secret.as_str(), self.redirect_uri.as_str())?;
        let endpoints = Endpoints::at(&self.url, &self.url)?;
        Ok(OAuth::builder(app, store).endpoints(endpoints).clock(Arc::new(clock.clone())).build()?)
    }

    /// Saves the grants to a store.
    ///
    /// # Errors
    /// An error of the store.
    pub async fn save_grants(&self, oauth: &OAuth, store: &dyn TokenStore) -> Result<()> {
        for (number, grant) in self.grants.iter().enumerate() {
            store.save(&oauth.key(&user(number)), &Grant::from_json(grant)?, None).await?;
        }
        Ok(())
    }

    /// The builder of a client for the site, with the grant of a user.
    ///
    /// # Errors
    /// The cloud id is invalid.
    pub fn client(&self, oauth: &OAuth, number: usize, http: &reqwest::Client) -> Result<ClientBuilder> {
        let site = SiteChoice::Id(CloudId::new(self.cloud_id.as_str())?);
        Ok(Client::builder().session(oauth.session(&user(number))).site(site).http(http.clone()))
    }
}

/// The account id of a user.
pub fn user(number: usize) -> String {
    format!("712020:user-{number}")
}

/// The refresh token of a grant, which only its JSON shows.
///
/// # Errors
/// The grant has no refresh token.
pub fn refresh_token(grant: &Grant) -> Result<String> {
    let json: serde_json::Value = serde_json::from_str(grant.to_json().expose())?;
    Ok(json["refresh_token"].as_str().ok_or("a grant without a refresh token")?.to_owned())
}
