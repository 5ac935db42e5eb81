//! A sign-in on this machine: listens on the loopback interface for the callback.

mod page;

use std::{io, sync::Arc, time::Duration};

use jsm_ops_core::{Scopes, base_url::is_loopback};
use reqwest::Url;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinSet,
};

use crate::{
    error::{Error, ErrorKind},
    oauth::OAuth,
    session::Session,
    sign_in::{SignIn, pending::PendingSignIn},
};

/// The default for how long a user may take.
const TIMEOUT: Duration = Duration::from_secs(300);

/// The delay after a connection that could not be accepted.
const ACCEPT_DELAY: Duration = Duration::from_millis(50);

/// Signs a user in on this machine.
///
/// It listens at the redirect URI of the app. That must be `http` on the loopback interface with a
/// port, exactly as registered in the developer console, for example
/// `http://127.0.0.1:8391/callback`. Atlassian compares it character by character, so the port is
/// fixed.
///
/// The URL that is shown contains the state of this sign-in. It is printed, and it is on the
/// command line of the browser. Without the verifier, which stays in this process, it is useless to
/// others.
pub struct LoopbackSignIn<'a> {
    oauth: &'a OAuth,
    timeout: Duration,
    browser: bool,
    show: Box<dyn FnMut(&Url) + Send + 'a>,
}

impl<'a> LoopbackSignIn<'a> {
    /// A sign-in that opens the browser and prints the URL to standard error.
    pub fn new(oauth: &'a OAuth) -> Self {
        let show = |url: &Url| eprintln!("To sign in, open this URL in a browser on this machine:\n\n{url}\n");
        Self { oauth, timeout: TIMEOUT, browser: true, show: Box::new(show) }
    }

    /// Sets how long the user may take. The default is five minutes.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Opens no browser.
    #[must_use]
    pub fn without_browser(mut self) -> Self {
        self.browser = false;
        self
    }

    /// Shows the URL with this function instead of printing it to standard error.
    #[must_use]
    pub fn show(mut self, show: impl FnMut(&Url) + Send + 'a) -> Self {
        self.show = Box::new(show);
        self
    }

    /// Signs in and saves the grant for `user`.
    ///
    /// It accepts one callback. Requests of another sign-in receive a page that says so, and it
    /// goes on waiting.
    ///
    /// # Errors
    /// The redirect URI is not on the loopback interface, its port is in use, the user did not
    /// consent in time, or [`OAuth::finish_sign_in`] fails.
    pub async fn run(mut self, user: &str, scopes: &Scopes) -> Result<Session, Error> {
        let redirect = self.oauth.app().redirect_url().clone();
        let listeners = listen(&redirect).await?;
        let SignIn { url, pending } = self.oauth.begin_sign_in(scopes)?;
        (self.show)(&url);
        if self.browser {
            open(&url);
        }
        let clock = Arc::clone(&self.oauth.context.clock);
        let callback = tokio::select! {
            callback = receive_callback(listeners, &redirect, &pending) => callback?,
            () = clock.sleep(self.timeout) => {
                let seconds = self.timeout.as_secs();
                let reason = format!("the user did not consent within {seconds} seconds; sign in again");
                return Err(ErrorKind::Loopback { reason, source: None }.into());
            }
        };
        let result = self.oauth.finish_sign_in(user, pending, &callback.target).await;
        callback.respond(&result).await;
        result
    }
}

impl std::fmt::Debug for LoopbackSignIn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoopbackSignIn").field("oauth", &self.oauth).field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

/// A callback whose browser waits for a page.
struct ReceivedCallback {
    target: String,
    stream: TcpStream,
}

impl ReceivedCallback {
    async fn respond(mut self, result: &Result<Session, Error>) {
        let page = match result {
            Ok(_) => page::signed_in(),
            Err(error) => page::failed(&error.to_string()),
        };
        // The result of the sign-in does not depend on whether the browser receives the page.
        let _ = page.send(&mut self.stream).await;
    }
}

