//! A sign-in on this machine: listens on the loopback interface for the callback.

mod browser;
mod listen;
mod page;
mod prompt;
mod request;
mod server;

use std::{
    net::IpAddr,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use jsm_ops_core::Scopes;
use reqwest::Url;
use tokio::{io::AsyncBufRead, sync::watch};

use crate::{
    error::{Error, ErrorKind},
    oauth::OAuth,
    secret_string::SecretString,
    secure_random,
    session::Session,
    sign_in::{
        SignIn,
        loopback::{
            page::Page,
            prompt::Lines,
            server::{Exchange, Server},
        },
        pending::PendingSignIn,
    },
    site::Site,
};

/// The default for how long a user may take.
const TIMEOUT: Duration = Duration::from_secs(300);

/// How long a finished sign-in waits for the list of its sites.
const SITES_TIMEOUT: Duration = Duration::from_secs(3);

/// What the program is called on the pages, unless it has a name.
const DEFAULT_APP_NAME: &str = "this program";

/// Shows a URL to the user.
type Show<'a> = Box<dyn FnMut(&Url) + Send + 'a>;

/// Signs a user in on this machine.
///
/// It listens at the redirect URI of the app. That must be `http` on the loopback interface with a
/// port, exactly as registered in the developer console, for example
/// `http://127.0.0.1:8391/callback`. Atlassian compares it character by character, so the port is
/// fixed.
///
/// # What others on this machine can do
///
/// The URL that is shown is a start page on this listener. It works once and then redirects to the
/// URL for consent. The command line of a browser and the log of a terminal can be read by others.
/// Someone who opens the start page first can consent with their own account, and the program is
/// then signed in as them. The user then sees a page that says that the link was used. The URL for
/// consent itself would not show this, because it can be opened any number of times.
///
/// After the sign-in, the page and [`tell`](Self::tell) list the sites. They do not name the
/// account: the service names it only to apps with the scope `read:me`, which this crate does not
/// ask for. An account with the same sites looks the same.
///
/// # A browser on another machine
///
/// In a remote shell the browser cannot reach this listener. Either forward the port
/// (`ssh -L 8391:127.0.0.1:8391 host`), or use
/// [`ask_for_callback`](Self::ask_for_callback). In a container, publish the port on the loopback
/// interface of the host (`-p 127.0.0.1:8391:8391`) and use [`bind`](Self::bind).
pub struct LoopbackSignIn<'a> {
    oauth: &'a OAuth,
    timeout: Duration,
    browser: bool,
    bind: Option<IpAddr>,
    app_name: String,
    lines: Option<Lines<'a>>,
    show: Option<Show<'a>>,
    tell: Box<dyn FnMut(&str) + Send + 'a>,
}

impl<'a> LoopbackSignIn<'a> {
    /// A sign-in that prints the URL to standard error. It opens the browser, unless this is a
    /// remote shell or a machine without a display.
    pub fn new(oauth: &'a OAuth) -> Self {
        Self {
            oauth,
            timeout: TIMEOUT,
            browser: browser::is_here(),
            bind: None,
            app_name: DEFAULT_APP_NAME.to_owned(),
            lines: None,
            show: None,
            tell: Box::new(|text| eprintln!("{text}")),
        }
    }

