//! OAuth 2.0 (3LO) for one app: the entry point for sign-ins and sessions.

pub(crate) mod app;
pub(crate) mod context;
pub(crate) mod endpoints;
pub(crate) mod token_requests;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use chrono::TimeDelta;
use jsm_ops_core::{Clock, Scopes, SystemClock};
use reqwest::ClientBuilder;

use crate::{
    error::Error,
    grant::key::GrantKey,
    http_client,
    oauth::{app::App, context::Context, endpoints::Endpoints},
    session::{Session, consent, inner::SessionInner},
    sign_in::{SignIn, pending::PendingSignIn},
    store::TokenStore,
    token_endpoint::TokenEndpoint,
};

/// The default for how long before its expiry an access token is refreshed.
const REFRESH_MARGIN: TimeDelta = TimeDelta::minutes(5);

/// OAuth 2.0 (3LO) for one app: signs users in and returns their sessions.
///
/// A program creates one and clones it. Two instances over one store work like two processes: the
/// lock of the store coordinates them.
#[derive(Clone)]
pub struct OAuth {
    pub(crate) context: Arc<Context>,
    sessions: Arc<Mutex<Sessions>>,
}

/// The sessions in use. Callers that ask for the same user share one session, and so one refresh.
#[derive(Default)]
struct Sessions {
    by_key: HashMap<GrantKey, Weak<SessionInner>>,
    /// The number of sessions at which unused ones are removed.
    cleanup_at: usize,
}

/// Builds an [`OAuth`].
pub struct OAuthBuilder {
    app: App,
    endpoints: Option<Endpoints>,
    store: Arc<dyn TokenStore>,
    clock: Arc<dyn Clock>,
    http: Option<ClientBuilder>,
    refresh_margin: TimeDelta,
    request_timeout: Duration,
}

impl OAuth {
    /// Starts with an app and the store for its grants.
    pub fn builder(app: App, store: impl TokenStore + 'static) -> OAuthBuilder {
        OAuthBuilder {
            app,
            endpoints: None,
            store: Arc::new(store),
            clock: Arc::new(SystemClock),
            http: None,
            refresh_margin: REFRESH_MARGIN,
            request_timeout: http_client::REQUEST_TIMEOUT,
        }
    }

    /// Begins a sign-in that asks for these scopes and for `offline_access`. Without that scope the
    /// grant ends after an hour.
    ///
    /// # Errors
    /// The operating system returned no random bytes.
    pub fn begin_sign_in(&self, scopes: &Scopes) -> Result<SignIn, Error> {
        self.begin(scopes, true)
    }

    /// Begins a sign-in without `offline_access`: the grant ends with its first access token.
    ///
    /// # Errors
    /// The operating system returned no random bytes.
    pub fn begin_sign_in_without_refresh(&self, scopes: &Scopes) -> Result<SignIn, Error> {
        self.begin(scopes, false)
    }

    fn begin(&self, scopes: &Scopes, offline: bool) -> Result<SignIn, Error> {
        let context = &self.context;
        let pending = PendingSignIn::begin(&context.app, scopes, offline, context.clock.now())?;
        Ok(SignIn { url: pending.url(&context.endpoints, &context.app), pending })
    }

    /// Finishes a sign-in: checks the callback, exchanges its code, and saves the grant for `user`
    /// instead of an older one.
    ///
    /// `callback` is the URL at which the browser arrived, its path and query, or its query. After
    /// the check of the callback, the rest completes even if the future is dropped.
    ///
    /// The store is checked first, so that a store that does not work spends no code. If it fails
    /// after that, the session works all the same and [`Session::save_error`] returns the reason.
    ///
    /// # Errors
    /// The callback does not belong to this sign-in or brings no consent. The service rejects the
    /// code, so another sign-in is needed. The service is unavailable. The app is misconfigured.
    /// The store does not work.
    pub async fn finish_sign_in(&self, user: &str, pending: PendingSignIn, callback: &str) -> Result<Session, Error> {
        let code = pending.check(&self.context.app, callback, self.context.clock.now())?;
        let session = self.session(user);
        consent::sign_in(&session.inner, code).await?;
        Ok(session)
    }

