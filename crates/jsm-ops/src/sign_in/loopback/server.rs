//! Serves the start page and the callback of one sign-in.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use jsm_ops_core::Clock;
use reqwest::Url;
use tokio::{
    io::AsyncReadExt as _,
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot, watch},
    task::{AbortHandle, JoinSet},
};

use crate::{
    secret_string::SecretString,
    sign_in::{
        loopback::{
            listen,
            page::Page,
            request::{Method, Request},
        },
        pending::PendingSignIn,
    },
};

/// Connections that are open at once, per listener. Browsers open a few in advance.
const MAX_CONNECTIONS: usize = 32;

/// How long a connection may take to send its request, and later to receive its page.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(10);

/// The delay after a connection that could not be accepted.
const ACCEPT_DELAY: Duration = Duration::from_millis(50);

/// How long a finished sign-in shows its result again, for reloads.
const LINGER: Duration = Duration::from_secs(20);

/// How long the session waits for the browser to receive the result.
const DELIVERY: Duration = Duration::from_secs(2);

/// The longest rest of a request that is read before the connection is closed. Unread bytes would
/// reset the connection, and the browser would lose the page.
const MAX_REST: usize = 64 * 1024;

/// What all connections share.
pub(super) struct Exchange {
    /// What the program is called on the pages.
    pub(super) app: String,
    /// Path and query of the start page. They contain its one-time token.
    pub(super) start: SecretString,
    pub(super) authorize: Url,
    pub(super) redirect: Url,
    pub(super) pending: PendingSignIn,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) start_used: AtomicBool,
    pub(super) callback_taken: AtomicBool,
    /// The page with the result, as soon as there is one.
    pub(super) result: watch::Sender<Option<Page>>,
}

/// A callback of this sign-in.
pub(super) struct ReceivedCallback {
    pub(super) target: String,
    /// Closed when the browser has received its page.
    delivered: oneshot::Receiver<()>,
}

/// The running server. It ends when it is dropped.
pub(super) struct Server {
    exchange: Arc<Exchange>,
    listeners: JoinSet<()>,
    callbacks: mpsc::Receiver<ReceivedCallback>,
    port: u16,
}

impl Server {
    pub(super) fn start(listeners: Vec<TcpListener>, exchange: Exchange) -> Self {
        let exchange = Arc::new(exchange);
        let port = exchange.redirect.port_or_known_default().unwrap_or_default();
        let (send, callbacks) = mpsc::channel(1);
        let mut tasks = JoinSet::new();
        for listener in listeners {
            tasks.spawn(accept(listener, Arc::clone(&exchange), send.clone()));
        }
        Self { exchange, listeners: tasks, callbacks, port }
    }

    /// Waits for the callback. `None` means that the listeners failed.
    pub(super) async fn callback(&mut self) -> Option<ReceivedCallback> {
        self.callbacks.recv().await
    }

    /// Shows the result to the browser that waits for it, and to reloads for a while.
    pub(super) async fn finish(self, result: Page, callback: Option<ReceivedCallback>) {
        let Self { exchange, mut listeners, port, .. } = self;
        // A callback that arrives after a pasted one is a reload.
        exchange.callback_taken.store(true, Ordering::SeqCst);
        exchange.result.send_replace(Some(result));
        let clock = Arc::clone(&exchange.clock);
        let (stop, stopped) = oneshot::channel();
        let lingering = Arc::clone(&clock);
        let task = tokio::spawn(async move {
            tokio::select! {
                () = lingering.sleep(LINGER) => {}
                _ = stopped => {}
            }
            listeners.shutdown().await;
        });
        listen::linger(port, stop, task);
        // A program may end right after its sign-in. The result does not depend on whether the
        // browser receives the page.
        if let Some(ReceivedCallback { delivered, .. }) = callback {
            within(&*clock, DELIVERY, delivered).await;
        }
    }
}

async fn within<T>(clock: &dyn Clock, bound: Duration, future: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        output = future => Some(output),
        () = clock.sleep(bound) => None,
    }
}

