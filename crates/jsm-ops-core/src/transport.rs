//! What carries requests: the trait that generated code calls, and those above implement.

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use reqwest::{StatusCode, Url, header::HeaderMap};

use crate::{Body, BoxFuture, CallOptions, Clock, Error, Operation};

/// Sends requests.
///
/// The generated client knows this trait and no more of HTTP. An implementation adds the credential, and whatever else a call
/// needs: [`HttpTransport`](crate::HttpTransport) adds nothing, `jsm_ops::Client` signs in, refreshes and repeats.
pub trait Transport: Send + Sync + 'static {
    /// Sends a request, and gives the answer whatever its status is.
    ///
    /// # Errors
    /// Everything on account of which there is no answer: see the constructors of [`Error`].
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, Error>>;

    /// The time by which waiting and paging go.
    fn clock(&self) -> &dyn Clock;
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, Error>> {
        (**self).send(request)
    }

    fn clock(&self) -> &dyn Clock {
        (**self).clock()
    }
}

/// A request that is ready to be sent but for the credential.
#[derive(Debug)]
#[non_exhaustive]
pub struct Request {
    /// The operation; its method is the method of the request.
    pub operation: &'static Operation,
    /// The whole address, query included.
    pub url: Url,
    /// The media type that the answer should have.
    pub accept: &'static str,
    /// The body.
    pub body: Body,
    /// What the caller asks of the call.
    pub options: CallOptions,
}

impl Request {
    /// A request without a body.
    pub fn new(operation: &'static Operation, url: Url) -> Self {
        Self { operation, url, accept: "application/json", body: Body::None, options: CallOptions::new() }
    }

    /// A copy to be sent again. `None` where the body is a stream, which can be sent once.
    pub fn try_clone(&self) -> Option<Self> {
        let Self { operation, url, accept, body, options } = self;
        Some(Self { operation, url: url.clone(), accept, body: body.try_clone()?, options: *options })
    }
}

/// An answer, whatever its status, with its whole body.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// When its head came, where the transport looked at the time.
    pub received_at: Option<DateTime<Utc>>,
    /// How many attempts it took, where the transport counts them; 0 otherwise.
    pub attempts: u32,
}

impl Response {
    /// An answer.
    pub fn new(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        Self { status, headers, body, received_at: None, attempts: 0 }
    }

    /// A header as text; `None` where it is missing or no text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
