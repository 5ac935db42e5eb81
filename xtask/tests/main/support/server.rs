//! A small HTTP server on the loopback interface: a list of answers, and a record of what was asked.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    thread::{self, JoinHandle},
    time::Duration,
};

/// What the server sends to one request, byte for byte.
#[derive(Clone)]
pub struct Answer {
    head: String,
    body: Vec<u8>,
    /// How often the body is sent.
    times: usize,
}

impl Answer {
    /// An answer with a status line, header lines, and a body whose length it declares.
    pub fn new(status: &str, headers: &str, body: &[u8]) -> Self {
        Self::of_length(status, headers, body, body.len())
    }

    /// An answer that declares a length of its own.
    pub fn of_length(status: &str, headers: &str, body: &[u8], length: usize) -> Self {
        let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n");
        Self { head, body: body.to_vec(), times: 1 }
    }

    /// An answer whose body is sent many times, one after the other, without a declared length.
    pub fn repeated(headers: &str, body: &[u8], times: usize) -> Self {
        let head = format!("HTTP/1.1 200 OK\r\n{headers}Connection: close\r\n\r\n");
        Self { head, body: body.to_vec(), times }
    }

    /// No answer at all: the server hangs up.
    pub fn none() -> Self {
        Self { head: String::new(), body: Vec::new(), times: 0 }
    }

    /// Sends the answer. A client may hang up as soon as it knows enough, which ends the sending.
    fn send(&self, stream: &mut TcpStream) {
        let mut sent = stream.write_all(self.head.as_bytes());
        for _ in 0..self.times {
            sent = sent.and_then(|()| stream.write_all(&self.body));
        }
    }
}

/// A server that runs until [`Server::finish`].
pub struct Server {
    address: SocketAddr,
    thread: JoinHandle<Vec<String>>,
}

/// What ends the server. It waits in line behind every connection that came before it, so that none of them is overlooked.
const STOP: &str = "STOP";

impl Server {
    /// Starts a server that gives these answers, in this order.
    pub fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port on the loopback interface");
        let address = listener.local_addr().expect("the socket has an address");
        let answers = answers.into_iter().collect();
        Self { address, thread: thread::spawn(move || serve(&listener, answers)) }
    }

    /// The address of something on this server.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Stops the server and gives the first lines of all requests. Those beyond the list of answers are marked as unexpected,
    /// and a connection without a request is an empty line.
    pub fn finish(self) -> Vec<String> {
        let mut stream = TcpStream::connect(self.address).expect("the server listens");
        stream.write_all(format!("{STOP}\r\n\r\n").as_bytes()).expect("the server reads");
        self.thread.join().expect("the server does not panic")
    }
}

fn serve(listener: &TcpListener, mut answers: VecDeque<Answer>) -> Vec<String> {
    let mut requests = Vec::new();
    for stream in listener.incoming() {
        let mut stream = stream.expect("a connection");
        let request = read_request(&stream);
        if request == STOP {
            break;
        }
        let answer = answers.pop_front();
        let expected = if answer.is_some() { "" } else { "unexpected: " };
        requests.push(format!("{expected}{request}"));
        answer.unwrap_or_else(|| Answer::new("500 Internal Server Error", "", b"unexpected")).send(&mut stream);
    }
    requests
}

/// Reads a request without a body and gives its first line.
fn read_request(stream: &TcpStream) -> String {
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout can be set");
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    head.into_iter().next().unwrap_or_default()
}