/// Listens at every address of the host: `localhost` has two.
async fn listen(redirect: &Url) -> Result<Vec<TcpListener>, Error> {
    let unsuitable = |reason: String| Error::from(ErrorKind::Loopback { reason, source: None });
    let (Some(host), Some(port)) = (redirect.host_str(), redirect.port_or_known_default()) else {
        return Err(unsuitable(format!("the redirect URI {redirect} has no host and port")));
    };
    if redirect.scheme() != "http" || !is_loopback(redirect) {
        return Err(unsuitable(format!("the redirect URI {redirect} is not http on the loopback interface")));
    }
    let failed = |error: io::Error| {
        let reason = format!("cannot listen on {host}:{port}; check whether another program is using the port");
        Error::from(ErrorKind::Loopback { reason, source: Some(error) })
    };
    let addresses = tokio::net::lookup_host((host.trim_matches(['[', ']']), port)).await.map_err(failed)?;
    let mut listeners = Vec::new();
    let mut last_error = None;
    for address in addresses.filter(|address| address.ip().is_loopback()) {
        match TcpListener::bind(address).await {
            Ok(listener) => listeners.push(listener),
            Err(error) => last_error = Some(error),
        }
    }
    match last_error {
        // A machine without IPv6 still has the other address. A port in use on one of them is in
        // use.
        Some(error) if listeners.is_empty() || error.kind() == io::ErrorKind::AddrInUse => Err(failed(error)),
        _ if listeners.is_empty() => Err(failed(io::ErrorKind::AddrNotAvailable.into())),
        _ => Ok(listeners),
    }
}

/// Serves until the callback of this sign-in arrives. Browsers open connections without sending
/// anything, so every connection has its own task.
async fn receive_callback(
    listeners: Vec<TcpListener>,
    redirect: &Url,
    pending: &PendingSignIn,
) -> Result<ReceivedCallback, Error> {
    let (send, mut receive) = mpsc::channel(1);
    // All tasks end with this set, the listeners included.
    let mut tasks = JoinSet::new();
    for listener in listeners {
        let (send, redirect, pending) = (send.clone(), redirect.clone(), pending.clone());
        tasks.spawn(accept(listener, redirect, pending, send));
    }
    drop(send);
    receive
        .recv()
        .await
        .ok_or_else(|| ErrorKind::Loopback { reason: "the listener failed; sign in again".to_owned(), source: None }.into())
}

async fn accept(listener: TcpListener, redirect: Url, pending: PendingSignIn, send: mpsc::Sender<ReceivedCallback>) {
    let mut connections = JoinSet::new();
    let shared = Arc::new((redirect, pending));
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // One failed connection does not end the sign-in. With too many open files, waiting
                // helps.
                tracing::debug!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_DELAY).await;
                continue;
            }
        };
        let (shared, send) = (Arc::clone(&shared), send.clone());
        connections.spawn(async move {
            let (redirect, pending) = &*shared;
            if let Some(callback) = serve(stream, redirect, pending).await {
                let _ = send.send(callback).await;
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

/// Reads one request. Everything but the callback receives a page at once.
async fn serve(mut stream: TcpStream, redirect: &Url, pending: &PendingSignIn) -> Option<ReceivedCallback> {
    let target = page::read_target(&mut stream).await?;
    let path = target.split('?').next().unwrap_or_default();
    let page = if path != redirect.path() {
        page::not_found()
    } else if pending.matches_state_of(&target) {
        return Some(ReceivedCallback { target, stream });
    } else {
        page::another_sign_in()
    };
    let _ = page.send(&mut stream).await;
    None
}

#[cfg(feature = "browser")]
fn open(url: &Url) {
    // Text browsers block the thread for as long as they run.
    let url = url.clone();
    tokio::task::spawn_blocking(move || {
        if let Err(error) = webbrowser::open(url.as_str()) {
            tracing::debug!(%error, "the browser could not be opened");
        }
    });
}

#[cfg(not(feature = "browser"))]
fn open(_url: &Url) {}
