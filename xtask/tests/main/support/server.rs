//! The shared test server, with responses in a list and requests as their first lines.

use jsm_ops_test_server::Response;

/// A server that runs until [`Server::finish`].
pub struct Server(jsm_ops_test_server::Server);

impl Server {
    /// Starts a server that sends these responses, in this order.
    pub fn start(responses: impl IntoIterator<Item = Response>) -> Self {
        let server = jsm_ops_test_server::Server::start().expect("a free port");
        server.respond_in_turn(responses);
        Self(server)
    }

    /// The URL of a path on this server.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0.url())
    }

    /// Stops the server and returns the first lines of all requests. A connection without a request
    /// is an empty line.
    pub fn finish(self) -> Vec<String> {
        self.0.finish().into_iter().map(|request| request.line).collect()
    }
}
