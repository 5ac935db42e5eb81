//! An app, its store and everything that both need: what a program makes once.

pub(crate) mod app;
pub(crate) mod context;
pub(crate) mod endpoints;

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
    error::{Error, Kind},
    grant::{Grant, key::GrantKey},
    http_client,
    oauth::{app::App, context::Context, endpoints::Endpoints},
    session::{
        Session, persist, single_flight,
        state::{Replaces, Shared},
    },
    sign_in::{Login, pending::PendingLogin},
    store::TokenStore,
    token_endpoint::{TokenEndpoint, attempts::Attempts},
};

/// How long before its end a token is refreshed, unless said otherwise.
const MARGIN: TimeDelta = TimeDelta::minutes(5);

/// Attempts to exchange a code.
const ATTEMPTS: u32 = 3;

/// OAuth 2.0 (3LO) for one app: begins and finishes logins, and gives the sessions of those who are signed in.
///
/// A program makes one and clones it. Two of them over one store work as two processes do: through its lock.
#[derive(Clone)]
pub struct OAuth {
    pub(crate) context: Arc<Context>,
    sessions: Arc<Mutex<Sessions>>,
}

/// The sessions that somebody uses: whoever asks for the same one gets the same one, and with it the same refresh.
#[derive(Default)]
struct Sessions {
    known: HashMap<GrantKey, Weak<Shared>>,
    /// How many may be known before those that nobody uses are forgotten.
    limit: usize,
}

/// Puts an [`OAuth`] together.
pub struct OAuthBuilder {
    app: App,
    endpoints: Option<Endpoints>,
    store: Arc<dyn TokenStore>,
    clock: Arc<dyn Clock>,
    http: Option<ClientBuilder>,
    margin: TimeDelta,
    timeout: Duration,
}

impl OAuth {
    /// Begins with an app, and the store for its grants.
    pub fn builder(app: App, store: impl TokenStore + 'static) -> OAuthBuilder {
        OAuthBuilder {
            app,
            endpoints: None,
            store: Arc::new(store),
            clock: Arc::new(SystemClock),
            http: None,
            margin: MARGIN,
            timeout: http_client::TIMEOUT,
        }
    }

    /// Begins a login. It asks for these scopes and for `offline_access`, without which the grant is over in an hour.
    ///
    /// # Errors
    /// An operating system without randomness.
    pub fn begin(&self, scopes: &Scopes) -> Result<Login, Error> {
        self.begin_login(scopes, true)
    }

    /// Begins a login without `offline_access`: the grant ends with its first access token.
    ///
    /// # Errors
    /// An operating system without randomness.
    pub fn begin_without_refresh(&self, scopes: &Scopes) -> Result<Login, Error> {
        self.begin_login(scopes, false)
    }

    fn begin_login(&self, scopes: &Scopes, offline: bool) -> Result<Login, Error> {
        let context = &self.context;
        let pending = PendingLogin::begin(&context.app, scopes, offline, context.clock.now())?;
        Ok(Login { url: pending.url(&context.endpoints, &context.app), pending })
    }

    /// Finishes a login: checks the callback, exchanges its code, and saves the grant for `user`, in place of an older one.
    ///
    /// The callback is the address at which the browser arrived, or its path and query, or its query. Once the callback is
    /// believed the rest goes on even if the future is dropped.
    ///
    /// If the grant cannot be saved the session is usable all the same, and [`Session::unsaved`] says why it is not saved.
    ///
    /// # Errors
    /// A callback that does not belong to this login or brings no consent; a code that the service refuses, which asks for
    /// another login; a service that cannot be reached; an app that is configured wrongly.
    pub async fn finish(&self, user: &str, pending: PendingLogin, callback: &str) -> Result<Session, Error> {
        let code = pending.check(&self.context.app, callback, self.context.clock.now())?;
        let session = self.session(user);
        let shared = Arc::clone(&session.shared);
        let finishing = tokio::spawn(async move {
            let context = &shared.context;
            let mut attempts = Attempts::new(&*context.clock, ATTEMPTS);
            let grant = loop {
                let asked_at = context.clock.now();
                match context.token_endpoint.exchange(&code, asked_at).await {
                    Ok(tokens) => break Grant::issue(tokens, asked_at)?,
                    Err(error) => attempts.after(error).await?,
                }
            };
            tracing::info!(key = %shared.key, generation = %grant.generation(), "signed in");
            keep(&shared, grant).await
        });
        match finishing.await {
            Ok(outcome) => outcome.map(|()| session),
            Err(_) => Err(Kind::Interrupted.into()),
        }
    }

