//! What the sessions of one app share.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use jsm_ops_core::Clock;
use reqwest::Client;

use crate::{
    oauth::{app::App, endpoints::Endpoints},
    store::TokenStore,
    token_endpoint::TokenEndpoint,
};

/// An app with its endpoints, store and clock. It does not change.
pub(crate) struct Context {
    pub(crate) app: App,
    pub(crate) endpoints: Endpoints,
    pub(crate) store: Arc<dyn TokenStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) token_endpoint: TokenEndpoint,
    /// It follows no redirects.
    pub(crate) http: Client,
    /// How long before its expiry an access token is refreshed.
    pub(crate) refresh_margin: TimeDelta,
    /// The timeout of one request that signs in, refreshes or lists sites.
    pub(crate) request_timeout: Duration,
}
