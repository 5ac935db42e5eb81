//! The part of HTTP that a sign-in on this machine needs: reads one request, sends one page.

use std::io;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// The longest accepted request head. Browsers also send the cookies of other programs on the same
/// host.
const MAX_HEAD: usize = 64 * 1024;

/// A page with its status.
pub(super) struct CallbackPage {
    status: &'static str,
    title: &'static str,
    text: String,
}

pub(super) fn signed_in() -> CallbackPage {
    CallbackPage {
        status: "200 OK",
        title: "Signed in",
        text: "You can close this window and go back to the program.".to_owned(),
    }
}

pub(super) fn failed(reason: &str) -> CallbackPage {
    CallbackPage { status: "400 Bad Request", title: "Not signed in", text: reason.to_owned() }
}

pub(super) fn another_sign_in() -> CallbackPage {
    let text = "The program waits for another sign-in. Look for a newer window, or begin again.";
    CallbackPage { status: "400 Bad Request", title: "Another sign-in", text: text.to_owned() }
}

pub(super) fn not_found() -> CallbackPage {
    CallbackPage { status: "404 Not Found", title: "Not found", text: "A program waits here for a sign-in.".to_owned() }
}

impl CallbackPage {
    /// Sends the page and closes the connection.
    pub(super) async fn send(self, stream: &mut TcpStream) -> io::Result<()> {
        let Self { status, title, text } = self;
        let text = escape(&text);
        let body = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
             <body style=\"font-family: sans-serif; margin: 4em auto; max-width: 36em\"><h1>{title}</h1><p>{text}</p></body></html>"
        );
        // The URL of the page contains the code: caches must not keep it, and links must not send
        // it.
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
             Referrer-Policy: no-referrer\r\nContent-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n\
             Connection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body.as_bytes()).await?;
        stream.shutdown().await
    }
}

/// Reads the head of a request. Returns the target of a `GET`, and `None` for other requests.
pub(super) async fn read_target(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = stream.read(&mut buffer).await.ok()?;
        if read == 0 || head.len() + read > MAX_HEAD {
            return None;
        }
        head.extend_from_slice(buffer.get(..read)?);
    }
    let line = head.split(|byte| *byte == b'\r').next()?;
    target(std::str::from_utf8(line).ok()?)
}

fn target(line: &str) -> Option<String> {
    let mut parts = line.split(' ');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("GET"), Some(target), Some(version), None) if target.starts_with('/') && version.starts_with("HTTP/1.") => {
            Some(target.to_owned())
        }
        _ => None,
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_get_of_a_path_has_a_target() {
        assert_eq!(target("GET /callback?code=a HTTP/1.1").as_deref(), Some("/callback?code=a"));
        for line in
            ["", "GET", "POST / HTTP/1.1", "GET http://x/ HTTP/1.1", "GET / HTTP/2", "GET / HTTP/1.1 x", "GET  / HTTP/1.1"]
        {
            assert_eq!(target(line), None, "{line}");
        }
    }

    #[test]
    fn text_of_the_service_is_escaped() {
        assert_eq!(escape("<script>\"&"), "&lt;script&gt;&quot;&amp;");
    }
}
