//! What everything about one app needs: the app itself, its endpoints, its store, and the time.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use jsm_ops_core::Clock;
use reqwest::Client;

use crate::{
    oauth::{app::App, endpoints::Endpoints},
    store::TokenStore,
    token_endpoint::TokenEndpoint,
};

/// An app and its surroundings. It does not change.
pub(crate) struct Context {
    pub(crate) app: App,
    pub(crate) endpoints: Endpoints,
    pub(crate) store: Arc<dyn TokenStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) token_endpoint: TokenEndpoint,
    /// Follows no redirect.
    pub(crate) http: Client,
    pub(crate) margin: TimeDelta,
    /// Of one request that signs in, refreshes or lists sites.
    pub(crate) timeout: Duration,
}