    /// Returns the session of a user. Nothing is read until the session is used.
    pub fn session(&self, user: &str) -> Session {
        let key = self.key(user);
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(inner) = sessions.by_key.get(&key).and_then(Weak::upgrade) {
            return Session { inner };
        }
        if sessions.by_key.len() >= sessions.cleanup_at {
            sessions.by_key.retain(|_, inner| inner.strong_count() > 0);
            sessions.cleanup_at = (sessions.by_key.len() * 2).max(64);
        }
        let session = Session { inner: Arc::new(SessionInner::new(Arc::clone(&self.context), key.clone())) };
        sessions.by_key.insert(key, Arc::downgrade(&session.inner));
        session
    }

    /// The key of a user's grant.
    pub fn key(&self, user: &str) -> GrantKey {
        GrantKey::new(self.context.app.client_id(), user)
    }

    /// The registered app whose grants this value manages.
    pub fn app(&self) -> &App {
        &self.context.app
    }

    /// The URLs of the authorization server and of the gateway.
    pub fn endpoints(&self) -> &Endpoints {
        &self.context.endpoints
    }
}

impl OAuthBuilder {
    /// Sets the endpoints. The default is Atlassian's cloud.
    #[must_use]
    pub fn endpoints(mut self, endpoints: Endpoints) -> Self {
        self.endpoints = Some(endpoints);
        self
    }

    /// Sets the clock. The default is the machine's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the HTTP client for signing in, refreshing and listing sites: proxies, certificates,
    /// TLS.
    ///
    /// It is a builder, because this client must not follow redirects.
    #[must_use]
    pub fn http(mut self, http: ClientBuilder) -> Self {
        self.http = Some(http);
        self
    }

    /// Sets how long before its expiry an access token is refreshed by a caller that asks for it.
    ///
    /// The default is five minutes, and never more than a quarter of the lifetime. Up to a fifth is
    /// added at random.
    #[must_use]
    pub fn refresh_margin(mut self, margin: Duration) -> Self {
        self.refresh_margin = TimeDelta::from_std(margin).unwrap_or(REFRESH_MARGIN);
        self
    }

    /// Sets the timeout of one request that signs in, refreshes or lists sites. The default is 20
    /// seconds.
    ///
    /// A refresh sends up to three of them. It must end before other processes give up on its lock,
    /// which is after two minutes in a [`FileStore`](crate::FileStore). It must also end before the
    /// service stops accepting the old token, which is after ten minutes.
    #[must_use]
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.request_timeout = timeout;
        self
    }

    /// Builds it.
    ///
    /// # Errors
    /// The HTTP client cannot be built.
    pub fn build(self) -> Result<OAuth, Error> {
        let Self { app, endpoints, store, clock, http, refresh_margin, request_timeout } = self;
        let endpoints = match endpoints {
            Some(endpoints) => endpoints,
            None => Endpoints::atlassian()?,
        };
        let http = http_client::for_secrets(http)?;
        let token_endpoint = TokenEndpoint::new(http.clone(), endpoints.clone(), app.clone(), request_timeout);
        let context = Context { app, endpoints, store, clock, token_endpoint, http, refresh_margin, request_timeout };
        Ok(OAuth { context: Arc::new(context), sessions: Arc::default() })
    }
}

impl fmt::Debug for OAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Context { app, endpoints, store, .. } = &*self.context;
        f.debug_struct("OAuth").field("app", app).field("endpoints", endpoints).field("store", store).finish_non_exhaustive()
    }
}

impl fmt::Debug for OAuthBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthBuilder").field("app", &self.app).field("endpoints", &self.endpoints).finish_non_exhaustive()
    }
}
