//! The trait that sends requests.

use std::sync::Arc;

use crate::{clock::Clock, error::Error, future::BoxFuture, request::Request, response::Response};

/// Sends requests.
///
/// Generated code knows only this trait of HTTP. An implementation adds the credential and all
/// that a call needs beyond it. [`HttpTransport`](crate::HttpTransport) adds nothing.
/// `jsm_ops::Client` adds the access token, refreshes it, and retries.
///
/// ```
/// use jsm_ops_core::{BoxFuture, Clock, Error, HttpTransport, Request, Response, Transport};
///
/// /// Counts the requests of another transport.
/// struct Counting(HttpTransport, std::sync::atomic::AtomicUsize);
///
/// impl Transport for Counting {
///     fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, Error>> {
///         self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
///         self.0.send(request)
///     }
///
///     fn clock(&self) -> &dyn Clock {
///         self.0.clock()
///     }
/// }
/// ```
pub trait Transport: Send + Sync + 'static {
    /// Sends a request and returns the response, whatever its status.
    ///
    /// # Errors
    /// Any failure that prevents a response. [`Error`] has a constructor for each.
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, Error>>;

    /// The clock for waiting and paging.
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
