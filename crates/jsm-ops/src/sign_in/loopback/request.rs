//! The part of HTTP/1.1 that a sign-in on this machine reads: the head of a request.

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// The longest accepted request head. Browsers also send the cookies of other programs on the same
/// host.
const MAX_HEAD: usize = 64 * 1024;

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Head,
    /// Any other method.
    Other,
}

/// The head of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: Method,
    /// Path and query.
    pub(super) target: String,
    /// The browser loads the page before the user asked for it, and may never show it.
    pub(super) is_prefetch: bool,
}

impl Request {
    /// The path without the query.
    pub(super) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Reads a request. Returns `None` if the connection ended before one, and an error for
    /// anything else than a request.
    pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Result<Self, Malformed>> {
        let mut head = Vec::new();
        let mut buffer = [0; 4096];
        while !head.windows(4).any(|end| end == b"\r\n\r\n") {
            let read = stream.read(&mut buffer).await.ok()?;
            if read == 0 {
                return None;
            }
            if head.len() + read > MAX_HEAD {
                return Some(Err(Malformed));
            }
            head.extend_from_slice(buffer.get(..read)?);
        }
        Some(Self::parse(&String::from_utf8_lossy(&head)))
    }

    fn parse(head: &str) -> Result<Self, Malformed> {
        let mut lines = head.split("\r\n");
        let mut parts = lines.next().unwrap_or_default().split(' ');
        let (Some(method), Some(target), Some(version), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Malformed);
        };
        if !target.starts_with('/') || !version.starts_with("HTTP/1.") {
            return Err(Malformed);
        }
        let method = match method {
            "GET" => Method::Get,
            "HEAD" => Method::Head,
            _ => Method::Other,
        };
        let is_prefetch = lines.take_while(|line| !line.is_empty()).any(announces_prefetch);
        Ok(Self { method, target: target.to_owned(), is_prefetch })
    }
}

/// The request is not HTTP/1, or its head is too long.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// `Sec-Purpose` is the standard; Safari and older browsers send the others.
fn announces_prefetch(header: &str) -> bool {
    let Some((name, value)) = header.split_once(':') else { return false };
    let is_purpose = ["sec-purpose", "purpose", "x-purpose", "x-moz"].iter().any(|known| name.eq_ignore_ascii_case(known));
    let value = value.to_ascii_lowercase();
    is_purpose && ["prefetch", "prerender", "preview"].iter().any(|purpose| value.contains(purpose))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(head: &str) -> Result<Request, Malformed> {
        Request::parse(&format!("{head}\r\n\r\n"))
    }

    #[test]
    fn methods_targets_and_prefetches_are_recognized() {
        let request = parse("GET /callback?code=a HTTP/1.1\r\nHost: x").expect("a request");
        assert_eq!((request.method, request.path(), request.is_prefetch), (Method::Get, "/callback", false));
        assert_eq!(parse("HEAD / HTTP/1.0").expect("a request").method, Method::Head);
        assert_eq!(parse("POST / HTTP/1.1").expect("a request").method, Method::Other);
        for header in ["Sec-Purpose: prefetch", "sec-purpose:prefetch;prerender", "Purpose: Prefetch", "X-Moz: prefetch"] {
            assert!(parse(&format!("GET / HTTP/1.1\r\nHost: x\r\n{header}")).expect("a request").is_prefetch, "{header}");
        }
        assert!(!parse("GET /prefetch HTTP/1.1\r\nReferer: prefetch").expect("a request").is_prefetch);
    }

    #[test]
    fn other_bytes_are_malformed() {
        for line in ["", "GET", "GET http://x/ HTTP/1.1", "GET / HTTP/2", "GET / HTTP/1.1 x", "GET  / HTTP/1.1"] {
            assert_eq!(parse(line), Err(Malformed), "{line}");
        }
    }
}
