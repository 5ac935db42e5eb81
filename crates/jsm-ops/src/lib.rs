//! A client of Jira Service Management Operations that signs in with OAuth 2.0 (3LO) and stays signed in.

mod app;
mod attempts;
mod authorize;
mod authorized;
mod basic;
mod callback;
mod client;
mod endpoints;
mod error;
mod generation;
mod grant;
mod http;
mod loopback;
mod oauth;
mod pending;
mod pkce;
mod random;
mod refresh;
mod secret;
mod session;
mod sites;
pub mod store;
mod text;
mod token_endpoint;
mod tokens;

pub use app::App;
pub use basic::ApiToken;
pub use callback::CallbackError;
pub use client::{Client, ClientBuilder};
pub use endpoints::Endpoints;
pub use error::{ConsentReason, Error, MissingScopes};
pub use generation::{Generation, InvalidGeneration};
pub use grant::{Grant, GrantKey, InvalidGrant};
pub use jsm_ops_core::{
    self as core, BoxFuture, Clock, CloudId, Error as CallError, Gateway, Operation, Scopes, SystemClock,
};
pub use loopback::LoopbackLogin;
pub use oauth::{Login, OAuth, OAuthBuilder};
pub use pending::PendingLogin;
pub use secret::SecretString;
pub use session::{AccessToken, Session};
pub use sites::{Site, SiteChoice};
pub use store::{StoreError, StoreLock, TokenStore, file::FileStore, memory::MemoryStore};
