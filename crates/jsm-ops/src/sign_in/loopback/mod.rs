//! A login on this machine: listens on the loopback interface, shows a person where to consent, and takes the callback.

mod page;

use std::{io, sync::Arc, time::Duration};

use jsm_ops_core::Scopes;
use reqwest::Url;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinSet,
};

use crate::{
    error::{Error, Kind},
    oauth::{OAuth, app::is_loopback},
    session::Session,
    sign_in::{Login, pending::PendingLogin},
};

/// How long a person may take, unless said otherwise.
const TIMEOUT: Duration = Duration::from_secs(300);

/// Signs a person in on this machine.
///
/// It listens at the app's redirect URI, which has to be `http` on the loopback interface with a port, exactly as it is registered
/// in the developer console: `http://127.0.0.1:8391/callback`, say. Atlassian compares it letter by letter, so the port is fixed.
///
/// The address that is shown holds the state of this one login. It is printed, and is on the command line of the browser, for the
/// person who signs in; it is worth nothing without the verifier, which stays here.
pub struct LoopbackLogin<'a> {
    oauth: &'a OAuth,
    timeout: Duration,
    browser: bool,
    show: Box<dyn FnMut(&Url) + Send + 'a>,
}

impl<'a> LoopbackLogin<'a> {
    /// A login that opens the browser, and prints the address to the standard error for those without one.
    pub fn new(oauth: &'a OAuth) -> Self {
        let show = |url: &Url| eprintln!("To sign in, open this address in a browser on this machine:\n\n{url}\n");
        Self { oauth, timeout: TIMEOUT, browser: true, show: Box::new(show) }
    }

    /// Gives up after so long, instead of five minutes.
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

    /// Shows the address in another way than on the standard error.
    #[must_use]
    pub fn show(mut self, show: impl FnMut(&Url) + Send + 'a) -> Self {
        self.show = Box::new(show);
        self
    }

    /// Signs in, and saves the grant for `user`.
    ///
    /// One callback is taken; what belongs to no login, or to another one, is told so and waited past.
    ///
    /// # Errors
    /// A redirect URI at which nobody can listen here, a port that is taken, nobody who consented in time, and whatever
    /// [`OAuth::finish`] gives.
    pub async fn run(mut self, user: &str, scopes: &Scopes) -> Result<Session, Error> {
        let redirect = self.oauth.app().redirect_url().clone();
        let listeners = listen(&redirect).await?;
        let Login { url, pending } = self.oauth.begin(scopes)?;
        (self.show)(&url);
        if self.browser {
            open(&url);
        }
        let clock = Arc::clone(&self.oauth.context.clock);
        let callback = tokio::select! {
            callback = wait(listeners, &redirect, &pending) => callback?,
            () = clock.sleep(self.timeout) => {
                let what = format!("nobody consented within {} seconds; sign in again", self.timeout.as_secs());
                return Err(Kind::Loopback { what, source: None }.into());
            }
        };
        let outcome = self.oauth.finish(user, pending, &callback.target).await;
        callback.answer(&outcome).await;
        outcome
    }
}

impl std::fmt::Debug for LoopbackLogin<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoopbackLogin").field("oauth", &self.oauth).field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

/// A callback whose sender still waits for a page.
struct Callback {
    target: String,
    stream: TcpStream,
}

impl Callback {
    async fn answer(mut self, outcome: &Result<Session, Error>) {
        let page = match outcome {
            Ok(_) => page::signed_in(),
            Err(error) => page::failed(&error.to_string()),
        };
        // The person sees it or not; the login is what it is.
        let _ = page.send(&mut self.stream).await;
    }
}

/// Listens at every address of the host: `localhost` has two.
async fn listen(redirect: &Url) -> Result<Vec<TcpListener>, Error> {
    let unfit = |what: String| Error::from(Kind::Loopback { what, source: None });
    let (Some(host), Some(port)) = (redirect.host_str(), redirect.port_or_known_default()) else {
        return Err(unfit(format!("the redirect URI {redirect} has no host and port")));
    };
    if redirect.scheme() != "http" || !is_loopback(redirect) {
        return Err(unfit(format!("the redirect URI {redirect} is not http on the loopback interface")));
    }
    let failed = |error: io::Error| {
        let what = format!("cannot listen on {host}:{port}; is another login or program using the port?");
        Error::from(Kind::Loopback { what, source: Some(error) })
    };
    let addresses = tokio::net::lookup_host((host.trim_matches(['[', ']']), port)).await.map_err(failed)?;
    let mut listeners = Vec::new();
    let mut last = None;
    for address in addresses.filter(|address| address.ip().is_loopback()) {
        match TcpListener::bind(address).await {
            Ok(listener) => listeners.push(listener),
            Err(error) => last = Some(error),
        }
    }
    match last {
        // A machine without IPv6 still has the other address; a port that is taken on one of two is taken.
        Some(error) if listeners.is_empty() || error.kind() == io::ErrorKind::AddrInUse => Err(failed(error)),
        _ if listeners.is_empty() => Err(failed(io::ErrorKind::AddrNotAvailable.into())),
        _ => Ok(listeners),
    }
}

/// Serves until the callback of this login comes. Browsers open connections that say nothing, so none keeps the others waiting.
async fn wait(listeners: Vec<TcpListener>, redirect: &Url, pending: &PendingLogin) -> Result<Callback, Error> {
    let (send, mut receive) = mpsc::channel(1);
    // Everything ends with this set, the listeners included.
    let mut tasks = JoinSet::new();
    for listener in listeners {
        let (send, redirect, pending) = (send.clone(), redirect.clone(), pending.clone());
        tasks.spawn(accept(listener, redirect, pending, send));
    }
    drop(send);
    receive
        .recv()
        .await
        .ok_or_else(|| Kind::Loopback { what: "the listener failed; sign in again".to_owned(), source: None }.into())
}

async fn accept(listener: TcpListener, redirect: Url, pending: PendingLogin, send: mpsc::Sender<Callback>) {
    let mut connections = JoinSet::new();
    let shared = Arc::new((redirect, pending));
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // One connection that failed before it was accepted is no reason to give up; too many open files is one to wait.
                tracing::debug!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
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

/// Reads one request. What is not the callback gets a page at once.
async fn serve(mut stream: TcpStream, redirect: &Url, pending: &PendingLogin) -> Option<Callback> {
    let target = page::read_target(&mut stream).await?;
    let path = target.split('?').next().unwrap_or_default();
    let page = if path != redirect.path() {
        page::not_found()
    } else if pending.is_answered_by(&target) {
        return Some(Callback { target, stream });
    } else {
        page::another_login()
    };
    let _ = page.send(&mut stream).await;
    None
}

#[cfg(feature = "browser")]
fn open(url: &Url) {
    // Text browsers keep the thread for as long as they run.
    let url = url.clone();
    tokio::task::spawn_blocking(move || {
        if let Err(error) = webbrowser::open(url.as_str()) {
            tracing::debug!(%error, "no browser could be opened");
        }
    });
}

#[cfg(not(feature = "browser"))]
fn open(_url: &Url) {}
