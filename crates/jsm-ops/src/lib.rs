//! A client for Jira Service Management Operations that signs in with OAuth 2.0 (3LO) and stays
//! signed in.
//!
//! A user consents once, in a browser. From then on [`Session`] returns a valid access token: to
//! one task or a thousand, in one process or several, through crashes and network failures.
//! Atlassian rotates refresh tokens, so each works once. This crate keeps the newest one in the
//! store, or in memory while the store fails, and then reports it. [`Client`] adds the token to
//! calls, and the generated client [`api`] has the operations.
//!
//! | type | purpose |
//! |---|---|
//! | [`App`] | client id, client secret and redirect URI, from the developer console |
//! | [`OAuth`] | an app with a store; signs users in and returns their sessions; created once |
//! | [`Session`] | one signed-in user: access tokens, sites, when consent is needed |
//! | [`Client`] | calls to one site, with a session or with an [`ApiToken`] |
//! | [`TokenStore`] | keeps grants: [`FileStore`], `KeyringStore`, [`MemoryStore`], or your own |
//!
//! In the developer console, the app needs the *Jira Service Management API* with the scopes of its
//! operations, and the exact redirect URI. The console does not list the scope `offline_access`;
//! sign-ins ask for it.
//!
//! # A tool on the user's machine
//!
//! Register `http://127.0.0.1:8391/callback`, or another free port. The tool listens there while
//! the user consents. It opens and prints a start page that works once, so that a user notices if
//! another person opened it first. [`LoopbackSignIn`] says what that protects and what it does not.
//!
//! Where the browser is elsewhere, as in a remote shell, the user pastes the callback URL
//! ([`LoopbackSignIn::ask_for_callback`]). In a container, [`LoopbackSignIn::bind`] sets the
//! address that the published port reaches.
//!
//! ```no_run
//! use jsm_ops::{App, Client, FileStore, LoopbackSignIn, OAuth, Scopes, SiteChoice};
//!
//! # async fn example(home: std::path::PathBuf) -> Result<(), Box<dyn std::error::Error>> {
//! // JSM_OPS_CLIENT_ID, JSM_OPS_CLIENT_SECRET and JSM_OPS_REDIRECT_URI.
//! let store = FileStore::file(home.join("my-tool/grants.json"));
//! let oauth = OAuth::builder(App::from_env()?, store).build()?;
//! let scopes = Scopes::parse("read:ops-alert:jira-service-management");
//!
//! let mut session = oauth.session("me");
//! if let Err(error) = session.access_token().await {
//!     if !error.is_consent_needed() {
//!         return Err(error.into());
//!     }
//!     session = LoopbackSignIn::new(&oauth).run("me", &scopes).await?;
//! }
//! let site = SiteChoice::Url("acme.atlassian.net".to_owned());
//! let client = Client::builder().session(session).site(site).build().await?;
//! # #[cfg(feature = "alerts")]
//! let open = client.alerts().list().query("status: open").send().await?;
//! # Ok(())
//! # }
//! ```
//!
//! Call [`Session::flush`] before the program ends: it waits for a running refresh and saves its
//! tokens.
//!
//! # A web service with many users
//!
//! Create one [`OAuth`] for the service and use one key per user. Between the two requests of a
//! sign-in, keep the pending sign-in in the session of *that* browser, on the server or in an
//! encrypted cookie. The state protects the user only if it is tied to the browser.
//!
//! ```no_run
//! use jsm_ops::{Client, Error, OAuth, PendingSignIn, Scopes};
//!
//! type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
//!
//! /// `GET /sign-in`: returns the value for the session of the browser, and the URL for it.
//! fn sign_in(oauth: &OAuth) -> Result<(String, String)> {
//!     let scopes = Scopes::parse("read:ops-alert:jira-service-management");
//!     let sign_in = oauth.begin_sign_in(&scopes)?;
//!     Ok((serde_json::to_string(&sign_in.pending)?, sign_in.url.into()))
//! }
//!
//! /// `GET /callback`: `pending` is from the session of the browser, `uri` has path and query.
//! async fn callback(oauth: &OAuth, user: &str, pending: &str, uri: &str) -> Result<()> {
//!     let pending: PendingSignIn = serde_json::from_str(pending)?;
//!     oauth.finish_sign_in(user, pending, uri).await?;
//!     Ok(())
//! }
//!
//! /// Any other request. Nothing is read or refreshed until it is needed, and all clients of one
//! /// user share the session.
//! async fn client(oauth: &OAuth, user: &str) -> std::result::Result<Client, Error> {
//!     Client::builder().session(oauth.session(user)).build().await
//! }
//! ```
//!
//! The default [`SiteChoice::Only`] fails with a list of the sites if a user has several. Let the
//! user choose, save the id, and pass it as [`SiteChoice::Id`]; this also saves the request for the
//! list. One account has one grant per app: if one person signs in as two of your users, the later
//! consent may end the earlier grant.
//!
//! # Several processes
//!
//! Processes share a store, and its lock allows one refresh at a time. The second process finds the
//! new tokens in the store and sends no request. [`FileStore`] works for processes on one machine;
//! its documentation says what holds on which file system. In a container, mount the directory of
//! the store, not the file alone. Services on several machines implement [`TokenStore`] over their
//! database; its documentation lists the requirements, and the feature `conformance` has checks for
//! them. Do not copy a grant into a second store. Each refresh in one store
//! spends the token in the other. The use of a spent token after ten minutes may end the whole
//! grant.
//!
//! A process may be killed at any moment. If the service rotated the token and the new one is not
//! saved yet, the old one works for ten more minutes. A process that refreshes in this time keeps
//! the grant. Keep the clocks of several machines synchronized.
//!
//! # When consent is needed again
//!
//! A grant ends after 90 days without a refresh and after 365 days in any case. It also ends when
//! the user changes the password or withdraws consent, and when an old token is used again. Then
//! [`Error::is_consent_needed`] holds, and [`Error::consent_reason`] says why. The first two ends
//! are known in advance: warn the user before [`Grant::consent_needed_at`], from
//! [`Session::grant`].
//!
//! The service may reject a valid refresh token in an incident, so a rejection is provisional. The
//! token is sent again after minutes, and later after hours ([`ConsentReason::Rejected`]). Show the
//! user that consent is needed, and keep the grant. Operators may call [`Session::retry_rejected`]
//! after an incident. If the store has other tokens than the rejected ones by then, they are used.
//!
//! A new sign-in under the same key replaces the grant, also while a refresh of the old one runs.
//! Existing sessions, in this process and in others, use the new grant. [`guide::grants`] says what
//! a crash, a sign-out, a rejected grant and a failing store mean.
//!
//! # Errors and what to do about them
//!
//! | predicate | meaning | what to do |
//! |---|---|---|
//! | [`is_consent_needed`] | the grant ended, was rejected or is missing | start a sign-in |
//! | [`is_transient`] | network, 429, failing server, busy lock | retry after [`retry_after`] |
//! | [`is_misconfigured`] | wrong secret, wrong URL | correct it; new consent does not help |
//! | [`is_scope_missing`] | the grant lacks scopes | add them in the console and to the sign-in |
//! | [`is_store_failed`] | the store cannot be read or written | repair it |
//! | [`is_site_unresolved`] | no or several sites match | choose one of [`sites`](Error::sites) |
//! | [`is_callback_rejected`] | the callback brought no consent | offer another sign-in |
//! | [`is_code_rejected`] | the code of a sign-in is too old or was used | start a sign-in |
//!
//! [`is_consent_needed`]: Error::is_consent_needed
//! [`is_transient`]: Error::is_transient
//! [`retry_after`]: Error::retry_after
//! [`is_misconfigured`]: Error::is_misconfigured
//! [`is_scope_missing`]: Error::is_scope_missing
//! [`is_store_failed`]: Error::is_store_failed
//! [`is_site_unresolved`]: Error::is_site_unresolved
//! [`is_callback_rejected`]: Error::is_callback_rejected
//! [`is_code_rejected`]: Error::is_code_rejected
//!
//! Calls fail with [`CallError`], see [below](#retries-rate-limits-and-deadlines). If
//! [`is_credential_missing`](CallError::is_credential_missing) holds, [`Error::from_call_error`]
//! returns the error of this crate. [`MissingScopes::from_call_error`] returns the missing scopes,
//! whether this crate or the gateway noticed.
//!
//! `Display` of an error is one line, and the chain of its sources adds details that the line does
//! not have.
//!
//! After a failed refresh, callers receive its error without another request until the service may
//! be asked again. [`retry_after`] says when.
//!
//! New tokens are held in memory before they are saved. If they cannot be saved, they are used all
//! the same, because the service soon rejects the stored ones. Saving is retried;
//! [`Session::save_error`] and an event at error level report it. Repair the store before the
//! process ends. A store that cannot be written at all is noticed before a token is rotated, and
//! before the code of a sign-in is spent. [A store that fails](guide::grants#a-store-that-fails)
//! says more.
//!
//! # Retries, rate limits, and deadlines
//!
//! A client retries after rate limits, failing gateways and network errors. It never retries a
//! request that may have been executed and is not idempotent. The defaults need no configuration.
//!
//! | event | what the client does |
//! |---|---|
//! | the connection was not established | retries: nothing was sent |
//! | too many requests (429) | waits as long as the service asks, then retries: nothing was done |
//! | 5xx except 501, a failed connection, an incomplete response | retries if it is idempotent |
//! | the token was rejected | refreshes once and retries; a missing scope is not such a case |
//! | anything else | returns it to the caller |
//!
//! Idempotency is known per operation ([`Operation::idempotency`]) and does not follow from the
//! HTTP method. To acknowledge an alert is idempotent; to ping a heartbeat, to add a note or to
//! escalate is not. *Creating an alert is idempotent with an alias*: the service counts up the open
//! alert. Set an alias on every alert.
//!
//! By default there are four attempts. The delays between them are random, up to 0.5, 1 and 2
//! seconds, unless the service asks for another delay. If it asks for more than a minute, the call
//! returns the error instead of waiting. No delay ends later than two minutes after the start of
//! the call. [`RetryPolicy`] changes this for a client, [`CallOptions`] for a call. A file that is
//! read during the upload ([`Upload::stream`](core::Upload::stream)) is sent once.
//!
//! ```
//! use std::time::Duration;
//! use jsm_ops::{CallError, CallOptions, Client};
//!
//! # #[cfg(feature = "alerts")]
//! async fn page_on_call(client: &Client, alias: &str) -> Result<(), CallError> {
//!     let options = CallOptions::new().timeout(Duration::from_secs(20));
//!     let alert = client.alerts().create("the database is down").alias(alias);
//!     match alert.with(options).send().await {
//!         Ok(receipt) => receipt.wait().await.map(drop),
//!         Err(error) if error.is_rate_limited() => {
//!             let limits = error.rate_limit().unwrap_or_default();
//!             eprintln!("retry at {:?}; reason: {:?}", limits.retry_at(), limits.reason);
//!             Err(error)
//!         }
//!         Err(error) => Err(error),
//!     }
//! }
//! ```
//!
//! - **Deadlines.** [`ClientBuilder::timeout`] and [`CallOptions::timeout`] cover the whole call:
//!   rate limits, a refresh, all attempts and the delays. [`CallError::is_timeout`] says that the
//!   time was over, and [`CallError::attempts`] whether anything was sent. Without a timeout, a
//!   call ends when the service sends nothing for a minute. A delay that would end too late does
//!   not start.
//! - **Cancellation.** A call may be dropped at any await. A refresh that it started completes; a
//!   request that was sent may be carried out.
//! - **Rate limits.** [`Client::rate_limits`] returns the latest ones that the service sent.
//!   [`ClientBuilder::adaptive_rate_limiting`] slows the client down before a limit is reached.
//!   [`ClientBuilder::rate_limit`] limits one area to your own rate, so that a bulk job leaves
//!   quota for alerts.
//! - **Errors.** A [`CallError`] is one line. It has the operation, the status, the message of the
//!   service, the number of attempts and the trace id for Atlassian's support.
//! - **Observability.** Each call is a `tracing` span, `jsm_ops.call`, with `operation`, `method`,
//!   `path` (the template, without ids), `outcome`, `status`, `attempts`, `trace_id` and
//!   `duration_ms`. Retries and 429 responses are events at warning level in it; refreshes are
//!   events of the session. [`Metrics`] receives the same as numbers.
//! - **Time and random numbers** come from [`Clock`] and [`Random`]. With your own, a test of an
//!   hour takes no time.
//!
//! # Secrets
//!
//! Secrets are [`SecretString`]s: they have no `Display`, and their `Debug` hides them. Their own
//! memory is overwritten on drop; copies in the buffers of the HTTP client, of TLS and of stores
//! are not. They are sent to the configured [`Endpoints`] only, over https, and never
//! follow a redirect to another host. `tracing` events contain the key and the generation of a
//! grant, never a token.
//!
//! # Features
//!
//! - `rustls` (default): TLS by rustls with ring and the certificates of the operating system.
//!   `native-tls`: TLS of the operating system, if `rustls` is off. Without either, depend on
//!   `reqwest` 0.13 with a TLS feature of your choice, or pass your own clients:
//!   [`OAuthBuilder::http`], [`ClientBuilder::http`].
//! - `http2`: HTTP/2, if the server offers it.
//! - `keyring`: `KeyringStore` keeps grants in the keyring of the operating system, and
//!   `KeyringOrFileStore` in files where there is none.
//! - `conformance`: [`store`] has checks for stores of your own, for your tests.
//! - `stable` (default), `full`, and one feature per area of the client, as in [`api`].
//! - `browser` (default): [`LoopbackSignIn`] opens the browser in addition to printing the URL, if
//!   there is a display and this is not a remote shell.