    /// The session of a user, who signed in now or long ago. Nothing is read before it is used.
    pub fn session(&self, user: &str) -> Session {
        let key = self.key(user);
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = sessions.known.get(&key).and_then(Weak::upgrade) {
            return Session { shared };
        }
        if sessions.known.len() >= sessions.limit {
            sessions.known.retain(|_, shared| shared.strong_count() > 0);
            sessions.limit = (sessions.known.len() * 2).max(64);
        }
        let session = Session { shared: Arc::new(Shared::new(Arc::clone(&self.context), key.clone())) };
        sessions.known.insert(key, Arc::downgrade(&session.shared));
        session
    }

    /// The key of a user's grant.
    pub fn key(&self, user: &str) -> GrantKey {
        GrantKey::new(self.context.app.client_id(), user)
    }

    /// The app.
    pub fn app(&self) -> &App {
        &self.context.app
    }

    /// The endpoints.
    pub fn endpoints(&self) -> &Endpoints {
        &self.context.endpoints
    }
}

/// Saves the grant of a login, or keeps it in memory until it can be saved.
async fn keep(shared: &Arc<Shared>, grant: Grant) -> Result<(), Error> {
    let outcome = match shared.context.store.lock(&shared.key).await {
        Ok(_lock) => persist::save(shared, grant, Replaces::Anything).await,
        Err(error) => {
            persist::keep_unsaved(shared, grant, Replaces::Anything, error);
            Ok(())
        }
    };
    single_flight::keep_saving(shared);
    outcome
}

impl OAuthBuilder {
    /// Other endpoints than those of Atlassian's cloud.
    #[must_use]
    pub fn endpoints(mut self, endpoints: Endpoints) -> Self {
        self.endpoints = Some(endpoints);
        self
    }

    /// Another clock than the machine's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The HTTP client for signing in, refreshing and listing sites, as a builder, because these follow no redirects, whatever
    /// else the client does: proxies, certificates, TLS.
    #[must_use]
    pub fn http(mut self, http: ClientBuilder) -> Self {
        self.http = Some(http);
        self
    }

    /// How long before its end an access token is refreshed, if somebody asks for it then; five minutes unless said otherwise,
    /// and never more than a quarter of its lifetime. Up to a fifth is added at random.
    #[must_use]
    pub fn refresh_margin(mut self, margin: Duration) -> Self {
        self.margin = TimeDelta::from_std(margin).unwrap_or(MARGIN);
        self
    }

    /// Gives up a request that signs in, refreshes or lists sites after so long, instead of 20 seconds.
    ///
    /// A refresh makes up to three of them and must be over before others give up on its lock, after two minutes in a
    /// [`FileStore`](crate::FileStore), and before the service stops taking the old token, after ten.
    #[must_use]
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Puts it together.
    ///
    /// # Errors
    /// An HTTP client that cannot be built.
    pub fn build(self) -> Result<OAuth, Error> {
        let Self { app, endpoints, store, clock, http, margin, timeout } = self;
        let endpoints = match endpoints {
            Some(endpoints) => endpoints,
            None => Endpoints::atlassian()?,
        };
        let http = http_client::for_secrets(http)?;
        let token_endpoint = TokenEndpoint::new(http.clone(), endpoints.token.clone(), app.clone(), timeout);
        let context = Context { app, endpoints, store, clock, token_endpoint, http, margin, timeout };
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
