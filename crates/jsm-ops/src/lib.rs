//! A client of Jira Service Management Operations that signs in with OAuth 2.0 (3LO) and stays signed in.
//!
//! A person consents once, in a browser. From then on [`Session`] has an access token whenever one is asked for: in one task or a
//! thousand, in one process or several, through crashes and bad networks. Atlassian rotates refresh tokens, so each works once;
//! everything here is built so that the one that counts is never lost. [`Client`] puts the token on calls; what can be called is the
//! generated client [`api`].
//!
//! | what | is for |
//! |---|---|
//! | [`App`] | client id, client secret and redirect URI, from the developer console |
//! | [`OAuth`] | an app with a store: begins and finishes logins, gives sessions; made once |
//! | [`Session`] | one user who is signed in: tokens, sites, when consent is due |
//! | [`Client`] | calls to one site, with a session or with an [`ApiToken`] |
//! | [`TokenStore`] | where grants are kept: [`FileStore`], `KeyringStore`, [`MemoryStore`], or your own |
//!
//! In the developer console the app needs the *Jira Service Management API* with the scopes that its operations ask for, and the
//! redirect URI, to the letter. `offline_access` is no scope of the console; logins ask for it by themselves.
//!
//! # A tool on somebody's machine
//!
//! Register `http://127.0.0.1:8391/callback` or another free port. The tool listens there while the person consents.
//!
//! ```no_run
//! use jsm_ops::{App, Client, FileStore, LoopbackLogin, OAuth, Scopes, SiteChoice};
//!
//! # async fn example(home: std::path::PathBuf) -> Result<(), Box<dyn std::error::Error>> {
//! // JSM_OPS_CLIENT_ID, JSM_OPS_CLIENT_SECRET and JSM_OPS_REDIRECT_URI.
//! let oauth = OAuth::builder(App::from_env()?, FileStore::file(home.join("my-tool/grants.json"))).build()?;
//! let scopes = Scopes::parse("read:ops-alert:jira-service-management read:ops-config:jira-service-management");
//!
//! let mut session = oauth.session("me");
//! if let Err(error) = session.access_token().await {
//!     if !error.is_consent_needed() {
//!         return Err(error.into());
//!     }
//!     session = LoopbackLogin::new(&oauth).run("me", &scopes).await?;
//! }
//! let client = Client::builder().session(session).site(SiteChoice::Url("acme.atlassian.net".to_owned())).build().await?;
//! # #[cfg(feature = "alerts")]
//! let open = client.alerts().list().query("status: open").send().await?;
//! # Ok(())
//! # }
//! ```
//!
//! Before it ends, a program that refreshed in its last moments should wait for [`Session::settle`].
//!
//! # A web service with many users
//!
//! One [`OAuth`] for the service, one key for each user. Between the two requests of a login the pending login has to wait in the
//! session of *that* browser, on the server or in an encrypted cookie: the comparison of the state is worth as much as the tie
//! between browser and pending login.
//!
//! ```no_run
//! use jsm_ops::{Client, Error, OAuth, PendingLogin, Scopes};
//!
//! /// `GET /login`: what to keep in the session of the browser, and where to send it.
//! fn login(oauth: &OAuth) -> Result<(String, String), Box<dyn std::error::Error>> {
//!     let login = oauth.begin(&Scopes::parse("read:ops-alert:jira-service-management"))?;
//!     Ok((serde_json::to_string(&login.pending)?, login.url.into()))
//! }
//!
//! /// `GET /callback`: `kept` is taken out of the session, `uri` is the path and query of the request.
//! async fn callback(oauth: &OAuth, user: &str, kept: &str, uri: &str) -> Result<(), Box<dyn std::error::Error>> {
//!     let pending: PendingLogin = serde_json::from_str(kept)?;
//!     oauth.finish(user, pending, uri).await?;
//!     Ok(())
//! }
//!
//! /// Any other request. Nothing is read or refreshed before it is needed, and clients of one user share everything.
//! async fn client(oauth: &OAuth, user: &str) -> Result<Client, Error> {
//!     Client::builder().session(oauth.session(user)).build().await
//! }
//! ```
//!
//! [`SiteChoice::Only`], the default, fails with a list of the sites where a user has several; let them choose, keep the id, and
//! give it as [`SiteChoice::Id`], which also saves the look at the list. One account has one grant for one app: if the same person
//! signs in as two of your users, the later consent may end the earlier grant.
//!
//! # Several processes
//!
//! They share a store, and through its lock there is one refresh at a time; whoever comes second finds the new pair in the store
//! and asks nobody. [`FileStore`] does this for processes on one machine. Services on several machines implement [`TokenStore`]
//! over their database; its documentation says what matters. Do not copy a grant into two stores: each refresh in one makes the
//! other's token a used one, and to use that again after ten minutes may end the whole grant.
//!
//! A process may be killed at any moment. If the service had rotated the token and the new one was not saved yet, the old one is
//! good for ten minutes more, and the next process that needs a token repeats the refresh with it.
//!
//! # When consent is needed again
//!
//! A grant ends after 90 days without a refresh, after 365 days in any case, when the person changes their password or withdraws
//! the consent, and when an old token is used again. [`Error::is_consent_needed`] says so, [`Error::consent_reason`] why, and
//! nothing but a new login helps. It is said only on the service's word and only if the store still has the token that was
//! refused. The first two ends are known beforehand: [`Grant::consent_needed_at`], from [`Session::grant`], is the time to warn
//! about.
//!
//! A new login under the same key takes the place of the grant; sessions that exist, in this process and others, find it.
//!
//! # Errors and what to do about them
//!
//! | question | meaning | to do |
//! |---|---|---|
//! | [`is_consent_needed`](Error::is_consent_needed) | the grant is over, or there was none | send the person through the login |
//! | [`is_transient`](Error::is_transient) | network, limit, failing server, taken lock | try again, after [`retry_after`](Error::retry_after) |
//! | [`is_configuration`](Error::is_configuration) | wrong secret, wrong address | correct it; new consent changes nothing |
//! | [`is_scope_missing`](Error::is_scope_missing) | the grant lacks scopes | add them in the console and to the login, ask for consent |
//! | [`is_store`](Error::is_store) | the store cannot be read or written | mend it; a damaged file is left as it is |
//! | [`is_site`](Error::is_site) | no site or several are meant | choose one of [`sites`](Error::sites) |
//! | [`is_callback`](Error::is_callback) | the browser brought no consent | say so, and offer the login again |
//!
//! Calls fail with [`CallError`], of which [more is said below](#when-things-are-on-fire). Where its [`is_credential`](CallError::is_credential) holds, [`Error::of_call`] is the error
//! from here, and [`MissingScopes::of_call`] tells of scopes, whoever noticed.
//!
//! A new pair that cannot be saved is used all the same, since the one in the store is on its way out, and saving is tried again
//! until it works: [`Session::unsaved`] and an event at the level of errors say so. A store that could not be written to in the
//! first place is noticed before a token is asked for, and nothing is rotated then.
//!
//! # When things are on fire
//!
//! A client keeps working through limits, failing gateways and bad networks, and never does twice what must not be done twice.
//! Nothing of this has to be asked for.
//!
//! | what happened | what the client does |
//! |---|---|
//! | no connection came about | tries again: nothing was sent |
//! | too many requests (429) | waits as long as the service asks and tries again: nothing was done |
//! | 5xx but 501, a connection that broke, an answer that broke or did not come | tries again if a repeat does no harm |
//! | a token was refused | refreshes once and tries again; a missing scope is no such case |
//! | anything else | gives it to the caller |
//!
//! Whether a repeat does harm is known of every operation ([`Operation::retry`]) and is no matter of HTTP methods: to acknowledge
//! is safe, to ping a heartbeat, to add a note or to escalate is not. *To create an alert is safe with an alias*, which makes the
//! service count up the alert that is open. Give every alert one.
//!
//! There are four attempts, with a random wait between them of up to 0.5, 1 and 2 seconds where the service names none; a wait of
//! more than a minute is returned and not slept, and no wait ends more than two minutes after the call began. [`RetryPolicy`] says
//! it differently for a client, and [`CallOptions`] for a call. A file that is read while it is sent
//! ([`Upload::stream`](core::Upload::stream)) is sent once.
//!
//! ```
//! use std::time::Duration;
//! use jsm_ops::{CallError, CallOptions, Client};
//!
//! # #[cfg(feature = "alerts")]
//! async fn page_somebody(client: &Client, alias: &str) -> Result<(), CallError> {
//!     let options = CallOptions::new().timeout(Duration::from_secs(20));
//!     match client.alerts().create("the database is gone").alias(alias).with(options).send().await {
//!         Ok(receipt) => receipt.wait().await.map(drop),
//!         Err(error) if error.is_rate_limited() => {
//!             let limits = error.rate_limit().unwrap_or_default();
//!             eprintln!("refused until {:?} because of {:?}: {:?}", limits.retry_at(), limits.reason, limits.policies);
//!             Err(error)
//!         }
//!         Err(error) => Err(error),
//!     }
//! }
//! ```
//!
//! - **Deadlines.** [`ClientBuilder::timeout`] and [`CallOptions::timeout`] are for all that belongs to a call: its turn, a refresh, every
//!   attempt, the waits. [`CallError::is_timeout`] tells that the time was over, and [`CallError::attempts`] whether anything was sent.
//!   Without them a call ends when the service says nothing for a minute. A wait that would not end in time is not begun.
//! - **Dropping.** A call may be dropped at any await. A refresh that it began goes on; a request that was sent may be carried out.
//! - **Limits.** [`Client::rate_limits`] is the latest that the service said. [`ClientBuilder::slow_down`] makes the client go slower by it
//!   before it is refused, and [`ClientBuilder::limit`] makes one area keep to a rate of your own, so that a bulk job leaves
//!   something for the pages of the night.
//! - **Errors.** Every [`CallError`] is one line with the operation, the status, the service's words, the number of attempts and the trace
//!   id that Atlassian's support asks for.
//! - **Watching.** Each call is a `tracing` span, `jsm_ops.call`, with `operation`, `method`, `path` (the template, without ids),
//!   `outcome`, `status`, `attempts`, `trace_id` and `duration_ms`; retries and refusals for limits are events at the level of warnings
//!   in it, refreshes are events of the session. [`Metrics`] is told the same as numbers.
//! - **Time and chance** come from [`Clock`] and [`Random`]: give your own, and a test of an hour takes no time.
//!
//! # What is kept secret
//!
//! Secrets are [`SecretString`]s: no `Display`, a `Debug` that says nothing, memory that is overwritten. They go to the configured
//! [`Endpoints`] only, over https, and follow no redirect to another host. `tracing` events name the key of a grant and its
//! generation, never a token.
//!
//! # Features
//!
//! - `rustls` (default): TLS by rustls with ring and the operating system's certificates. `native-tls`: that of the operating
//!   system, where `rustls` is off. Without either, depend on `reqwest` 0.13 with the TLS feature of your choice, or hand over
//!   clients that you built: [`OAuthBuilder::http`], [`ClientBuilder::http`].
//! - `http2`: HTTP/2, where the server offers it.
//! - `keyring`: `KeyringStore` keeps grants in the keyring of the operating system.
//! - `stable` (default), `full`, and one feature for each area of the client, as in [`api`].
//! - `browser` (default): [`LoopbackLogin`] opens the browser, and does not only print the address.

