//! The runtime of the generated crate `jsm-ops-api`.
//!
//! This crate has no operation and no schema of the API. Generated code calls it. Users see it as
//! the types in the signatures of generated code: [`Error`], [`Nullable`], [`Items`] and [`Pages`],
//! [`Receipt`], [`Scopes`] and [`Upload`]. Implement [`Transport`] to send requests in another way.

mod backoff;
pub mod base_url;
mod call;
mod clock;
mod cloud_id;
pub mod decode;
mod dispatcher;
mod error;
mod future;
mod http;
mod idempotency;
mod nullable;
mod open_enum;
mod operation;
mod paging;
mod rate_limits;
mod read_body;
mod receipt;
mod request;
mod response;
mod retry_after;
mod scopes;
mod secret;
mod transport;
pub mod union;

pub use backoff::Backoff;
pub use base_url::{Gateway, InvalidGateway};
pub use call::Call;
pub use clock::{Clock, SystemClock};
pub use cloud_id::{CloudId, InvalidCloudId};
pub use dispatcher::Dispatcher;
pub use error::{Error, MAX_ERROR_BODY};
pub use future::BoxFuture;
pub use http::{HttpTransport, MAX_RESPONSE_BODY};
pub use idempotency::Idempotency;
pub use nullable::Nullable;
pub use open_enum::OpenEnum;
pub use operation::{Operation, Paging};
pub use paging::{Items, Page, Pages};
pub use rate_limits::{RateLimitPolicy, RateLimits};
pub use read_body::{ReadBodyError, read_body};
pub use receipt::{Receipt, WaitPolicy, WriteState, WriteStatus};
pub use request::{Body, CallOptions, FormParts, InvalidSegment, QueryValue, Request, Upload, segment};
pub use response::Response;
pub use retry_after::RetryAfter;
pub use scopes::{OAuthUnsupported, Scopes};
pub use secret::Secret;
pub use transport::Transport;

#[doc(hidden)]
pub use {bytes, serde};
