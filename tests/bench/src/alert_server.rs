//! The server that both sides of a comparison call. It does little, so that the cost of the clients
//! shows.

use std::{
    env,
    io::{self, Read as _},
    process::Stdio,
};

use jsm_ops_test_server::{Request, Response, Server};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

use crate::Result;

/// The variable that makes a program of this crate the server.
const ROLE: &str = "JSM_OPS_BENCH_ALERT_SERVER";

/// How many alerts it has, for callers that list all pages.
pub const ALERTS: usize = 10_000;

/// The server in a process of its own: its processor time and memory do not count as the clients'.
#[derive(Debug)]
pub struct AlertServer {
    url: String,
    /// It ends when this is dropped: its standard input closes, and it is killed.
    _child: Child,
}

impl AlertServer {
    /// Starts this program once more. Its `main` has to begin with [`serve_if_asked`].
    ///
    /// # Errors
    /// The process does not start, or does not print its port.
    pub async fn start() -> Result<Self> {
        let mut child = Command::new(env::current_exe()?)
            .env(ROLE, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let output = child.stdout.take().ok_or("the server has no standard output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).await?;
        let port: u16 = line.trim().parse().map_err(|_| format!("the server printed {line:?} instead of a port"))?;
        Ok(Self { url: format!("http://127.0.0.1:{port}"), _child: child })
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// Runs the server until the standard input ends, if [`AlertServer::start`] started this process.
///
/// # Errors
/// No free port.
pub fn serve_if_asked() -> io::Result<bool> {
    if env::var_os(ROLE).is_none() {
        return Ok(false);
    }
    let bodies = Bodies { alert: alert(0).to_string().into(), page: page(0, 100).into() };
    let server = Server::start_with(move |request| bodies.response(request))?;
    println!("{}", server.port());
    // The input ends with the process that started this one, however that one ends.
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(true)
}

/// The bodies, made once.
struct Bodies {
    alert: Vec<u8>,
    page: Vec<u8>,
}

impl Bodies {
    fn response(&self, request: &Request) -> Response {
        let query = request.query();
        if query.is_empty() {
            return Response::json(200, self.alert.clone());
        }
        let number = |name: &str| {
            let pair = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            pair.and_then(|value| value.parse().ok())
        };
        match (number("offset").unwrap_or(0), number("size").unwrap_or(20)) {
            (0, 100) => Response::json(200, self.page.clone()),
            (offset, size) => Response::json(200, page(offset, size)),
        }
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

/// A page of alerts, with a link to the next one while there are more.
pub fn page(offset: usize, size: usize) -> String {
    let end = (offset + size).min(ALERTS);
    let values: Vec<Value> = (offset..end).map(alert).collect();
    let links = if end < ALERTS { json!({ "next": format!("/v1/alerts?offset={end}&size={size}") }) } else { json!({}) };
    json!({ "values": values, "count": ALERTS, "links": links }).to_string()
}
