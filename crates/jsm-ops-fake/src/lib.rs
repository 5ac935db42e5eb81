//! A fake Atlassian for tests of clients of Jira Service Management Operations.
//!
//! It is an HTTP server on `127.0.0.1` that simulates `auth.atlassian.com` and `api.atlassian.com`.
//!
//! - It enforces the rules of the service. An authorization code is valid once, refresh tokens
//!   rotate, and each base URL accepts only its own kind of credential.
//! - Its [`FakeClock`] stands still until the test advances it.
//! - It injects each [`Fault`] that a test queues.
//! - It records every byte of every request ([`RecordedRequest`]).
//!
//! ```no_run
//! # async fn test() -> Result<(), Box<dyn std::error::Error>> {
//! use jsm_ops_fake::{Endpoint, Fake, Fault};
//!
//! let fake = Fake::start().await?;
//! // Point the client under test at the fake. With `jsm_ops`, the endpoints are
//! // `Endpoints::at(&fake.url(), &fake.url())?`, and the app has the id, the secret and the first
//! // redirect URI of `fake.app()`. Other clients take `fake.authorize_url()`, `fake.token_url()`
//! // and `fake.url()`. Then begin a sign-in, and keep its URL as `authorize_url`.
//! # let authorize_url = String::new();
//! let callback = fake.approve(&authorize_url).await?;
//! // … exchange the code; then lose the response to the next refresh …
//! fake.queue_fault(Endpoint::Refresh, Fault::DropAfter);
//! fake.clock().advance(std::time::Duration::from_secs(3600));
//! // … send a request, which needs a refresh …
//! assert_eq!(fake.count(&Endpoint::Refresh), 2);
//! fake.assert_no_violations();
//! # Ok(())
//! # }
//! ```
//!
//! Where the behaviour of the service is not known, the fake chooses the stricter way. A comment
//! marks each such place.
//!
//! # Modules
//!
//! Imports go one way, from the bottom of this list to the top:
//!
//! - `wire`: values of the wire (endpoints, requests, responses, times);
//! - `faults`: the clock, and all faults;
//! - `world`: the state (registrations, grants, data of the sites, the log of requests);
//! - `auth` and `gateway`: the handlers of requests;
//! - `server`: the HTTP server, and the path of a request through all of the above;
//! - `fake`: the API for tests.

mod auth;
mod fake;
mod faults;
mod gateway;
mod server;
mod wire;
mod world;

pub use fake::browser::BrowserError;
pub use fake::builder::FakeBuilder;
pub use fake::running::Fake;
pub use faults::fake_clock::FakeClock;
pub use faults::fault::Fault;
pub use faults::hold_point::HoldPoint;
pub use faults::rate_limit_headers::RateLimitHeaders;
pub use wire::endpoint::Endpoint;
pub use wire::request::RecordedRequest;
pub use wire::response::FakeResponse;
pub use world::consent::Consent;
pub use world::grants::GrantInfo;
pub use world::registry::{FakeApiToken, FakeApp, FakeSite, RejectedGrant};
pub use world::violations::Violations;