mod client;
mod error;
mod grant;
pub mod guide;
mod http_client;
mod oauth;
mod retry_delay;
mod secret_string;
mod secure_random;
mod session;
mod sign_in;
#[cfg(feature = "simulation")]
#[doc(hidden)]
pub mod simulation;
mod site;
mod site_choice;
pub mod store;
mod text;
mod token_endpoint;
mod transport;

pub use client::{Client, ClientBuilder};
pub use error::{Error, consent_reason::ConsentReason, missing_scopes::MissingScopes};
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
pub use oauth::{
    OAuth, OAuthBuilder,
    app::App,
    endpoints::{Endpoints, EndpointsBuilder},
    token_requests::{ClientAuthentication, TokenRequestFormat},
};
pub use reqwest;
pub use secret_string::SecretString;
pub use session::{Session, access_token::AccessToken};
pub use sign_in::{SignIn, callback::CallbackError, loopback::LoopbackSignIn, pending::PendingSignIn};
pub use site::Site;
pub use site_choice::SiteChoice;
pub use store::{StoreLock, TokenStore, error::StoreError, file::FileStore, memory::MemoryStore};
#[cfg(feature = "keyring")]
pub use store::{keyring::KeyringStore, keyring_or_file::KeyringOrFileStore};
pub use transport::{
    api_token::ApiToken,
    jitter::{Random, SeededRandom, SystemRandom},
    metrics::{CallOutcome, CallReport, Metrics, NoMetrics, RetryReport, ThrottleCause, ThrottleReport},
    rate_limiter::Rate,
    retry::RetryCause,
    retry_policy::RetryPolicy,
};
