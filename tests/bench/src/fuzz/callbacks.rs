//! What comes back from the browser: nothing but this login's own consent may be believed.

use std::{net::TcpListener, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use jsm_ops::{App, BoxFuture, Clock, Endpoints, MemoryStore, OAuth, PendingLogin, Scopes, reqwest::Url};

use super::{Case, Cases};
use crate::Outcome;

const REDIRECT: &str = "https://ops.example:8443/callback";

/// A clock that waits for nothing: whoever is believed is refused by a port where nobody listens, three times.
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

/// Everything that a case needs.
struct Login {
    runtime: tokio::runtime::Runtime,
    oauth: OAuth,
    pending: PendingLogin,
    state: String,
}

impl Login {
    fn new() -> Outcome<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        // A port that was free a moment ago, and that nobody listens at.
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let url = format!("http://127.0.0.1:{port}");
        let app = App::new("fuzz", "secret", REDIRECT)?;
        let endpoints = Endpoints::at(&url, &url)?;
        let oauth = OAuth::builder(app, MemoryStore::new()).endpoints(endpoints).clock(Arc::new(NoWait)).build()?;
        let login = oauth.begin(&Scopes::parse("read:me"))?;
        let state = login.url.query_pairs().find(|(name, _)| name == "state").map(|(_, state)| state.into_owned());
        Ok(Self { runtime, oauth, pending: login.pending, state: state.ok_or("a login without a state")? })
    }

    /// Whether a callback is believed: then a code is exchanged, and only that can fail.
    fn is_believed(&self, callback: &str) -> Case {
        let outcome = self.runtime.block_on(self.oauth.finish("fuzz", self.pending.clone(), callback));
        let Err(error) = outcome else { return Err("somebody answered".to_owned()) };
        let text = format!("{error} {error:?}");
        if text.contains(&self.state) {
            return Err(format!("the state is told: {text}"));
        }
        match (error.is_callback(), error.is_transient()) {
            (true, false) => Ok(false),
            (false, true) => Ok(true),
            _ => Err(format!("neither refused nor believed: {text}")),
        }
    }
}

pub(super) fn cases() -> Outcome<Cases> {
    let login = Login::new()?;
    Ok(Box::new(move |chance| {
        let among = if chance.one_in(2) { &PLACES[..OURS] } else { &PLACES[..] };
        let place = chance.pick(among).unwrap_or_default();
        let state = match chance.below(8) {
            0 => String::new(),
            1 => chance.text(20),
            2 => chance.damage(&login.state),
            3 => login.state.to_uppercase(),
            _ => login.state.clone(),
        };
        let mut pairs = vec![("state".to_owned(), state.clone())];
        for name in ["code", "error", "error_description", "state", "code", "other"] {
            // A code nearly always, the rest now and then.
            if if pairs.len() == 1 { !chance.one_in(8) } else { chance.one_in(8) } {
                pairs.push((name.to_owned(), if chance.one_in(10) { String::new() } else { chance.text(12) }));
            }
        }
        let mut url = Url::parse("http://x.example/").map_err(|error| error.to_string())?;
        url.query_pairs_mut().extend_pairs(&pairs);
        let text = format!("{place}{}", url.query().unwrap_or_default());
        if chance.one_in(2) {
            return damaged(&login, &chance.damage(&text));
        }
        let has = |name: &str| pairs.iter().filter(|(known, _)| known == name).count();
        let code = pairs.iter().find(|(name, _)| name == "code").map(|(_, code)| code.as_str()).unwrap_or_default();
        let is_ours = PLACES[..OURS].contains(&place);
        let is_whole = has("state") == 1 && has("code") == 1 && has("error") == 0 && has("error_description") <= 1;
        let expected = is_ours && is_whole && state == login.state && !code.is_empty();
        let believed = login.is_believed(&text)?;
        if believed == expected { Ok(believed) } else { Err(format!("{text:?}: believed {believed}, expected {expected}")) }
    }))
}

/// Where callbacks come to: the first few are the redirect URI in its three forms.
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

/// A damaged callback may be believed, but not without the state, and not at another host.
fn damaged(login: &Login, text: &str) -> Case {
    let believed = login.is_believed(text)?;
    if !believed {
        return Ok(false);
    }
    let absolute = Url::parse(text).ok().filter(|_| text.contains("://") && !text.starts_with(['?', '/']));
    if let Some(url) = absolute {
        let is_ours = url.origin().ascii_serialization() == "https://ops.example:8443" && url.path() == "/callback";
        if !is_ours {
            return Err(format!("{text:?} came to another place, and was believed"));
        }
    }
    // Read as a form, and not by what the client reads it with.
    let query = text.split_once('?').map_or(text, |(_, query)| query);
    let plain = query.replace('+', " ");
    if plain.contains(&login.state) || plain.contains('%') {
        Ok(true)
    } else {
        Err(format!("{text:?} was believed without its state"))
    }
}