    /// Whether a browser on this machine would be in front of the user, as far as the environment
    /// says.
    ///
    /// It is false in a remote shell (`SSH_CONNECTION`) and on Linux without `DISPLAY` and
    /// `WAYLAND_DISPLAY`. In WSL it is true: the browser of Windows is opened, which reaches the
    /// listener.
    pub fn is_browser_here() -> bool {
        browser::is_here()
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

    /// Sets the name of the program for the pages, as in `Acme On-Call`.
    #[must_use]
    pub fn app_name(mut self, name: impl Into<String>) -> Self {
        self.app_name = Some(name.into()).filter(|name| !name.trim().is_empty()).unwrap_or(DEFAULT_APP_NAME.to_owned());
        self
    }

    /// Listens at this address, at the port of the redirect URI. The default is the host of the
    /// redirect URI.
    ///
    /// A container with a published port needs `0.0.0.0`. Other machines may then reach the
    /// listener too. They cannot finish the sign-in without the start page or the state.
    #[must_use]
    pub fn bind(mut self, address: IpAddr) -> Self {
        self.bind = Some(address);
        self
    }

    /// Asks for the callback URL on standard input too, for a browser on another machine. The first
    /// callback wins, a pasted one or a received one.
    ///
    /// No browser is opened, and the URL for consent itself is shown, because the browser cannot
    /// reach the start page. If others can read it, they can consent first with their own account.
    ///
    /// A line of standard input is read in the background. If the callback arrives at the listener,
    /// the next line still belongs to the sign-in.
    #[must_use]
    pub fn ask_for_callback(mut self) -> Self {
        self.lines = Some(Lines::Stdin);
        self
    }

    /// The same with lines from a reader, for programs with an input of their own.
    #[must_use]
    pub fn ask_for_callback_in(mut self, reader: impl AsyncBufRead + Send + Unpin + 'a) -> Self {
        self.lines = Some(Lines::Reader(Box::new(reader)));
        self
    }

    /// Shows the URL with this function instead of printing it to standard error.
    #[must_use]
    pub fn show(mut self, show: impl FnMut(&Url) + Send + 'a) -> Self {
        self.show = Some(Box::new(show));
        self
    }

    /// Passes remarks to this function instead of printing them to standard error: what is wrong
    /// with a pasted URL, and which sites were signed in. They contain no secret.
    #[must_use]
    pub fn tell(mut self, tell: impl FnMut(&str) + Send + 'a) -> Self {
        self.tell = Box::new(tell);
        self
    }

    /// Signs in and saves the grant for `user`.
    ///
    /// It accepts one callback. Requests of another sign-in receive a page that says so, and it
    /// goes on waiting. For a few seconds after its end, a reload shows the result again; the next
    /// sign-in ends this.
    ///
    /// # Errors
    /// The redirect URI is not on the loopback interface, its port is in use, the user did not
    /// consent in time, or [`OAuth::finish_sign_in`] fails.
    pub async fn run(self, user: &str, scopes: &Scopes) -> Result<Session, Error> {
        let Self { oauth, timeout, browser, bind, app_name, mut lines, show, mut tell } = self;
        let redirect = oauth.app().redirect_url().clone();
        let clock = Arc::clone(&oauth.context.clock);
        let listeners = listen::listen(&redirect, bind, &*clock).await?;
        let SignIn { url: authorize, pending } = oauth.begin_sign_in(scopes)?;
        let start = start_url(&redirect)?;
        let shown = if lines.is_some() { &authorize } else { &start };
        match show {
            Some(mut show) => show(shown),
            None => tell(&instruction(shown, lines.is_some())),
        }
        let mut server = Server::start(
            listeners,
            Exchange {
                app: app_name.clone(),
                start: SecretString::new(format!("{}?{}", start.path(), start.query().unwrap_or_default())),
                authorize: authorize.clone(),
                redirect,
                pending: pending.clone(),
                clock: Arc::clone(&clock),
                start_used: AtomicBool::new(false),
                callback_taken: AtomicBool::new(false),
                result: watch::Sender::new(None),
            },
        );
        if browser && lines.is_none() {
            browser::open(&start);
        }
        let (target, received) = tokio::select! {
            received = server.callback() => {
                let failed = || ErrorKind::Loopback { reason: "the listener failed; sign in again".to_owned(), source: None };
                let received = received.ok_or_else(failed)?;
                (received.target.clone(), Some(received))
            }
            pasted = pasted(lines.as_mut(), oauth, &pending, &mut *tell) => (pasted, None),
            () = clock.sleep(timeout) => {
                let seconds = timeout.as_secs();
                let reason = format!("the user did not consent within {seconds} seconds; sign in again");
                return Err(ErrorKind::Loopback { reason, source: None }.into());
            }
        };
        let result = oauth.finish_sign_in(user, pending, &target).await;
        let page = match &result {
            Ok(session) => {
                let sites = tokio::select! {
                    sites = session.sites() => sites.unwrap_or_default(),
                    () = clock.sleep(SITES_TIMEOUT) => Vec::new(),
                };
                tell(&signed_in(&sites));
                Page::signed_in(&app_name, sites)
            }
            Err(error) => Page::failed(&app_name, error),
        };
        server.finish(page, received).await;
        result
    }
}

impl std::fmt::Debug for LoopbackSignIn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoopbackSignIn").field("oauth", &self.oauth).field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

/// A page beside the redirect URI with a token that is hard to guess.
fn start_url(redirect: &Url) -> Result<Url, Error> {
    let mut start = redirect.clone();
    start.set_path(if redirect.path() == "/start" { "/begin" } else { "/start" });
    start.set_query(Some(&format!("sign_in={}", secure_random::token()?)));
    Ok(start)
}

fn instruction(url: &Url, is_elsewhere: bool) -> String {
    if is_elsewhere {
        return format!(
            "To sign in, open this URL in a browser:\n\n{url}\n\nAfter consent, the browser goes to a page on \
             127.0.0.1 or localhost. If it cannot be displayed, copy its URL, paste it here and press Enter:"
        );
    }
    format!("To sign in, open this URL in a browser on this machine; it works once:\n\n{url}\n")
}

fn signed_in(sites: &[Site]) -> String {
    if sites.is_empty() {
        return "Signed in.".to_owned();
    }
    let sites: Vec<String> = sites.iter().map(|site| format!("{} ({})", site.name(), site.url())).collect();
    format!("Signed in. The sites of the account: {}.", crate::text::printable(&sites.join(", ")))
}

/// The pasted callback, if there is a prompt.
async fn pasted(
    lines: Option<&mut Lines<'_>>,
    oauth: &OAuth,
    pending: &PendingSignIn,
    tell: &mut (dyn FnMut(&str) + Send),
) -> String {
    match lines {
        Some(lines) => prompt::pasted_callback(lines, oauth, pending, tell).await,
        None => std::future::pending().await,
    }
}
