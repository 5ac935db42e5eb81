//! The two sides of a comparison: a call through the client, and the same call by bare `reqwest`.

use std::sync::Arc;

use jsm_ops::{
    App, Client, CloudId, Endpoints, Grant, MemoryStore, OAuth, SiteChoice, TokenStore as _,
    api::types::{AlertResponse, ListAlertResponse},
};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};

use crate::Result;

/// The site of the measurements.
pub const CLOUD_ID: &str = "11111111-2222-3333-4444-555555555555";

/// The alert of the calls.
pub const ALERT: &str = "8b1c2f3e-7a5d-4c61-9e0f-000000000000-1749816049789";

const TOKEN_LENGTH: usize = 1200;

/// The two sides. They share one HTTP client, and so one connection pool.
#[derive(Debug, Clone)]
pub struct Sides {
    client: Client,
    http: reqwest::Client,
    base: Arc<str>,
    token: Arc<str>,
}

/// One of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// `jsm_ops::Client`.
    Client,
    /// `reqwest` and `serde_json`.
    Bare,
}

impl Sides {
    /// Both sides for a server, with a token that is valid for the whole run.
    ///
    /// # Errors
    /// The client rejects a setting.
    pub async fn new(url: &str) -> Result<Self> {
        let http = http_client()?;
        // Atlassian's access tokens are JWTs of this length.
        let token = "t".repeat(TOKEN_LENGTH);
        let store = MemoryStore::new();
        let app = App::new("bench", "secret", "http://127.0.0.1:8391/callback")?;
        let oauth = OAuth::builder(app, store.clone()).endpoints(Endpoints::at(url, url)?).build()?;
        store.save(&oauth.key("bench"), &grant(&token)?, None).await?;
        let site = SiteChoice::Id(CloudId::new(CLOUD_ID)?);
        let client = Client::builder().session(oauth.session("bench")).site(site).http(http.clone()).build().await?;
        let base = format!("{url}/ex/jira/{CLOUD_ID}/jsm/ops/api");
        Ok(Self { client, http, base: base.into(), token: token.into() })
    }

    /// The client under test, signed in with OAuth.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Fetches one alert.
    ///
    /// # Errors
    /// The call failed.
    pub async fn get(&self, side: Side) -> Result<AlertResponse> {
        match side {
            Side::Client => Ok(self.client.alerts().get(ALERT).send().await?),
            Side::Bare => self.bare(&format!("{}/v1/alerts/{ALERT}", self.base)).await,
        }
    }

    /// Lists a hundred alerts.
    ///
    /// # Errors
    /// The call failed.
    pub async fn list(&self, side: Side) -> Result<ListAlertResponse> {
        match side {
            Side::Client => Ok(self.client.alerts().list().size(100).send().await?),
            Side::Bare => self.bare(&format!("{}/v1/alerts?size=100", self.base)).await,
        }
    }

    /// The least code that sends the same request and decodes the same response.
    async fn bare<T: serde::de::DeserializeOwned>(&self, url: &str) -> Result<T> {
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", self.token))?;
        bearer.set_sensitive(true);
        let request = self.http.get(url).header(ACCEPT, "application/json").header(AUTHORIZATION, bearer);
        let response = request.send().await?.error_for_status()?;
        Ok(serde_json::from_slice(&response.bytes().await?)?)
    }
}

/// The HTTP client of both sides, with the settings of the client's own.
///
/// # Errors
/// reqwest cannot build the client.
pub fn http_client() -> Result<reqwest::Client> {
    // In a build of the whole workspace, reqwest has a TLS without a provider, and requires one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .connect_timeout(std::time::Duration::from_secs(10))
        .read_timeout(std::time::Duration::from_secs(60))
        .redirect(reqwest::redirect::Policy::none())
        .user_agent("jsm-ops-bench");
    Ok(builder.build()?)
}

/// A grant in the form of the stores, valid for ten hours, with the scopes of all called
/// operations.
fn grant(token: &str) -> Result<Grant> {
    let now = chrono::Utc::now();
    let json = serde_json::json!({
        "generation": "1-00000000000000aa",
        "access_token": token,
        "access_expires_at": now + chrono::TimeDelta::hours(10),
        "refresh_token": "never-used",
        "scopes": "read:ops-alert:jira-service-management write:ops-alert:jira-service-management \
                   delete:ops-alert:jira-service-management read:ops-config:jira-service-management \
                   write:ops-config:jira-service-management delete:ops-config:jira-service-management offline_access",
        "consented_at": now,
        "refreshed_at": now,
    });
    Ok(Grant::from_json(&json.to_string())?)
}
