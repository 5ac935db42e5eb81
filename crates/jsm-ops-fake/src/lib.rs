//! A fake Atlassian: a real HTTP server on `127.0.0.1` that plays the parts of `auth.atlassian.com` and `api.atlassian.com` which
//! a client of Jira Service Management Operations meets.
//!
//! It is for tests. It keeps the rules of the service that bite (codes that are good once, refresh tokens that rotate, credentials
//! that are refused at each other's address), has a [`Clock`] that only the test moves, breaks on demand ([`Fault`]), and records
//! every byte it was sent ([`Seen`]).
//!
//! ```no_run
//! # async fn test() -> Result<(), Box<dyn std::error::Error>> {
//! use jsm_ops_fake::{Endpoint, Fake, Fault};
//!
//! let fake = Fake::start().await?;
//! // … build the client under test with fake.authorize_url(), fake.token_url(), fake.resources_url(), fake.url() …
//! # let authorize_url = String::new();
//! let callback = fake.approve(&authorize_url).await?;
//! // … exchange the code; lose the answer to the next refresh; let the access token expire …
//! fake.fault(Endpoint::Refresh, Fault::DropAfter);
//! fake.clock().advance(std::time::Duration::from_secs(3600));
//! // … call …
//! assert_eq!(fake.count(&Endpoint::Refresh), 2);
//! fake.assert_nothing_unexpected();
//! # Ok(())
//! # }
//! ```
//!
//! What is known of the service is written into the fake as a rule. Where something is not known the fake takes the stricter way,
//! and says so at the place.

mod auth;
mod fake;
mod faults;
mod gateway;
mod server;
mod wire;
mod world;

pub use fake::browser::BrowserError;
pub use fake::builder::Builder;
pub use fake::handle::Fake;
pub use faults::clock::Clock;
pub use faults::fault::Fault;
pub use faults::hold_point::Gate;
pub use faults::rate_limit_headers::Throttle;
pub use wire::endpoint::Endpoint;
pub use wire::request::Seen;
pub use wire::response::Answer;
pub use world::consent::Consent;
pub use world::grants::GrantInfo;
pub use world::registry::{ApiToken, App, DeadGrant, Site};
pub use world::request_log::Unexpected;