/// A connection, and whether its request is still missing.
struct Connection {
    task: AbortHandle,
    is_silent: Arc<AtomicBool>,
}

/// Accepts connections. Browsers open some without sending anything, so every connection has its
/// own task.
async fn accept(listener: TcpListener, exchange: Arc<Exchange>, send: mpsc::Sender<ReceivedCallback>) {
    let mut tasks = JoinSet::new();
    let mut open: Vec<Connection> = Vec::new();
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // One failed connection does not end the sign-in. With too many open files, waiting
                // helps.
                tracing::debug!(%error, "a connection could not be accepted");
                exchange.clock.sleep(ACCEPT_DELAY).await;
                continue;
            }
        };
        while tasks.try_join_next().is_some() {}
        open.retain(|connection| !connection.task.is_finished());
        if open.len() >= MAX_CONNECTIONS {
            // The oldest silent connection makes room, so that silent ones cannot keep the browser
            // out.
            let Some(oldest) = open.iter().position(|connection| connection.is_silent.load(Ordering::SeqCst)) else {
                continue;
            };
            open.remove(oldest).task.abort();
        }
        let is_silent = Arc::new(AtomicBool::new(true));
        let task = tasks.spawn(serve(stream, Arc::clone(&exchange), send.clone(), Arc::clone(&is_silent)));
        open.push(Connection { task, is_silent });
    }
}

/// Reads one request and sends its page.
async fn serve(
    mut stream: TcpStream,
    exchange: Arc<Exchange>,
    send: mpsc::Sender<ReceivedCallback>,
    is_silent: Arc<AtomicBool>,
) {
    let clock = &*exchange.clock;
    let Some(Some(request)) = within(clock, CONNECTION_TIMEOUT, Request::read(&mut stream)).await else { return };
    is_silent.store(false, Ordering::SeqCst);
    // Dropped after the page was sent.
    let (delivering, delivered) = oneshot::channel::<()>();
    let (method, page) = match request {
        Ok(request) => (request.method, exchange.page(&request, &send, delivered).await),
        Err(_) => (Method::Get, Page::bad_request()),
    };
    let sent = within(clock, CONNECTION_TIMEOUT, page.send(&exchange.app, method, &mut stream)).await;
    drop(delivering);
    if let Some(Ok(())) = sent {
        within(clock, CONNECTION_TIMEOUT, read_rest(&mut stream)).await;
    }
}

async fn read_rest(stream: &mut TcpStream) {
    let mut buffer = [0; 4096];
    let mut total = 0;
    while let Ok(read) = stream.read(&mut buffer).await {
        total += read;
        if read == 0 || total > MAX_REST {
            return;
        }
    }
}

impl Exchange {
    /// The page for a request. The callback waits for the result.
    async fn page(
        &self,
        request: &Request,
        send: &mpsc::Sender<ReceivedCallback>,
        delivered: oneshot::Receiver<()>,
    ) -> Page {
        let is_start = self.start.matches(&request.target);
        if request.method == Method::Other {
            return Page::method_not_allowed();
        }
        if !is_start && request.path() != self.redirect.path() {
            return Page::not_found(&self.app);
        }
        if request.is_prefetch {
            return Page::no_prefetch();
        }
        if !is_start && !self.pending.matches_state_of(&request.target) {
            return Page::another_sign_in(&self.app);
        }
        if let Some(result) = self.result.borrow().clone() {
            return result;
        }
        if request.method == Method::Head {
            return Page::waiting(&self.app);
        }
        if is_start {
            let was_used = self.start_used.swap(true, Ordering::SeqCst);
            return if was_used { Page::start_used(&self.app) } else { Page::start(&self.app, &self.authorize) };
        }
        // A reload before the result waits for the same result.
        let mut result = self.result.subscribe();
        if !self.callback_taken.swap(true, Ordering::SeqCst) {
            let _ = send.send(ReceivedCallback { target: request.target.clone(), delivered }).await;
        }
        let page = result.wait_for(Option::is_some).await.ok().and_then(|page| page.clone());
        page.unwrap_or_else(|| Page::waiting(&self.app))
    }
}
