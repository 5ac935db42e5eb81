//! The HTTP server. It has its own thread, so a test may block or pause its own timers.

use std::{io, net::SocketAddr, sync::Arc, thread::JoinHandle};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited, combinators::UnsyncBoxBody};
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

use crate::{
    faults::{fake_clock::FakeClock, fault::Fault},
    server::{
        handle,
        partial_body::{PartialBody, cut},
        route,
    },
    wire::{endpoint::Endpoint, request::RecordedRequest, response::FakeResponse, timestamp},
    world::fake_state::SharedState,
};

/// The size limit for request bodies, in bytes.
const MAX_REQUEST: usize = 16 * 1024 * 1024;

/// A running server. Dropping it ends the server and all of its connections.
#[derive(Debug)]
pub(crate) struct FakeServer {
    /// The socket address of the fake.
    pub address: SocketAddr,
    /// The socket address of the foreign host.
    pub foreign_host: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl FakeServer {
    pub(crate) async fn start(shared: Arc<SharedState>, port: u16) -> io::Result<Self> {
        let (started, addresses) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        let run = move || {
            // `start` returns an error if `started` is dropped. Clients cannot connect.
            if let Err(error) = run(shared, port, started, stopped) {
                eprintln!("the server of the fake Atlassian stopped: {error}");
            }
        };
        let thread = std::thread::Builder::new().name("fake Atlassian".to_owned()).spawn(run)?;
        let ended = |_| io::Error::other("the server thread of the fake Atlassian ended before it was ready");
        let (address, foreign_host) = addresses.await.map_err(ended)??;
        Ok(Self { address, foreign_host, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was printed already.
            let _ = thread.join();
        }
    }
}

/// Sends the socket addresses of the fake and of the foreign host, or the error of the start.
type Started = oneshot::Sender<io::Result<(SocketAddr, SocketAddr)>>;

fn run(shared: Arc<SharedState>, port: u16, started: Started, stopped: oneshot::Receiver<()>) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async move {
        let (main, foreign_host) = match bind(port).await {
            Ok(listeners) => listeners,
            Err(error) => {
                // The receiver is dropped if the caller cancelled the start.
                let _ = started.send(Err(error));
                return Ok(());
            }
        };
        let _ = started.send(Ok((main.local_addr()?, foreign_host.local_addr()?)));
        tokio::spawn(accept(main, Arc::clone(&shared), false));
        tokio::spawn(accept(foreign_host, shared, true));
        // This ends when the sender is dropped. The runtime then ends all tasks.
        let _ = stopped.await;
        Ok(())
    })
}

async fn bind(port: u16) -> io::Result<(TcpListener, TcpListener)> {
    Ok((TcpListener::bind(("127.0.0.1", port)).await?, TcpListener::bind(("127.0.0.1", 0)).await?))
}

async fn accept(listener: TcpListener, shared: Arc<SharedState>, foreign_host: bool) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(serve(stream, Arc::clone(&shared), foreign_host))),
            // The connection ended early, or too many files are open. Later connections may work.
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

async fn serve(stream: TcpStream, shared: Arc<SharedState>, foreign_host: bool) {
    // Without it, the second packet of a response can wait for an acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| respond(Arc::clone(&shared), request, foreign_host));
    // Clients and faults end connections with an error. This is expected.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

type ResponseBody = UnsyncBoxBody<Bytes, io::Error>;

/// Responds to a request. An error drops the connection.
async fn respond(
    shared: Arc<SharedState>,
    request: Request<Incoming>,
    foreign_host: bool,
) -> io::Result<Response<ResponseBody>> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, MAX_REQUEST).collect().await.map_err(io::Error::other)?.to_bytes();
    let mut request = RecordedRequest {
        endpoint: Endpoint::Unknown,
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body,
        foreign_host,
        executed: false,
        fault: None,
        status: None,
    };
    if !foreign_host {
        request.endpoint = route::endpoint_of(&request);
    }
    let (response, fault) = handle::handle(&shared, request).await.ok_or_else(cut)?;
    http_response(response, fault, &shared.clock)
}

fn http_response(response: FakeResponse, fault: Option<Fault>, clock: &FakeClock) -> io::Result<Response<ResponseBody>> {
    let partial = match fault {
        Some(Fault::CutBody) => Some(PartialBody::cut(&response.body)),
        Some(Fault::HoldBody(hold)) => Some(PartialBody::held(&response.body, hold)),
        _ => None,
    };
    // Clients compare a date in `Retry-After` with this one, so it must come from the same clock.
    let mut http = Response::builder().status(response.status).header("date", timestamp::http_date(clock.now_ms()));
    for (name, value) in response.headers {
        http = http.header(name, value);
    }
    let body = match partial {
        Some(partial) => {
            // A partial body does not know its length.
            http = http.header("content-length", response.body.len());
            partial.boxed_unsync()
        }
        None => Full::new(response.body).map_err(|never| match never {}).boxed_unsync(),
    };
    http.body(body).map_err(io::Error::other)
}
