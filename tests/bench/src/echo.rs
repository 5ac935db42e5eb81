//! The server that both sides of a comparison call: it does as little as can be, so that what the clients cost shows.

use std::{
    convert::Infallible,
    env,
    io::{self, Read as _},
    process::Stdio,
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, header, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::TcpListener,
    process::{Child, Command},
};

use crate::Outcome;

/// What makes a program of this crate the server and nothing else.
const ROLE: &str = "JSM_OPS_BENCH_ECHO";

/// How many alerts it has, for those who go through all pages.
pub const ALERTS: usize = 10_000;

/// The server, as a process of its own: its time of the processor and its memory are not the clients'.
#[derive(Debug)]
pub struct Echo {
    url: String,
    /// It ends when this is dropped: its standard input closes, and it is killed.
    _child: Child,
}

impl Echo {
    /// Starts this very program once more, which has to begin with [`serve_if_asked`].
    ///
    /// # Errors
    /// A process that does not start, or does not say where it listens.
    pub async fn start() -> Outcome<Self> {
        let mut child = Command::new(env::current_exe()?)
            .env(ROLE, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let output = child.stdout.take().ok_or("the server has no standard output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).await?;
        let port: u16 = line.trim().parse().map_err(|_| format!("the server said {line:?} and no port"))?;
        Ok(Self { url: format!("http://127.0.0.1:{port}"), _child: child })
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// Is the server until the standard input ends, if this process was started to be it.
///
/// # Errors
/// No port, or no runtime.
pub fn serve_if_asked() -> io::Result<bool> {
    if env::var_os(ROLE).is_none() {
        return Ok(false);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        println!("{}", listener.local_addr()?.port());
        tokio::spawn(accept(listener));
        input_ends().await
    })?;
    Ok(true)
}

/// Waits for the end of the standard input: of the process that started this one, however that one ends.
pub(crate) async fn input_ends() -> io::Result<()> {
    let wait = || io::stdin().read_to_end(&mut Vec::new()).map(drop);
    tokio::task::spawn_blocking(wait).await.map_err(io::Error::other)?
}

async fn accept(listener: TcpListener) {
    let answers: &'static Answers = Box::leak(Box::new(Answers::new()));
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let service = service_fn(move |request| async move { answers.to(&request) });
        tokio::spawn(async move {
            // Clients may go as they like.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// The bodies, made once.
struct Answers {
    alert: Bytes,
    page: Bytes,
}

impl Answers {
    fn new() -> Self {
        Self { alert: alert(0).to_string().into(), page: page(0, 100).into() }
    }

    fn to(&self, request: &Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let body = match request.uri().query() {
            None => self.alert.clone(),
            Some(query) => {
                let number = |name: &str| {
                    let pair = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
                    pair.and_then(|value| value.parse().ok())
                };
                match (number("offset").unwrap_or(0), number("size").unwrap_or(20)) {
                    (0, 100) => self.page.clone(),
                    (offset, size) => page(offset, size).into(),
                }
            }
        };
        let mut response = Response::new(Full::new(body));
        response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        Ok(response)
    }
}

/// An alert as the service lists it, with every field that was seen.
fn alert(number: usize) -> Value {
    json!({
        "id": format!("8b1c2f3e-7a5d-4c61-9e0f-{number:012}-1749816049789"),
        "tinyId": number.to_string(),
        "createdAt": "2025-06-13T12:00:49.789Z",
        "updatedAt": "2025-06-13T12:10:01.002Z",
        "message": format!("disk of database {number} is full"),
        "entity": "",
        "source": "monitor.example.com",
        "status": "open",
        "alias": format!("disk-full-{number}"),
        "tags": ["database", "disk"],
        "acknowledged": false,
        "count": 3,
        "owner": "",
        "snoozed": false,
        "lastOccuredAt": "2025-06-13T12:09:59.100Z",
        "integrationType": "API",
        "integrationName": "Monitoring",
        "priority": "P2",
        "responders": [{ "id": "7f0a8f0e-5d3c-4a52-8f39-2f1a0a7f7d10", "type": "team" }],
        "actions": [],
        "seen": true,
    })
}

/// A page of alerts, with a link to the next one as long as there are some.
pub fn page(offset: usize, size: usize) -> String {
    let end = (offset + size).min(ALERTS);
    let values: Vec<Value> = (offset..end).map(alert).collect();
    let links = if end < ALERTS { json!({ "next": format!("/v1/alerts?offset={end}&size={size}") }) } else { json!({}) };
    json!({ "values": values, "count": ALERTS, "links": links }).to_string()
}
