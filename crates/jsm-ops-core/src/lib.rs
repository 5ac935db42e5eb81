//! What the generated crate `jsm-ops-api` is built on.
//!
//! Nothing here knows an operation or a schema of the API. The generated code calls it, and users meet it as the types in the
//! signatures of that code: [`Error`], [`Nullable`], [`Items`] and [`Pages`], [`Receipt`], [`Scopes`], [`Upload`], and
//! [`Transport`] for those who carry requests in another way.

mod backoff;
pub mod base_url;
mod body;
mod call;
mod clock;
mod cloud_id;
pub mod decode;
mod error;
mod http;
mod nullable;
mod open_enum;
mod operation;
mod options;
mod page;
mod query;
mod rate_limits;
mod read_body;
mod receipt;
mod scopes;
mod secret;
mod segment;
mod transport;
pub mod union;

pub use backoff::Backoff;
pub use base_url::{Gateway, InvalidGateway};
pub use body::{Body, Upload};
pub use call::{Call, Dispatcher};
pub use clock::{BoxFuture, Clock, SystemClock};
pub use cloud_id::{CloudId, InvalidCloudId};
pub use error::{Error, MAX_ERROR_BODY};
pub use http::{HttpTransport, MAX_BODY};
pub use nullable::Nullable;
pub use open_enum::OpenEnum;
pub use operation::{Idempotency, Operation, Paging};
pub use options::CallOptions;
pub use page::{Items, Page, Pages};
pub use query::QueryValue;
pub use rate_limits::{RateLimitPolicy, RateLimits, RetryAfter};
pub use read_body::{ReadBodyError, read_body};
pub use receipt::{Receipt, WaitPolicy, WriteState, WriteStatus};
pub use scopes::{OAuthUnsupported, Scopes};
pub use secret::Secret;
pub use segment::{InvalidSegment, segment};
pub use transport::{Request, Response, Transport};

#[doc(hidden)]
pub use serde;
