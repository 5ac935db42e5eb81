//! The server: a thread of its own, so that a test may block, end a child process or pause its own timers without stopping it.

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
    faults::{clock::Clock, fault::Fault},
    server::{
        partial_body::{Parts, cut},
        respond, route,
    },
    wire::{endpoint::Endpoint, request::Seen, response::Answer, time},
    world::state::Shared,
};

/// Largest request that is taken, in bytes.
const MAX_REQUEST: usize = 16 * 1024 * 1024;

/// A running server. It ends, with all of its connections, when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    /// Where Atlassian is.
    pub address: SocketAddr,
    /// Where nobody should ever be led.
    pub elsewhere: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) async fn start(shared: Arc<Shared>, port: u16) -> io::Result<Self> {
        let (ready, addresses) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        let run = move || match run(shared, port, ready, stopped) {
            Ok(()) => {}
            // Whoever starts the server sees that `ready` was dropped, or that nobody answers.
            Err(error) => eprintln!("the fake Atlassian stopped: {error}"),
        };
        let thread = std::thread::Builder::new().name("fake Atlassian".to_owned()).spawn(run)?;
        let gone = |_| io::Error::other("the thread of the fake Atlassian ended");
        let (address, elsewhere) = addresses.await.map_err(gone)??;
        Ok(Self { address, elsewhere, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It has nothing to say, and a panic of it was printed.
            let _ = thread.join();
        }
    }
}

type Ready = oneshot::Sender<io::Result<(SocketAddr, SocketAddr)>>;

fn run(shared: Arc<Shared>, port: u16, ready: Ready, stopped: oneshot::Receiver<()>) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async move {
        let (main, elsewhere) = match bind(port).await {
            Ok(listeners) => listeners,
            Err(error) => {
                // The caller may have given up; then there is nobody to tell.
                let _ = ready.send(Err(error));
                return Ok(());
            }
        };
        let _ = ready.send(Ok((main.local_addr()?, elsewhere.local_addr()?)));
        tokio::spawn(accept(main, Arc::clone(&shared), false));
        tokio::spawn(accept(elsewhere, shared, true));
        // Ends when the sender is dropped; the runtime then takes all tasks with it.
        let _ = stopped.await;
        Ok(())
    })
}

async fn bind(port: u16) -> io::Result<(TcpListener, TcpListener)> {
    Ok((TcpListener::bind(("127.0.0.1", port)).await?, TcpListener::bind(("127.0.0.1", 0)).await?))
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, elsewhere: bool) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(serve(stream, Arc::clone(&shared), elsewhere))),
            // A connection that ended before it was accepted, or too many open files: others may fare better.
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>, elsewhere: bool) {
    // Without it the second packet of an answer can wait for the first one's acknowledgement. Slower, not wrong.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| respond(Arc::clone(&shared), request, elsewhere));
    // Clients may break off as they like, and faults end connections by this error.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

type Body = UnsyncBoxBody<Bytes, io::Error>;

/// Answers a request; an error ends the connection where it is.
async fn respond(shared: Arc<Shared>, request: Request<Incoming>, elsewhere: bool) -> io::Result<Response<Body>> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, MAX_REQUEST).collect().await.map_err(io::Error::other)?.to_bytes();
    let mut seen = Seen {
        endpoint: Endpoint::Unknown,
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body,
        elsewhere,
        executed: false,
        fault: None,
        status: None,
    };
    if !elsewhere {
        seen.endpoint = route::endpoint_of(&seen);
    }
    let (answer, fault) = respond::handle(&shared, seen).await.ok_or_else(cut)?;
    message(answer, fault, &shared.clock)
}

fn message(answer: Answer, fault: Option<Fault>, clock: &Clock) -> io::Result<Response<Body>> {
    let parts = match fault {
        Some(Fault::CutBody) => Some(Parts::cut(&answer.body)),
        Some(Fault::HoldBody(gate)) => Some(Parts::held(&answer.body, gate)),
        _ => None,
    };
    // By the fake's clock, for clients that hold a date in `Retry-After` against it.
    let now = i64::try_from(clock.since_epoch().as_millis()).unwrap_or(i64::MAX);
    let mut response = Response::builder().status(answer.status).header("date", time::http_date(now));
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    let body = match parts {
        // Parts do not say how long they are together.
        Some(parts) => {
            response = response.header("content-length", answer.body.len());
            parts.boxed_unsync()
        }
        None => Full::new(answer.body).map_err(|never| match never {}).boxed_unsync(),
    };
    response.body(body).map_err(io::Error::other)
}
