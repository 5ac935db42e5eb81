//! Damaged callbacks from the browser: the client accepts only the consent to its own sign-in.

use std::{net::TcpListener, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use jsm_ops::{App, BoxFuture, Clock, Endpoints, MemoryStore, OAuth, PendingSignIn, Scopes, reqwest::Url};

use super::case::{Case, Cases};
use crate::{Result, garbage::Garbage as _};

const REDIRECT: &str = "https://ops.example:8443/callback";

/// A clock without waits: three attempts to connect to a closed port take no time.
#[derive(Debug)]
struct NoWait;

impl Clock for NoWait {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// A pending sign-in that the cases share.
struct SignIn {
    runtime: tokio::runtime::Runtime,
    oauth: OAuth,
    pending: PendingSignIn,
    state: String,
}

impl SignIn {
    fn new() -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        // A closed port.
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let url = format!("http://127.0.0.1:{port}");
        let app = App::new("fuzz", "secret", REDIRECT)?;
        let endpoints = Endpoints::at(&url, &url)?;
        let oauth = OAuth::builder(app, MemoryStore::new()).endpoints(endpoints).clock(Arc::new(NoWait)).build()?;
        let login = oauth.begin_sign_in(&Scopes::parse("read:me"))?;
        let state = login.url.query_pairs().find(|(name, _)| name == "state").map(|(_, state)| state.into_owned());
        Ok(Self { runtime, oauth, pending: login.pending, state: state.ok_or("a login without a state")? })
    }

    /// Whether a callback is accepted: then the exchange of the code fails.
    fn is_accepted(&self, callback: &str) -> Case {
        let outcome = self.runtime.block_on(self.oauth.finish_sign_in("fuzz", self.pending.clone(), callback));
        let Err(error) = outcome else { return Err("the closed port responded".to_owned()) };
        let text = format!("{error} {error:?}");
        if text.contains(&self.state) {
            return Err(format!("an error contains the state: {text}"));
        }
        match (error.is_callback_rejected(), error.is_transient()) {
            (true, false) => Ok(false),
            (false, true) => Ok(true),
            _ => Err(format!("neither rejected nor accepted: {text}")),
        }
    }
}

pub(super) fn cases() -> Result<Cases> {
    let login = SignIn::new()?;
    Ok(Box::new(move |rng| {
        let among = if rng.one_in(2) { &PLACES[..OURS] } else { &PLACES[..] };
        let place = rng.choice(among).copied().unwrap_or_default();
        let state = match rng.below(8) {
            0 => String::new(),
            1 => rng.text(20),
            2 => rng.damage(&login.state),
            3 => login.state.to_uppercase(),
            _ => login.state.clone(),
        };
        let mut pairs = vec![("state".to_owned(), state.clone())];
        for name in ["code", "error", "error_description", "state", "code", "other"] {
            // A code in most cases, the others in some.
            if if pairs.len() == 1 { !rng.one_in(8) } else { rng.one_in(8) } {
                pairs.push((name.to_owned(), if rng.one_in(10) { String::new() } else { rng.text(12) }));
            }
        }
        let mut url = Url::parse("http://x.example/").map_err(|error| error.to_string())?;
        url.query_pairs_mut().extend_pairs(&pairs);
        let text = format!("{place}{}", url.query().unwrap_or_default());
        if rng.one_in(2) {
            return damaged(&login, &rng.damage(&text));
        }
        let has = |name: &str| pairs.iter().filter(|(known, _)| known == name).count();
        let code = pairs.iter().find(|(name, _)| name == "code").map(|(_, code)| code.as_str()).unwrap_or_default();
        let is_ours = PLACES[..OURS].contains(&place);
        let is_whole = has("state") == 1 && has("code") == 1 && has("error") == 0 && has("error_description") <= 1;
        let expected = is_ours && is_whole && state == login.state && !code.is_empty();
        let accepted = login.is_accepted(&text)?;
        if accepted == expected { Ok(accepted) } else { Err(format!("{text:?}: accepted {accepted}, expected {expected}")) }
    }))
}

/// The URLs of callbacks. The first four are forms of the redirect URI.
const OURS: usize = 4;
const PLACES: [&str; 14] = [
    "https://ops.example:8443/callback?",
    "/callback?",
    "?",
    "",
    "https://ops.example/callback?",
    "http://ops.example:8443/callback?",
    "https://ops.example:8443/callback/?",
    "https://ops.example:8443/Callback?",
    "https://ops.example:8443.evil.example/callback?",
    "https://ops.example:8443@evil.example/callback?",
    "https://evil.example/callback?",
    "//evil.example/callback?",
    "/callback/..?",
    "javascript://ops.example:8443/callback?",
];

/// A damaged callback may be accepted, but not without the state, and not at another host.
fn damaged(login: &SignIn, text: &str) -> Case {
    let accepted = login.is_accepted(text)?;
    if !accepted {
        return Ok(false);
    }
    let absolute = Url::parse(text).ok().filter(|_| text.contains("://") && !text.starts_with(['?', '/']));
    if let Some(url) = absolute {
        let is_ours = url.origin().ascii_serialization() == "https://ops.example:8443" && url.path() == "/callback";
        if !is_ours {
            return Err(format!("{text:?} came to another place, and was accepted"));
        }
    }
    // Decoded by other code than the client's.
    let query = text.split_once('?').map_or(text, |(_, query)| query);
    let plain = query.replace('+', " ");
    if plain.contains(&login.state) || plain.contains('%') {
        Ok(true)
    } else {
        Err(format!("{text:?} was accepted without its state"))
    }
}
