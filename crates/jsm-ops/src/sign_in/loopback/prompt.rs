//! The prompt for a pasted callback, for browsers that cannot reach this machine.

use std::{
    io::{self, BufRead as _, Read as _},
    sync::{Mutex, PoisonError},
};

use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _},
    sync::oneshot,
};

use crate::{
    oauth::OAuth,
    sign_in::{callback::CallbackError, pending::PendingSignIn},
};

/// The longest line that is read. A callback is shorter.
const MAX_LINE: u64 = 64 * 1024;

/// A line of standard input that is being read. A read cannot be cancelled, so the next prompt
/// takes it over.
static READING: Mutex<Option<oneshot::Receiver<Option<String>>>> = Mutex::new(None);

/// Where pasted lines come from.
pub(super) enum Lines<'a> {
    Stdin,
    Reader(Box<dyn AsyncBufRead + Send + Unpin + 'a>),
}

impl Lines<'_> {
    /// The next line, or `None` at the end.
    async fn next(&mut self) -> Option<String> {
        match self {
            Self::Stdin => StdinLine::begin().finish().await,
            Self::Reader(reader) => {
                let mut line = Vec::new();
                let read = reader.take(MAX_LINE).read_until(b'\n', &mut line).await.unwrap_or_default();
                (read > 0).then(|| String::from_utf8_lossy(&line).into_owned())
            }
        }
    }
}

/// A running read of standard input. If it is dropped before its line, the next one waits for the
/// same line.
struct StdinLine(Option<oneshot::Receiver<Option<String>>>);

impl StdinLine {
    fn begin() -> Self {
        let running = READING.lock().unwrap_or_else(PoisonError::into_inner).take();
        Self(Some(running.unwrap_or_else(|| {
            let (send, receive) = oneshot::channel();
            // Not a task of the runtime: a runtime waits for its blocking tasks, and this one ends
            // only when the user presses Enter.
            std::thread::spawn(move || {
                let mut line = Vec::new();
                let read = io::stdin().lock().take(MAX_LINE).read_until(b'\n', &mut line).unwrap_or_default();
                let _ = send.send((read > 0).then(|| String::from_utf8_lossy(&line).into_owned()));
            });
            receive
        })))
    }

    async fn finish(mut self) -> Option<String> {
        let line = self.0.as_mut()?.await.ok().flatten();
        self.0 = None;
        line
    }
}

impl Drop for StdinLine {
    fn drop(&mut self) {
        if let Some(running) = self.0.take() {
            *READING.lock().unwrap_or_else(PoisonError::into_inner) = Some(running);
        }
    }
}

/// Reads lines until one is the callback of this sign-in, and tells the user what is wrong with the
/// others. At the end of the input it waits for ever: the listener may still receive the callback.
pub(super) async fn pasted_callback(
    lines: &mut Lines<'_>,
    oauth: &OAuth,
    pending: &PendingSignIn,
    tell: &mut (dyn FnMut(&str) + Send),
) -> String {
    while let Some(line) = lines.next().await {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let now = oauth.context.clock.now();
        match pending.clone().check(oauth.app(), line, now) {
            // The service ended the sign-in, so another paste does not help.
            Ok(_)
            | Err(CallbackError::Declined { .. } | CallbackError::OAuthError { .. } | CallbackError::Expired { .. }) => {
                return line.to_owned();
            }
            Err(error) => tell(&advice(oauth, line, &error)),
        }
    }
    std::future::pending().await
}

/// What is wrong with a paste. It never repeats the paste, which may have a code.
fn advice(oauth: &OAuth, line: &str, error: &CallbackError) -> String {
    let redirect = oauth.app().redirect_uri();
    let problem = if line.starts_with(oauth.endpoints().authorize().as_str()) {
        "this is the URL of the consent page; consent there first, and paste the URL to which the browser goes then"
            .to_owned()
    } else if *error == CallbackError::StateMismatch {
        "this is the callback of another sign-in, or a part of its URL is missing".to_owned()
    } else {
        error.to_string()
    };
    format!("That did not work: {problem}. Paste the whole URL that begins with {redirect} and press Enter:")
}
