//! The script of a server, and the requests that it has recorded.

use std::{
    collections::VecDeque,
    fmt,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{request::Request, response::Response};

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) requests: Mutex<Vec<Request>>,
    pub(crate) script: Mutex<Script>,
    /// The client's end of the connection that stops the listener.
    pub(crate) stop: Mutex<Option<SocketAddr>>,
}

impl Shared {
    /// Returns the response to a request. A queue records the request, a function does not.
    pub(crate) fn respond_to(&self, request: Request) -> Response {
        let function = match &mut *lock(&self.script) {
            Script::Function(function) => Arc::clone(function),
            Script::Queue { next, default } => {
                lock(&self.requests).push(request);
                return next.pop_front().unwrap_or_else(|| default.clone());
            }
        };
        function(&request)
    }
}

pub(crate) enum Script {
    Queue { next: VecDeque<Response>, default: Response },
    Function(Arc<dyn Fn(&Request) -> Response + Send + Sync>),
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Script")
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
