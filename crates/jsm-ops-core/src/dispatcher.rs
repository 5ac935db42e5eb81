//! A transport and the base URLs that it sends requests to.

use std::{fmt, sync::Arc};

use crate::{clock::Clock, error::Error, request::Request, response::Response, transport::Transport};

/// Sends the calls of one client: its transport and a base URL for each address family.
///
/// Clones share both. [`Dispatcher::call`] begins a call.
#[derive(Clone)]
pub struct Dispatcher {
    transport: Arc<dyn Transport>,
    base_urls: Arc<[(&'static str, String)]>,
}

impl Dispatcher {
    /// Sends with `transport`. `base_urls` pairs each address family with its base URL, which has
    /// no trailing slash.
    pub fn new(transport: Arc<dyn Transport>, base_urls: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        Self { transport, base_urls: base_urls.into_iter().collect() }
    }

    /// The clock for waiting and paging.
    pub fn clock(&self) -> &dyn Clock {
        self.transport.clock()
    }

    /// The base URL of an address family.
    pub(crate) fn base_url(&self, family: &str) -> Option<&str> {
        self.base_urls.iter().find(|(known, _)| *known == family).map(|(_, base_url)| base_url.as_str())
    }

    pub(crate) async fn send(&self, request: Request) -> Result<Response, Error> {
        self.transport.send(request).await
    }
}

impl fmt::Debug for Dispatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dispatcher").field("base_urls", &self.base_urls).finish_non_exhaustive()
    }
}
