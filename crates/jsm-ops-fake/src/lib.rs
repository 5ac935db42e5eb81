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

mod answer;
mod auth;
mod browser;
mod builder;
mod chance;
mod clock;
mod fake;
mod fault;
mod gateway;
mod handle;
mod operations;
mod parts;
mod record;
mod route;
mod server;
mod state;
mod throttle;

pub use answer::Answer;
pub use auth::{App, DeadGrant, GrantInfo, Site};
pub use browser::{BrowserError, Consent};
pub use builder::Builder;
pub use clock::Clock;
pub use fake::Fake;
pub use fault::{Fault, Gate};
pub use gateway::ApiToken;
pub use record::{Seen, Unexpected};
pub use route::Endpoint;
pub use throttle::Throttle;