mod client;
mod error;
mod grant;
mod http_client;
mod oauth;
mod secret_string;
mod secure_random;
mod session;
mod sign_in;
mod site;
mod site_choice;
pub mod store;
mod text;
mod token_endpoint;
mod transport;

pub use client::{Client, ClientBuilder};
pub use error::{ConsentReason, Error, MissingScopes};
pub use grant::{
    Grant,
    generation::{Generation, InvalidGeneration},
    invalid::InvalidGrant,
    key::GrantKey,
};
pub use jsm_ops_api as api;
pub use jsm_ops_core::{
    self as core, BoxFuture, CallOptions, Clock, CloudId, Error as CallError, Gateway, Operation, RateLimits, Scopes,
    SystemClock,
};
pub use oauth::{OAuth, OAuthBuilder, app::App, endpoints::Endpoints};
pub use reqwest;
pub use secret_string::SecretString;
pub use session::{Session, access_token::AccessToken};
pub use sign_in::{Login, callback::CallbackError, loopback::LoopbackLogin, pending::PendingLogin};
pub use site::Site;
pub use site_choice::SiteChoice;
#[cfg(feature = "keyring")]
pub use store::keyring::KeyringStore;
pub use store::{StoreLock, TokenStore, error::StoreError, file::FileStore, memory::MemoryStore};
pub use transport::{
    api_token::ApiToken,
    jitter::{Random, SeededRandom, SystemRandom},
    metrics::{CallOutcome, CallReport, Metrics, NoMetrics, RetryReport, ThrottleCause, ThrottleReport},
    rate_limiter::Rate,
    retry::RetryCause,
    retry_policy::RetryPolicy,
};
