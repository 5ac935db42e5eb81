//! What the generated crate `jsm-ops-api` is built on.
//!
//! Nothing here knows an operation or a schema of the API. The generated code calls it, and users meet it as the types in the
//! signatures of that code: [`Error`], [`Field`], [`Items`] and [`Pages`], [`Receipt`], [`Scopes`], [`Upload`], and
//! [`Transport`] for those who carry requests in another way.

pub mod address;
mod body;
mod call;
mod clock;
mod cloud_id;
pub mod decode;
mod error;
mod field;
mod http;
mod open_enum;
mod operation;
mod options;
mod page;
mod query;
mod rate_limits;
mod receipt;
mod scopes;
mod secret;
mod segment;
mod transport;
pub mod union;

pub use address::{Gateway, InvalidGateway};
pub use body::{Body, Upload};
pub use call::{Call, Caller, json_body};
pub use clock::{BoxFuture, Clock, SystemClock};
pub use cloud_id::{CloudId, InvalidCloudId};
pub use error::{Error, KEPT_BODY};
pub use field::Field;
pub use http::{HttpTransport, MAX_BODY};
pub use open_enum::OpenEnum;
pub use operation::{Operation, Paging, Retry};
pub use options::CallOptions;
pub use page::{Items, Page, Pages};
pub use query::QueryValue;
pub use rate_limits::{RateLimitPolicy, RateLimits, RetryAfter};
pub use receipt::{Outcome, Receipt, Status, Wait};
pub use scopes::{NotForOAuth, Scopes};
pub use secret::Secret;
pub use segment::{InvalidSegment, segment};
pub use transport::{Request, Response, Transport};

#[doc(hidden)]
pub use serde;
