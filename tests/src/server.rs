//! A server on the loopback interface that records every request and answers as a test says.

use std::{
    collections::VecDeque,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, Response},
};
use bytes::Bytes;
use tokio::{net::TcpListener, task::JoinHandle};

/// Largest request that is taken, in bytes.
const MAX_REQUEST: usize = 1024 * 1024;

/// A request as the server saw it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The method.
    pub method: String,
    /// The path, as it came, still encoded.
    pub path: String,
    /// The query, as it came, still encoded; empty where there was none.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Seen {
    /// A header as text; empty where there was none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// What the server answers.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The media type; empty for none.
    pub media_type: &'static str,
    /// Further headers.
    pub headers: Vec<(&'static str, &'static str)>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// An answer of JSON.
    pub fn json(status: u16, body: impl Into<String>) -> Self {
        Self { status, media_type: "application/json", body: body.into(), ..Self::default() }
    }
}

/// A running server. It ends when it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Shared {
    seen: Mutex<Vec<Seen>>,
    /// Answers that are given once, in their order.
    next: Mutex<VecDeque<Answer>>,
    /// What is answered once those are used up.
    answer: Mutex<Answer>,
}

impl Server {
    /// Starts a server on a free port. Until a test says what to answer it is 599, which no operation declares.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared =
            Arc::new(Shared { answer: Mutex::new(Answer { status: 599, ..Answer::default() }), ..Shared::default() });
        let state = Arc::clone(&shared);
        let router = Router::new().fallback(move |request: Request<Body>| answer(Arc::clone(&state), request));
        let task = tokio::spawn(async move {
            // It serves until the task is aborted; a listener on loopback has no other end.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, shared, task })
    }

    /// Where it listens: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Says what to answer from now on.
    pub fn answer(&self, answer: Answer) {
        *self.shared.answer.lock().unwrap_or_else(PoisonError::into_inner) = answer;
    }

    /// Says what to answer to the next requests, one by one. A request after those finds what [`answer`](Self::answer) says, which
    /// is a failure that no operation declares unless a test said otherwise.
    pub fn answer_in_turn(&self, answers: impl IntoIterator<Item = Answer>) {
        self.shared.next.lock().unwrap_or_else(PoisonError::into_inner).extend(answers);
    }

    /// The requests since this was last asked.
    pub fn take_seen(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.shared.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(shared: Arc<Shared>, request: Request<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, MAX_REQUEST).await.unwrap_or_default();
    let seen = Seen {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body,
    };
    shared.seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
    let next = shared.next.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let usual = || shared.answer.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let Answer { status, media_type, headers, body } = next.unwrap_or_else(usual);
    let mut response = Response::builder().status(status);
    if !media_type.is_empty() {
        response = response.header("content-type", media_type);
    }
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(Body::from(body)).unwrap_or_default()
}
