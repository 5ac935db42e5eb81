//! An HTTP/1.1 server on the loopback interface for tests.
//!
//! It records every request and sends the responses that a test scripted, byte for byte, broken
//! ones included. Every connection has a thread of its own, so tests with and without a runtime can
//! use it.

mod connection;
mod request;
mod response;
mod script;
#[cfg(test)]
mod tests;

use std::{
    collections::VecDeque,
    io,
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
};

pub use request::Request;
pub use response::Response;
use script::{Script, Shared, lock};

/// Status of the response to a request that no test scripted; no operation declares it.
pub const UNSCRIPTED: u16 = 599;

/// A running server. It stops listening when it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    listener: Option<JoinHandle<Vec<JoinHandle<()>>>>,
}

impl Server {
    /// Starts a server on a free port. Until a test says otherwise, its responses have the status
    /// [`UNSCRIPTED`].
    ///
    /// # Errors
    /// No free port on the loopback interface.
    pub fn start() -> io::Result<Self> {
        Self::with(Script::Queue { next: VecDeque::new(), default: Response::new(UNSCRIPTED) })
    }

    /// Starts a server that computes each response from the request. It records no requests.
    ///
    /// # Errors
    /// No free port on the loopback interface.
    pub fn start_with(respond: impl Fn(&Request) -> Response + Send + Sync + 'static) -> io::Result<Self> {
        Self::with(Script::Function(Arc::new(respond)))
    }

    fn with(script: Script) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { requests: Mutex::default(), script: Mutex::new(script), stop: Mutex::default() });
        let state = Arc::clone(&shared);
        let listener = thread::spawn(move || accept(&listener, &state));
        Ok(Self { address, shared, listener: Some(listener) })
    }

    /// Where it listens: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The port that the system chose.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Sets the response to all requests from now on for which none is queued.
    pub fn respond(&self, response: Response) {
        if let Script::Queue { default, .. } = &mut *lock(&self.shared.script) {
            *default = response;
        }
    }

    /// Queues responses to the next requests, in this order.
    pub fn respond_in_turn(&self, responses: impl IntoIterator<Item = Response>) {
        if let Script::Queue { next, .. } = &mut *lock(&self.shared.script) {
            next.extend(responses);
        }
    }

    /// The requests since the last call, in the order of their arrival.
    pub fn take_requests(&self) -> Vec<Request> {
        std::mem::take(&mut *lock(&self.shared.requests))
    }

    /// Stops listening, waits until all clients have closed their connections, and returns the
    /// requests that were not taken. A connection without a request is an empty one.
    pub fn finish(mut self) -> Vec<Request> {
        for connection in self.stop().into_iter().flatten() {
            // A panic is printed by its own thread.
            let _ = connection.join();
        }
        self.take_requests()
    }

    /// Stops the listener. Connections are accepted in their order, so one of our own ends the
    /// line: none is overlooked.
    fn stop(&mut self) -> Option<Vec<JoinHandle<()>>> {
        let listener = self.listener.take()?;
        let mut stop = lock(&self.shared.stop);
        let last = TcpStream::connect(self.address).ok()?;
        *stop = last.local_addr().ok();
        drop(stop);
        listener.join().ok()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) -> Vec<JoinHandle<()>> {
    let mut connections = Vec::new();
    while let Ok((stream, client)) = listener.accept() {
        if *lock(&shared.stop) == Some(client) {
            break;
        }
        let shared = Arc::clone(shared);
        connections.push(thread::spawn(move || connection::serve(&stream, &shared)));
    }
    connections
}
